using System.Collections.Immutable;
using System.Diagnostics;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks;

namespace DataGrid.LoadTests.Benches;

/// <summary>Fifty row checks on three million rows, against the same predicates in one hand-written aggregate and one by one.</summary>
internal sealed class ChecksBench : IBench
{
    private const int Checks = 50;
    private const double MostTimesAggregate = 1.3;
    private const double MostTimesOneByOne = 0.25;

    private const string Select = "select departed_at, delay, distance, origin, destination from bench.flights";

    public string Name => "checks";

    public string Description => "50 row checks while 3 M rows are written, against one hand-written aggregate and against 50 queries";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var flights = EngineKit.Flights(context);
        ImmutableArray<string> predicates = [.. Enumerable.Range(0, Checks).Select(Predicate)];
        await using var pool = new InstancePool(new EngineOptions());
        await pool.WarmUpAsync();
        var executor = new TaskExecutor(pool, TimeProvider.System);
        using var raw = DuckDbInstance.Open();
        using var connection = raw.Connect();
        connection.Execute($"create schema bench; create view bench.flights as from {SqlText.QuoteLiteral(flights.Files[0].Path)}");
        var copy = $"copy ({Select}) to {SqlText.QuoteLiteral(Path.Combine(context.Scratch, "copy.parquet"))} (format parquet)";
        var attempts = 0;

        Task<double> Timed(params IEnumerable<string> statements)
        {
            var clock = Stopwatch.StartNew();
            foreach (var statement in statements) connection.Execute(statement);
            return Task.FromResult(clock.Elapsed.TotalMilliseconds);
        }

        async Task<double> TaskAsync(ImmutableArray<CheckSpec> checks)
        {
            var attempt = AttemptId.Create(Guid.NewGuid());
            var clock = Stopwatch.StartNew();
            var result = await executor.ExecuteAsync(SpecOf(flights, checks, attempt, context.Fresh($"staging-{attempts++ % 2}")), new Progress<TaskProgress>(), CancellationToken.None);
            if (result.Outcome != TaskOutcome.Succeeded) throw new InvalidOperationException(result.Problem?.Message);
            return clock.Elapsed.TotalMilliseconds;
        }

        var specs = predicates.Select(static (predicate, i) => new CheckSpec
        {
            Name = $"check {i}", Kind = CheckKind.Predicate, Otherwise = CheckAction.Warn, Expression = predicate,
        }).ToImmutableArray();
        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("copy and one aggregate", "ms", _ => Timed(copy, $"select {string.Join(", ", predicates.Select(static p => $"count_if(({p}) is not true)"))} from bench.flights")),
            new Contender("copy and 50 queries", "ms", _ => Timed([copy, .. predicates.Select(static p => $"select count(*) from bench.flights where ({p}) is not true")])),
            new Contender("datagrid's task with 50 checks", "ms", _ => TaskAsync(specs)),
            new Contender("copy alone", "ms", _ => Timed(copy)),
            new Contender("datagrid's task without checks", "ms", _ => TaskAsync([])));

        // What the checks cost is what the task takes beyond the same task without them.
        var ours = Differences(measured[2], measured[4]);
        return new BenchReport
        {
            Bench = Name,
            Measured = measured,
            Judged =
            [
                new Judged("task / copy and one aggregate", Statistics.Ratios(measured[2], measured[0]), MostTimesAggregate),
                new Judged("checks / 50 queries", [.. ours.Zip(Differences(measured[1], measured[3]), static (a, b) => a / b)], MostTimesOneByOne),
            ],
        };
    }

    private static IEnumerable<double> Differences(Measured left, Measured right) => left.Samples.Zip(right.Samples, static (a, b) => a - b);

    private static string Predicate(int number) => (number % 5) switch
    {
        0 => $"delay between {-1200 - number} and 2000",
        1 => $"distance > {number / 10}",
        2 => $"length(origin) <= {3 + number}",
        3 => $"origin <> destination or delay < {number}",
        _ => $"departed_at >= timestamp '2000-12-{1 + number % 28:d2}'",
    };

    private static TaskSpec SpecOf(TaskInput flights, ImmutableArray<CheckSpec> checks, AttemptId attempt, string staging)
    {
        var name = DatasetName.Parse("bench.checked");
        return new TaskSpec
        {
            Task = new TaskId(RunId.Parse("bench"), name, 0),
            Attempt = attempt,
            Step = new StepSpec
            {
                Name = name,
                File = "models/bench/checked.sql",
                Sql = Select,
                Columns = flights.Columns,
                Reads = [flights.Name],
                Checks = checks,
            },
            Inputs = [flights],
            StagingDirectory = staging,
            Limits = EngineKit.Limits,
        };
    }
}
