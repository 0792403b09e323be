#if !ORLEANS
using System.Diagnostics;
using System.Threading.Channels;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Postgres.Local;
using Orleans;

namespace DataGrid.LoadTests.Benches;

/// <summary>Three silos on PostgreSQL: tasks, an empty run, what they cost when they do nothing, and how long the tasks of one that is killed wait.</summary>
internal sealed class ClusterBench : IBench
{
    private const int Tasks = 10_000;
    private const int Stages = 20;
    private const int Runs = 40;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private static readonly (TimeSpan, TimeSpan) TestTimes = (TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(2));

    public string Name => "cluster";

    public string Description => "three silos on PostgreSQL: 10 000 tasks, an empty run, idling, and the tasks of a silo that is killed";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        await using var database = await ClusterKit.DatabaseAsync(context);
        var idle = new List<double>();
        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("no-op tasks", "tasks/s", round => TasksAsync(context, database, round)),
            new Contender("empty run", "ms", round => EmptyRunsAsync(context, database, round, idle)),
            new Contender("idle silos", "cores", _ => Task.FromResult(idle[^1])),
            new Contender("death to tasks elsewhere, lease 2 s", "s", round => DeathAsync(context, database, round, TestTimes)),
            new Contender("death to tasks elsewhere, by default", "s", round => DeathAsync(context, database, round, null)));
        return new BenchReport
        {
            Bench = Name,
            Measured = measured,
            Judged =
            [
                new Judged("no-op tasks", measured[0].Samples, 2_000, IsAtLeast: true, Unit: "tasks/s"),
                new Judged("empty run", measured[1].Samples, 50, Unit: "ms"),
                new Judged("idle silos", measured[2].Samples, 0.02, Unit: "cores"),
                new Judged("death, lease 2 s", measured[3].Samples, 5, Unit: "s"),
                new Judged("death, by default", measured[4].Samples, 15, Unit: "s"),
            ],
            Notes = [$"{ClusterKit.Silos} silos in this process, PostgreSQL beside it with fsync; a task counts when its result is durable; the middle of {Runs} runs"],
        };
    }

    private static async Task<double> TasksAsync(BenchContext context, LocalPostgres database, int round)
    {
        await using var kit = await ClusterKit.StartAsync(database, context.Fresh($"tasks-{round}"), static () => new ClusterKit.Nothing(), slots: 24);
        var run = RunId.Parse("bench-1");
        var journal = kit.All[0].Service<ITaskJournal>();
        var grains = kit.All[0].Service<IGrainFactory>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Stages).Select(stage => grains.GetGrain<IStageGrain>(GrainKeys.Stage(WorkspaceId.Default, run, DatasetName.Parse($"bench.s{stage}"), 0))
            .Start(TasksBench.StageOf(run, DatasetName.Parse($"bench.s{stage}"), Tasks / Stages))));
        while ((await journal.ListAsync(run, CancellationToken.None)).Length < Tasks) await Task.Delay(50);
        return Tasks / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> EmptyRunsAsync(BenchContext context, LocalPostgres database, int round, List<double> idle)
    {
        var (folder, spec) = await ClusterKit.ProjectAsync(context, "view");
        await using var kit = await ClusterKit.StartAsync(database, context.Fresh($"empty-{round}"), static () => new ClusterKit.Nothing());
        var samples = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var clock = Stopwatch.StartNew();
            var run = await kit.SubmitAsync(i % ClusterKit.Silos, folder, spec);
            await foreach (var page in kit.All[i % ClusterKit.Silos].WatchAsync(run, CancellationToken.None))
                if (page.IsComplete) break;
            samples.Add(clock.Elapsed.TotalMilliseconds);
        }
        using var process = Process.GetCurrentProcess();
        var (before, passed) = (process.TotalProcessorTime, Stopwatch.StartNew());
        while (passed.Elapsed < IdleTime) await Task.Delay(IdleTime - passed.Elapsed + TimeSpan.FromMilliseconds(1));
        process.Refresh();
        idle.Add((process.TotalProcessorTime - before) / passed.Elapsed);
        return Statistics.Median(samples);
    }

    /// <summary>From the moment at which a silo that runs a task says nothing any more to the moment at which another begins the task.</summary>
    private static async Task<double> DeathAsync(BenchContext context, LocalPostgres database, int round, (TimeSpan, TimeSpan)? times)
    {
        var (folder, spec) = await ClusterKit.ProjectAsync(context, "table");
        var begun = Channel.CreateUnbounded<int>();
        var next = 0;
        await using var kit = await ClusterKit.StartAsync(database, context.Fresh($"death-{round}-{times is null}"), () => new ClusterKit.Endless(next++, begun.Writer), times: times);
        await kit.SubmitAsync(0, folder, spec);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var first = await begun.Reader.ReadAsync(limit.Token);
        var clock = Stopwatch.StartNew();
        kit.All[first].Service<DataGrid.Runtime.Silo>().Abort("A benchmark killed it.");
        while (await begun.Reader.ReadAsync(limit.Token) == first) { }
        return clock.Elapsed.TotalSeconds;
    }
}
#endif
