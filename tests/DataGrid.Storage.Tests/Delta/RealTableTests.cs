using System.Diagnostics;
using DataGrid.Contracts;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Maintenance;
using DataGrid.Core.DeltaLog.Schema;
using DataGrid.DuckDb;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>Tables of Parquet in a folder, read back by this reader and by one in another language that shares nothing with it (<c>tests/delta-reader</c>).</summary>
public sealed class RealTableTests : IDisposable
{
    private static readonly StructType Schema = new(
    [
        new StructField { Name = "id", Type = PrimitiveType.Long },
        new StructField { Name = "name", Type = PrimitiveType.Text },
        new StructField { Name = "tags", Type = new ArrayType(PrimitiveType.Text, ContainsNull: true) },
        new StructField { Name = "region", Type = PrimitiveType.Text },
    ]);

    private readonly TemporaryFolder _root = new();
    private readonly LogEngine _engine;
    private readonly DeltaTableOptions _options = new() { OnBackgroundFault = static (what, fault) => throw new InvalidOperationException(what, fault) };
    private readonly LocalObjectStore _store;
    private readonly TablePaths _paths = new(ObjectPath.Parse("table"));
    private int _attempts;

    public RealTableTests()
    {
        _engine = new LogEngine(_options);
        _store = LocalObjectStore.Open(_root.Path);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task Another_reader_sees_the_same_rows_before_and_after_checkpoint_schema_change_and_compaction()
    {
        using var table = Open();
        var expected = new List<string>();
        for (long id = 0; id < 12; id++) expected.Add(await AppendAsync(table, id, id % 3 == 0 ? null : $"eu {id % 2}/ü%", Schema));
        await table.CheckpointsAsync();
        Assert.NotNull(await _store.StatAsync(_paths.Checkpoint(10), default));
        Assert.Equal(expected.Order(StringComparer.Ordinal), await ElsewhereAsync());
        Assert.Equal(expected.Order(StringComparer.Ordinal), await HereAsync(table));

        var wider = new StructType([.. Schema.Fields, new StructField { Name = "score", Type = PrimitiveType.Double }]);
        expected = expected.ConvertAll(static line => line.Replace("}", ",\"score\":null}", StringComparison.Ordinal));
        expected.Add(await AppendAsync(table, 12, "us", wider));
        Assert.Equal(expected.Order(StringComparer.Ordinal), await ElsewhereAsync());

        var files = (await table.ReadHeadAsync(default))!.Files.Count;
        var report = await table.CompactAsync(new CompactionLimits(1 << 20, 1 << 19, 2), default);
        Assert.IsType<CommitOutcome.Committed>(report.Outcome);
        var head = (await table.ReadHeadAsync(default))!;
        Assert.True(head.Files.Count < files);
        Assert.Equal(13, head.Files.Values.Sum(static file => FileStatistics.RowsOf(file)));
        await table.CheckpointAsync(default);
        Assert.Equal(expected.Order(StringComparer.Ordinal), await ElsewhereAsync());
        Assert.Equal(expected.Order(StringComparer.Ordinal), await HereAsync(table));
    }

    [Theory]
    [InlineData(Failpoints.CompactionBeforeWrite)]
    [InlineData(Failpoints.CompactionBeforeAdopt)]
    [InlineData(Failpoints.CompactionBeforeCommit)]
    [InlineData(Failpoints.CommitBeforePut)]
    [InlineData(Failpoints.CommitAfterPut)]
    public async Task A_compaction_that_dies_changes_no_row(string place)
    {
        using var table = Open();
        for (long id = 0; id < 4; id++) await AppendAsync(table, id, null, Schema);
        var before = await HereAsync(table);
        var crash = new CrashTests.Crash(place) { IsArmed = true };
        using var dying = Open(_options with { Failpoints = crash });

        await Assert.ThrowsAsync<CrashTests.CrashException>(() => dying.CompactAsync(new CompactionLimits(1 << 20, 1 << 19, 2), default));

        using var next = Open();
        Assert.Equal(before, await HereAsync(next));
        await next.CompactAsync(new CompactionLimits(1 << 20, 1 << 19, 2), default);
        Assert.Equal(before, await HereAsync(next));
        Assert.Single((await next.ReadHeadAsync(default))!.Files);
    }

    [Fact]
    public async Task A_compaction_that_meets_a_merge_of_its_files_yields_and_leaves_nothing_behind()
    {
        using var table = Open();
        for (long id = 0; id < 4; id++) await AppendAsync(table, id, null, Schema);
        var head = (await table.ReadHeadAsync(default))!;
        var merge = new CommitRequest { CommitId = Guid.NewGuid(), Kind = CommitKind.Merge, BaseVersion = head.Version, RemovedPaths = [head.OrderedFiles.First().Path] };
        var meeting = new Meeting(Failpoints.CompactionBeforeCommit, () => table.CommitAsync(merge, default));
        using var compacting = Open(_options with { Failpoints = meeting });
        var before = Directory.EnumerateFiles(_root.Path, "*.parquet", SearchOption.AllDirectories).Count();

        // The merge was another writer's, so the compacting one is fenced or finds its files gone: either way it has changed nothing.
        Assert.True((await compacting.CompactAsync(new CompactionLimits(1 << 20, 1 << 19, 2), default)).Outcome is CommitOutcome.Conflict);

        Assert.Equal(before, Directory.EnumerateFiles(_root.Path, "*.parquet", SearchOption.AllDirectories).Count());
        Assert.Equal(3, (await HereAsync(table)).Count);
    }

    [Fact]
    public async Task A_compaction_whose_files_were_partly_changed_joins_the_rest_on_the_newest_version()
    {
        using var table = Open();
        for (long id = 0; id < 8; id++) await AppendAsync(table, id, id % 2 == 0 ? "eu" : "us", Schema);
        var head = (await table.ReadHeadAsync(default))!;
        var gone = head.OrderedFiles.First(static file => file.PartitionValues["region"] == "eu");
        var merge = new CommitRequest { CommitId = Guid.NewGuid(), Kind = CommitKind.Merge, BaseVersion = head.Version, RemovedPaths = [DataPath.Canonical(gone.Path)] };
        DeltaTable? writer = null;
        // By the same writer, as maintenance runs beside the commits of its table's grain.
        var meeting = new Meeting(Failpoints.CompactionBeforeCommit, async () =>
        {
            Assert.IsType<CommitOutcome.Committed>(await writer!.CommitAsync(merge, default));
            await AppendAsync(writer, 8, "eu", Schema);
        });
        using var compacting = writer = Open(_options with { Failpoints = meeting });

        var report = await compacting.CompactAsync(new CompactionLimits(1 << 20, 1 << 19, 2), default);

        Assert.IsType<CommitOutcome.Committed>(report.Outcome);
        Assert.Equal((1, 4), (report.Bins, report.FilesBefore));
        var now = (await compacting.ReadHeadAsync(default))!;
        Assert.Equal(4, now.Files.Values.Count(static file => file.PartitionValues["region"] == "eu"));
        Assert.Single(now.Files.Values, static file => file.PartitionValues["region"] == "us");
        Assert.Equal(8, (await HereAsync(compacting)).Count);
    }

    private DeltaTable Open(DeltaTableOptions? options = null) => new(_store, _paths, _engine, options ?? _options, TimeProvider.System);

    private async Task<string> AppendAsync(DeltaTable table, long id, string? region, StructType schema)
    {
        var attempt = AttemptId.Parse($"{++_attempts:D32}");
        var partition = KeyValuePair.Create("region", region);
        var plain = TablePaths.DataFile(attempt, 0, [partition]);
        var file = _store.LocalPath(_paths.File(plain))!; // A folder store has local paths.
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var score = schema.Find("score") is null ? "" : ", 1.5::DOUBLE AS score";
        await _engine.RunAsync(connection => connection.Execute($"COPY (SELECT {id}::BIGINT AS id, 'n{id}' AS name, ['a', NULL] AS tags{score}) TO {SqlText.QuoteLiteral(file)} (FORMAT parquet)"), default);
        var entry = await _store.AdoptAsync(file, _paths.File(plain), default);
        var add = new AddFile
        {
            Path = DataPath.Encode(plain), SizeBytes = entry.SizeBytes, ModificationTime = entry.LastModified.ToUnixTimeMilliseconds(), DataChange = true, PartitionValues = Maps.Of([partition]),
            Statistics = $$$"""{"numRecords":1,"minValues":{"id":{{{id}}}},"maxValues":{"id":{{{id}}}},"nullCount":{"id":0}}""",
        };
        var outcome = await table.CommitAsync(new CommitRequest
        {
            CommitId = Guid.NewGuid(), Kind = CommitKind.Append, Transaction = CommitTransaction.OfRun($"r{id}", "s"), Adds = [add], Schema = schema, PartitionColumns = ["region"], ExpectedRows = 1,
            Domains = Maps.Of([new("datagrid.owner", "p")]),
        }, default);
        Assert.IsType<CommitOutcome.Committed>(outcome);
        var text = region is null ? "null" : $"\"{region}\"";
        return $$"""{"id":{{id}},"name":"n{{id}}","tags":["a",null],"region":{{text}}{{(score.Length == 0 ? "" : ",\"score\":1.5")}}}""";
    }

    private async Task<List<string>> HereAsync(DeltaTable table)
    {
        var head = (await table.ReadHeadAsync(default))!;
        using var scan = await DeltaScan.PrepareAsync(_store, _paths, head, null, _engine, default);
        var lines = await _engine.RunAsync(connection =>
        {
            using var rows = connection.Query($"SELECT to_json(t)::VARCHAR FROM ({scan.Sql}) AS t");
            return rows.ReadRows().Select(static row => (string)row[0]!).ToList();
        }, default);
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private async Task<List<string>> ElsewhereAsync()
    {
        var reader = Path.Combine(RepositoryRoot(), "tests", "delta-reader");
        if (!Directory.Exists(Path.Combine(reader, "node_modules"))) await RunAsync("npm", reader, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        var output = await RunAsync("node", reader, "read.mjs", _store.LocalPath(_paths.Table)!);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    private static async Task<string> RunAsync(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await error}");
        return await output;
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DataGrid.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository's root was not found above the test's folder.");
        return folder;
    }

    private sealed class Meeting(string place, Func<Task> work) : IFailpoints
    {
        public async ValueTask HitAsync(string name, CancellationToken cancellationToken)
        {
            if (name == place) await work();
        }
    }
}
