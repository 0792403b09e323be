using System.Diagnostics;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;
using DataGrid.Silo;
using DataGrid.Worker;

namespace DataGrid.LoadTests.Benches;

/// <summary>How fast tasks go through stages, dispatcher and worker when they do nothing.</summary>
internal sealed class TasksBench : IBench
{
    private const int Tasks = 10_000;
    private const int Stages = 20;
    private const double FewestPerSecond = 2_000;

    public string Name => "tasks";

    public string Description => "10 000 tasks that do nothing, offered, leased, reported and durable";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var measured = await Contest.RunAsync(context.Rounds, new Contender("no-op tasks", "tasks/s", round => MeasureAsync(context.Fresh($"root-{round}"))));
        return new BenchReport
        {
            Bench = Name,
            Measured = measured,
            Judged = [new Judged("no-op tasks", measured[0].Samples, FewestPerSecond, IsAtLeast: true, Unit: "tasks/s")],
            Notes = [$"{Tasks} tasks in {Stages} stages, 64 slots, metadata in the embedded store; a task counts when its result is durable"],
        };
    }

    private static async Task<double> MeasureAsync(string root)
    {
        await using var silo = await EmbeddedSilo.StartAsync(
            new SiloOptions
            {
                Root = root,
                Executor = new Nothing(),
                Engine = new EngineOptions { MemoryBytes = 16L << 30, WarmInstances = 0, TemporaryDirectory = Path.Combine(root, "spill") },
                Worker = new WorkerOptions { Slots = 64 },
            },
            CancellationToken.None);
        var run = RunId.Parse("bench-1");
        var journal = silo.Service<ITaskJournal>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Stages).Select(stage => StartAsync(silo, run, DatasetName.Parse($"bench.s{stage}"))));
        while ((await journal.ListAsync(run, CancellationToken.None)).Length < Tasks) await Task.Delay(50);
        return Tasks / clock.Elapsed.TotalSeconds;
    }

    private static Task StartAsync(EmbeddedSilo silo, RunId run, DatasetName name) =>
        silo.Grain<IStageGrain>(GrainKeys.Stage(WorkspaceId.Default, run, name, 0)).Start(StageOf(run, name, Tasks / Stages));

    /// <summary>A stage of tasks that need nothing.</summary>
    internal static StageSpec StageOf(RunId run, DatasetName name, int tasks) => new()
    {
        Generation = 1,
        Tasks = [.. Enumerable.Range(0, tasks).Select(number => new TaskSpec
        {
            Task = new TaskId(run, name, number),
            Attempt = default,
            Step = new() { Name = name, File = "models/nothing.sql", Sql = "select 1", Columns = [], Reads = [] },
            Inputs = [],
            StagingDirectory = "",
            Limits = new TaskLimits { MemoryBytes = 1, Threads = 1, TemporaryBytes = 1 },
        })],
    };

    private sealed class Nothing : ITaskExecutor
    {
        public Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken) =>
            Task.FromResult(new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Succeeded, Manifest = new Manifest { Files = [], Columns = [] } });
    }
}
