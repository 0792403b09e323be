using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Core.Lineage;
using DataGrid.Silo.Reading;
using DataGrid.Storage.Tables;

namespace DataGrid.Gateway.Tests.Datasets;

/// <summary>The index shows at once what runs and people change, soon what others change, and never anything but what the files say.</summary>
public sealed class IndexTests : IAsyncLifetime
{
    private static readonly DatasetName Gold = DatasetName.Parse("gold.by_sku");

    private readonly Bed _bed = new() { Options = new() { Port = 0, IndexSweepEvery = TimeSpan.FromMilliseconds(100) } };

    private IWorkspaceIndex Index => _bed.Silo.Gateway!.Service<WorkspacePorts>().Index;

    public Task InitializeAsync() => _bed.InitializeAsync();

    public Task DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task What_a_run_or_a_rollback_changed_is_there_at_once()
    {
        Assert.Empty(await Index.ListAsync(CancellationToken.None));
        for (var run = 0; run < 3; run++)
        {
            await _bed.RunAsync();
            Assert.Equal(run, VersionOf(await Index.ListAsync(CancellationToken.None)));
            await AssertTrueAsync();
        }

        using var back = await _bed.Http.PostAsJsonAsync($"/api/v1/datasets/{Gold}/rollback", new { version = 1 });
        Assert.True(back.IsSuccessStatusCode, await back.Content.ReadAsStringAsync());
        Assert.Equal(3, VersionOf(await Index.ListAsync(CancellationToken.None)));
        await AssertTrueAsync();
    }

    [Fact]
    public async Task A_project_with_other_views_and_sources_changes_the_list_and_the_graph()
    {
        await _bed.RunAsync();
        var files = Bed.Files;
        files["models/gold/best.sql"] = "/* datagrid\nmaterialize: view\ndescription: The best one\n*/\nselect max(total) as most from gold.by_sku\n";
        using var submitted = await _bed.SubmitAsync(files);
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
        await AssertTrueAsync();
        using var started = await _bed.Http.PostAsJsonAsync("/api/v1/pipelines/shop/runs", new { });
        await _bed.EndAsync((await Bed.JsonAsync(started)).GetProperty("run").GetString()!);

        Assert.Contains(await Index.ListAsync(CancellationToken.None), static dataset => dataset is { Kind: DatasetKind.View, Description: "The best one" });
        var sources = await Index.ReadGraphAsync(
            static graph => graph.Walk(new LineageNode(DatasetName.Parse("gold.best"), "most"), isDownstream: false, 9).Select(static edge => edge.From.ToString()).ToHashSet(), CancellationToken.None);
        Assert.Superset(new HashSet<string> { "gold.by_sku.total", "silver.orders.amount", "raw.orders.amount" }, sources);
        await AssertTrueAsync();
    }

    [Fact]
    public async Task What_others_change_is_found_by_looking()
    {
        await _bed.RunAsync();
        await _bed.RunAsync();
        Assert.Equal(1, VersionOf(await Index.ListAsync(CancellationToken.None)));
        // Past the grain, which would tell.
        await _bed.Silo.Service<TableSet>().Open(Gold).RestoreAsync(0, null, CancellationToken.None);
        Directory.Delete(Path.Combine(_bed.Root, "default", "tables", "silver", "orders__quarantine"), recursive: true);

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        ImmutableArray<DatasetSummary> list;
        do
        {
            list = await Index.ListAsync(limit.Token);
        }
        while (VersionOf(list) < 2 || list.Any(static dataset => dataset.Kind == DatasetKind.Quarantine));
        await AssertTrueAsync();
    }

    private static long? VersionOf(ImmutableArray<DatasetSummary> list) => list.Single(static dataset => dataset.Name == Gold).Version;

    /// <summary>Compares with what the files say, read anew.</summary>
    private async Task AssertTrueAsync()
    {
        using var reader = WorkspaceReader.Open(_bed.Root, WorkspaceId.Default);
        Assert.Equal(Text(await reader.ListAsync(CancellationToken.None)), Text(await Index.ListAsync(CancellationToken.None)));
        var graph = LineageGraph.Of(await reader.LineageOfAllAsync(CancellationToken.None));
        foreach (var dataset in await reader.ListAsync(CancellationToken.None))
        {
            var start = new LineageNode(dataset.Name, null);
            foreach (var isDownstream in new[] { false, true })
                Assert.Equal(graph.Walk(start, isDownstream, 9), await Index.ReadGraphAsync(kept => kept.Walk(start, isDownstream, 9), CancellationToken.None));
        }
    }

    private static string Text(ImmutableArray<DatasetSummary> list) => JsonSerializer.Serialize(list, DataGridJson.Options);
}
