using DataGrid.Client.Datasets;
using DataGrid.Client.Lineage;
using DataGrid.Client.Runs;
using DataGrid.Gateway.Tests;

namespace DataGrid.Client.Tests;

/// <summary>The client against a silo with a gateway, through real HTTP.</summary>
public sealed class ServerTests(Bed bed) : IClassFixture<Bed>, IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"));
    private readonly DataGridClient _client = new(new DataGridClientOptions { Servers = [bed.Address] });

    public void Dispose()
    {
        _client.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_folder_becomes_tables_that_can_be_watched_queried_and_explained()
    {
        var submitted = await _client.Pipelines.SubmitFolderAsync(Project(), default);
        Assert.Equal("shop", submitted.Pipeline);
        Assert.Equal(["silver.orders", "gold.by_sku"], submitted.Datasets);
        var started = await _client.Runs.StartAsync("shop", new RunStart { Parameters = new Dictionary<string, string> { ["least"] = "15" } }, default);
        var news = new List<RunNews>();
        await foreach (var piece in _client.Runs.WatchAsync(started.Id, 0, default)) news.Add(piece);
        Assert.Equal(RunStatus.Succeeded, news[^1].End);
        Assert.Equal("run_started", news[0].Event!.Kind);
        var run = await _client.Runs.GetAsync(started.Id, default);
        Assert.True(run.HasEnded);
        Assert.Equal([StepStatus.Published, StepStatus.Published], run.Steps.Select(static step => step.Status));
        Assert.Equal(news.Count(static piece => piece.Event is not null), (await _client.Runs.ReadEventsAsync(started.Id, default)).Count);
        var listed = new List<string>();
        await foreach (var found in _client.Runs.ListAsync(new RunFilter { Pipeline = "shop", Status = RunStatus.Succeeded }, default)) listed.Add(found.Id);
        Assert.Contains(started.Id, listed);
        Assert.Equal(CancelOutcome.Ended, (await _client.Runs.CancelAsync(started.Id, null, default)).Outcome);

        var rows = new List<Total>();
        await foreach (var row in _client.Query.ReadAsync<Total>(new QueryRequest { Sql = "from gold.by_sku where total > cast($t as bigint) order by sku", Parameters = new Dictionary<string, string> { ["t"] = "0" } }, default)) rows.Add(row);
        Assert.Equal([new Total("a", 30), new Total("b", 20)], rows);
        var document = await _client.Query.GetAsync(new QueryRequest { Sql = "from gold.by_sku", MaxRows = 1 }, default);
        Assert.Equal((1L, true, "sku"), (document.RowCount, document.IsTruncated, document.Columns[0].Name));
        using var csv = new MemoryStream();
        await _client.Query.DownloadAsync(new QueryRequest { Sql = "select 1 as n" }, ResultFormat.Csv, csv, default);
        Assert.Equal("n\n1\n", System.Text.Encoding.UTF8.GetString(csv.ToArray()).ReplaceLineEndings("\n"));

        var names = new List<string>();
        await foreach (var dataset in _client.Datasets.ListAsync(new DatasetFilter { Kind = DatasetKind.Table }, default)) names.Add(dataset.Name);
        Assert.Equal(["gold.by_sku", "silver.orders"], names);
        var detail = await _client.Datasets.GetAsync("silver.orders", default);
        Assert.Equal((1L, "positive"), (detail.QuarantinedRows, Assert.Single(detail.Checks).Name));
        var graph = await _client.Lineage.WalkAsync("gold.by_sku.total", LineageDirection.Upstream, null, null, default);
        Assert.Contains(graph.Edges, static edge => edge is { From: "silver.orders.amount", Kind: "aggregation", IsDirect: true });
        Assert.Contains((await _client.Lineage.ImpactAsync("raw.orders.amount", default)).Datasets, static touched => touched.Dataset == "gold.by_sku");
        var versions = new List<DatasetVersion>();
        await foreach (var version in _client.Datasets.ListVersionsAsync("gold.by_sku", default)) versions.Add(version);
        Assert.Equal(started.Id, versions[0].Run);
        Assert.True((await _client.Datasets.RollbackAsync("gold.by_sku", versions[^1].Version, isDryRun: true, versions[0].Version, default)).Dataset == "gold.by_sku");
        Assert.Equal("precondition_failed", (await Assert.ThrowsAsync<DataGridException>(() => _client.Datasets.RollbackAsync("gold.by_sku", 0, isDryRun: true, 999, default))).Code);
    }

    [Fact]
    public async Task Mistakes_of_a_project_are_told_with_file_and_line()
    {
        var folder = Project();
        await File.WriteAllTextAsync(Path.Combine(folder, "models", "gold", "by_sku.sql"), "select skuu,\n  totl\nfrom silver.orders\n");
        var fault = await Assert.ThrowsAsync<DataGridException>(() => _client.Pipelines.SubmitFolderAsync(folder, default));
        Assert.Equal(("column_unknown", "models/gold/by_sku.sql", 400), (fault.Code, fault.File, fault.Status));
        Assert.NotNull(fault.Line);
        Assert.NotNull(fault.Help);
    }

    [Fact]
    public async Task What_is_no_project_and_what_is_too_large_are_not_sent()
    {
        Directory.CreateDirectory(_folder);
        Assert.Equal("project_not_found", (await Assert.ThrowsAsync<DataGridException>(() => _client.Pipelines.SubmitFolderAsync(_folder, default))).Code);
        using var small = new DataGridClient(new DataGridClientOptions { Servers = [bed.Address], MaxProjectBytes = 10 });
        Assert.Equal("bundle_invalid", (await Assert.ThrowsAsync<DataGridException>(() => small.Pipelines.SubmitFolderAsync(Project(), default))).Code);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused() =>
        Assert.Throws<ArgumentException>(static () => new DataGridClient(new DataGridClientOptions { Servers = [new Uri("ftp://x")] }));

    private string Project()
    {
        foreach (var (name, text) in Bed.Files.Append(KeyValuePair.Create(".hidden/secret", "no")))
        {
            var file = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        return _folder;
    }

    private sealed record Total(string Sku, [property: System.Text.Json.Serialization.JsonPropertyName("total")] long Sum);
}
