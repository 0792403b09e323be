using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using DataGrid.Contracts.Datasets;
using DataGrid.DuckDb;
using DataGrid.Engine.Queries;
using DataGrid.Engine.Sessions;

namespace DataGrid.LoadTests.Benches;

/// <summary>Ad-hoc queries against the bare engine on the same files.</summary>
internal sealed class QueryBench : IBench
{
    private const double MostTimesRaw = 1.05;
    private const double MostExtraMilliseconds = 10;

    // One of each shape that people ask; results are small, so that the query is measured and not its rows' way to the screen.
    private static readonly string[] Queries =
    [
        "select count(*) from bench.flights",
        "select origin, count(*) as n, avg(delay) as delay from bench.flights group by origin order by n desc",
        "select date_trunc('day', departed_at) as day, count(*) as n from bench.flights where delay > 60 group by all order by day",
        "select origin, destination, count(*) as n from bench.flights group by all order by n desc limit 20",
        "select count(distinct (origin, destination)) from bench.flights",
        "select l.origin, count(*) from bench.flights l join (select origin, max(distance) as far from bench.flights group by origin) r on r.origin = l.origin and l.distance = r.far group by all order by all limit 50",
        "select origin, quantile_cont(delay, 0.95) from bench.flights group by origin order by origin",
        "select * from (select origin, departed_at, delay, row_number() over (partition by origin order by delay desc, departed_at) as place from bench.flights) where place <= 3 order by all",
        "select * from bench.flights order by delay desc, departed_at, origin, destination limit 100",
        "select distance // 100 as bucket, count(*), avg(delay), stddev(delay) from bench.flights group by bucket order by bucket",
    ];

    public string Name => "query";

    public string Description => "ten ad-hoc queries over 3 M rows: gate, binding, locked instance, CSV, against raw DuckDB writing CSV";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var flights = EngineKit.Flights(context);
        await using var pool = new InstancePool(new EngineOptions());
        await pool.WarmUpAsync();
        using var executor = new QueryExecutor(pool);
        using var raw = DuckDbInstance.Open();
        using var connection = raw.Connect();
        connection.Execute($"create schema bench; create view bench.flights as from {SqlText.QuoteLiteral(flights.Files[0].Path)}");
        var output = Path.Combine(context.Scratch, "out.csv");
        var analyzing = 0d;

        // A person's queries follow one another over the same tables; the first one with new tables or a new version opens the engine that the next ones use.
        Contender Executor(string name, Func<int, string?> session) => new(name, "ms", async round =>
        {
            var clock = Stopwatch.StartNew();
            analyzing = 0;
            foreach (var sql in Queries)
            {
                var begun = Stopwatch.GetTimestamp();
                var analysis = executor.Analyze(sql);
                analyzing += Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
                if (!analysis.Problems.IsEmpty) throw new InvalidOperationException(analysis.Problems[0].Message);
                await using var stream = File.Create(output);
                var spec = new QuerySpec { Sql = sql, Inputs = [flights], Limits = EngineKit.Limits, Session = session(round) };
                var outcome = await executor.WriteAsync(spec, QueryFormat.Csv, stream, CancellationToken.None);
                if (outcome.Problem is { } problem) throw new InvalidOperationException($"{sql}: {problem.Message}");
            }
            return clock.Elapsed.TotalMilliseconds;
        });

        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("raw DuckDB, ten queries", "ms", _ =>
            {
                var clock = Stopwatch.StartNew();
                foreach (var sql in Queries) connection.Execute($"copy ({sql}) to {SqlText.QuoteLiteral(output)} (format csv, header)");
                return Task.FromResult(clock.Elapsed.TotalMilliseconds);
            }),
            Executor("datagrid's executor, ten queries of a session", round => $"round {round}"),
            Executor("the same, each with an engine of its own", _ => null));
        ImmutableArray<double> Beyond(int contender) => [.. measured[contender].Samples.Zip(measured[0].Samples, static (ours, theirs) => (ours - MostTimesRaw * theirs) / Queries.Length)];
        return new BenchReport
        {
            Bench = Name,
            Measured = measured,
            Judged = 
[new Judged($"beyond {MostTimesRaw.ToString(CultureInfo.InvariantCulture)} x raw, per query", Beyond(1), MostExtraMilliseconds, Unit: "ms")],
            Notes =
            [
                $"each round is a session of its own, whose first query opens the engine; with one for every query it is {Statistics.Median(Beyond(2)):0.0} ms",
                $"of the last round, {analyzing / Queries.Length:0.0} ms per query went into judging and reading the text",
            ],
        };
    }
}
