using System.Diagnostics;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Schema;
using DataGrid.DuckDb;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;

namespace DataGrid.LoadTests.Benches;

/// <summary>Many writers append to one table at once.</summary>
internal sealed class CommitsBench : IBench
{
    private const int Writers = 64;
    private const int AppendsEach = 16;
    private const double FewestPerSecond = 100;

    public string Name => "commits";

    public string Description => "64 writers append to one table, every append durable when it is acknowledged";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var file = Path.Combine(context.Scratch, "rows.parquet");
        using (var instance = DuckDbInstance.Open())
        using (var connection = instance.Connect())
            connection.Execute($"copy (select range as id from range(100)) to {SqlText.QuoteLiteral(file)} (format parquet)");
        var bytes = await File.ReadAllBytesAsync(file);
        var conflicts = 0;
        var versions = 0L;
        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("one writer", "appends/s", async round => (await AppendAsync(context.Fresh($"one-{round}"), bytes, writers: 1, each: 64)).PerSecond),
            new Contender("64 writers", "appends/s", async round =>
            {
                var (perSecond, head, lost) = await AppendAsync(context.Fresh($"many-{round}"), bytes, Writers, AppendsEach);
                (versions, conflicts) = (head, conflicts + lost);
                return perSecond;
            }));
        if (conflicts > 0) throw new InvalidOperationException($"{conflicts} appends were refused; an append never conflicts with an append");
        return new BenchReport
        {
            Bench = Name,
            Measured = measured,
            Judged = [new Judged("64 writers", measured[1].Samples, FewestPerSecond, IsAtLeast: true, Unit: "appends/s")],
            Notes = [$"{Writers * AppendsEach} appends of 64 writers became {versions + 1} versions; none saw a conflict; writing the data files is included"],
        };
    }

    private static async Task<(double PerSecond, long Head, int Refused)> AppendAsync(string folder, byte[] bytes, int writers, int each)
    {
        var store = LocalObjectStore.Open(folder);
        var paths = TablePaths.Of(WorkspaceId.Default, DatasetName.Parse("bench.rows"));
        var options = new DeltaTableOptions();
        using var engine = new LogEngine(options);
        using var table = new DeltaTable(store, paths, engine, options, TimeProvider.System);
        var schema = DuckDbTypes.ToSchema([new ColumnSpec { Name = "id", Type = "BIGINT" }]);

        async Task<int> WriteAsync(int writer)
        {
            var refused = 0;
            for (var number = 0; number < each; number++)
            {
                var name = $"part-{writer:d3}-{number:d5}.parquet";
                await store.PutIfAbsentAsync(paths.File(name), bytes, CancellationToken.None);
                var outcome = await table.CommitAsync(new CommitRequest
                {
                    CommitId = Guid.NewGuid(),
                    Kind = CommitKind.Append,
                    Schema = schema,
                    Transaction = CommitTransaction.OfRun($"w{writer}-{number}", "bench.rows"),
                    ExpectedRows = 100,
                    Adds =
                    [
                        new AddFile
                        {
                            Path = name,
                            DataChange = true,
                            SizeBytes = bytes.Length,
                            ModificationTime = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
                            Statistics = """{"numRecords":100,"minValues":{"id":0},"maxValues":{"id":99},"nullCount":{"id":0}}""",
                        },
                    ],
                }, CancellationToken.None);
                if (outcome is not CommitOutcome.Committed) refused++;
            }
            return refused;
        }

        var clock = Stopwatch.StartNew();
        var refusals = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(writer))));
        var elapsed = clock.Elapsed.TotalSeconds;
        var head = await table.ReadHeadAsync(CancellationToken.None) ?? throw new InvalidOperationException("the table is not there");
        if (head.Files.Count != writers * each - refusals.Sum())
            throw new InvalidOperationException($"{writers * each} appends were made and {head.Files.Count} files are in the table");
        return (writers * each / elapsed, head.Version, refusals.Sum());
    }
}
