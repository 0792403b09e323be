using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Tests;
using DataGrid.Engine.Tests.Tasks;
using DataGrid.Engine.Tasks;
using DataGrid.Worker.Children;

namespace DataGrid.Worker.Tests;

/// <summary>What happens to children happens to one task alone. On Linux: the limits and signals are the kernel's.</summary>
[SupportedOSPlatform("linux")]
public sealed class ChildTaskExecutorTests : IAsyncLifetime
{
    private const string Endless = "SELECT count(*) AS n FROM range(3000000000) a(i), range(1000) b(j) WHERE (i * j) % 7 = 3";

    private readonly TempFolder _folder = new();
    private readonly List<ChildKit> _kits = [];
    private int _attempts;

    [Fact]
    public async Task A_query_that_takes_all_memory_fails_its_task_with_advice_and_nothing_else()
    {
        var kit = Kit(2);
        var neighbour = kit.Executor.ExecuteAsync(Task("SELECT sum(i) AS s FROM range(200000000) r(i)"), new Progress<TaskProgress>(), default);
        var greedy = Task("SELECT max(x) AS m FROM (SELECT repeat(i::VARCHAR, 2000000000) AS x FROM range(7) r(i))");
        var result = await RunAsync(kit, greedy with { Limits = new TaskLimits { MemoryBytes = 300L << 20, Threads = 1, TemporaryBytes = 1L << 30 } });

        Assert.Equal(TaskOutcome.Failed, result.Outcome);
        Assert.Equal(ErrorCodes.OutOfMemory, result.Problem!.Code);
        Assert.Equal(RetryHint.RetryWithMoreMemory, result.Problem.Kind.Retry);
        Assert.Contains("MiB that it may have", result.Problem.Message, StringComparison.Ordinal);
        Assert.Contains("memory", result.Problem.Help!, StringComparison.Ordinal);
        Assert.False(Directory.Exists(greedy.StagingDirectory));
        Assert.Equal(TaskOutcome.Succeeded, (await neighbour).Outcome);
        Assert.Equal(TaskOutcome.Succeeded, (await RunAsync(kit, Task("SELECT 1 AS a"))).Outcome);
    }

    [Fact]
    public async Task A_child_that_is_killed_fails_its_task_and_the_next_attempt_wins()
    {
        var kit = Kit(1);
        var child = await kit.ProcessAsync();
        var task = Task(Endless);
        var result = await WhileItRunsAsync(kit, task, () => Signal(child, "KILL"));

        Assert.Equal(ErrorCodes.WorkerCrashed, result.Problem!.Code);
        Assert.Contains("killed from outside", result.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(RetryHint.Retry, result.Problem.Kind.Retry);
        Assert.False(Directory.Exists(task.StagingDirectory));
        Assert.Equal(TaskOutcome.Succeeded, (await RunAsync(kit, Task("SELECT 1 AS a"))).Outcome);
        Assert.NotEqual(child, Assert.Single(kit.Processes()));
    }

    [Fact]
    public async Task A_child_that_crashes_is_told_with_its_signal()
    {
        var kit = Kit(1);
        var child = await kit.ProcessAsync();
        var result = await WhileItRunsAsync(
            kit,
            Task(Endless),
            () =>
            {
                // The runtime takes the first one that no instruction caused as a mistake, and lets the second do what signals do.
                Signal(child, "SEGV");
                Signal(child, "SEGV");
            });
        Assert.Equal(ErrorCodes.WorkerCrashed, result.Problem!.Code);
        Assert.Contains("crashed", result.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_interrupts_the_engine_and_keeps_the_child()
    {
        var kit = Kit(1);
        var child = await kit.ProcessAsync();
        using var cancel = new CancellationTokenSource();
        var task = Task(Endless);
        var result = await WhileItRunsAsync(kit, task, cancel.Cancel, cancel.Token);
        Assert.Equal(TaskOutcome.Cancelled, result.Outcome);
        Assert.False(Directory.Exists(task.StagingDirectory));
        Assert.Equal(child, Assert.Single(kit.Processes()));
    }

    [Fact]
    public async Task A_child_that_does_not_answer_a_cancel_is_killed()
    {
        var kit = Kit(1, new ChildOptions { KillAfter = TimeSpan.FromMilliseconds(200) });
        var child = await kit.ProcessAsync();
        using var cancel = new CancellationTokenSource();
        var result = await WhileItRunsAsync(
            kit,
            Task(Endless),
            () =>
            {
                Signal(child, "STOP");
                cancel.Cancel();
            },
            cancel.Token);
        Assert.Equal(TaskOutcome.Cancelled, result.Outcome);
        Assert.Equal(TaskOutcome.Succeeded, (await RunAsync(kit, Task("SELECT 1 AS a"))).Outcome);
        Assert.DoesNotContain(child, kit.Processes());
    }

    [Fact]
    public async Task A_child_that_hangs_is_killed_at_the_deadline()
    {
        var kit = Kit(1, new ChildOptions { KillAfter = TimeSpan.FromMilliseconds(200) });
        var child = await kit.ProcessAsync();
        var task = Task(Endless);
        task = task with { Step = task.Step with { Timeout = TimeSpan.FromSeconds(1) } };
        var result = await WhileItRunsAsync(kit, task, () => Signal(child, "STOP"));
        Assert.Equal(ErrorCodes.TaskTimeout, result.Problem!.Code);
        Assert.Contains("its process was ended", result.Problem.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(task.StagingDirectory));
    }

    [Theory]
    [InlineData("echo this is no message; exec sleep 60", "no process could be started")]
    [InlineData("printf '\\002\\000\\000\\000R{}'; echo this is no message; exec sleep 60", "said what is no message")]
    [InlineData("printf '\\002\\000\\000\\000R{}\\002\\000\\000\\000D{}'; exec sleep 60", "said what is no message")]
    [InlineData("exit 3", "no process could be started")]
    [InlineData("printf '\\002\\000\\000\\000R{}'; head -c 700 > /dev/null; echo going mad >&2; exit 3", "ended with code 3: going mad")]
    public async Task A_child_that_talks_nonsense_fails_its_task_only(string script, string message)
    {
        var program = _folder.Write("child.sh", "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var result = await RunAsync(Kit(1, new ChildOptions { Program = program, KillAfter = TimeSpan.FromMilliseconds(200) }), Task("SELECT 1 AS a"));
        Assert.Equal(ErrorCodes.WorkerCrashed, result.Problem!.Code);
        Assert.Contains(message, result.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_is_replaced_after_as_many_tasks_as_the_option_says()
    {
        var kit = Kit(1, new ChildOptions { TasksPerChild = 2 });
        var first = await kit.ProcessAsync();
        await RunAsync(kit, Task("SELECT 1 AS a"));
        Assert.Equal(first, await kit.ProcessAsync());
        await RunAsync(kit, Task("SELECT 1 AS a"));
        Assert.NotEqual(first, await kit.ProcessAsync());
    }

    [Fact]
    public async Task Both_executors_write_the_same_rows_and_statistics()
    {
        var task = Task("SELECT i AS id, i % 7 AS v, 'n' || i AS name FROM range(5000) r(i)", TaskBench.Predicate("v", "v < 6", CheckAction.Quarantine), TaskBench.Predicate("odd", "id % 2 = 1", CheckAction.Warn));
        await using var pool = new Engine.Sessions.InstancePool(new() { TemporaryDirectory = _folder["spill"], TargetFileBytes = 64L << 20 });
        var own = await new TaskExecutor(pool, TimeProvider.System).ExecuteAsync(task with { StagingDirectory = _folder["own"] }, new Progress<TaskProgress>(), default);
        var child = await RunAsync(Kit(1), task);
        Assert.Equal(Shown(own), Shown(child));
    }

    public Task InitializeAsync() => System.Threading.Tasks.Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var kit in _kits) await kit.DisposeAsync();
        foreach (var kit in _kits) Assert.Empty(kit.Processes());
        _folder.Dispose();
    }

    private static string Shown(TaskResult result) => JsonSerializer.Serialize(result with { Metrics = result.Metrics with { Elapsed = default } }, DataGridJson.Options);

    private static Task<TaskResult> RunAsync(ChildKit kit, TaskSpec task) => kit.Executor.ExecuteAsync(task, new Progress<TaskProgress>(), default);

    /// <summary>Runs a task and does something once it tells that it is at work.</summary>
    private static async Task<TaskResult> WhileItRunsAsync(ChildKit kit, TaskSpec task, Action act, CancellationToken cancellationToken = default)
    {
        var working = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = kit.Executor.ExecuteAsync(task, new Told(working), cancellationToken);
        await await System.Threading.Tasks.Task.WhenAny(working.Task, running);
        act();
        return await running;
    }

    private static void Signal(int process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private ChildKit Kit(int size, ChildOptions? options = null)
    {
        var kit = new ChildKit(_folder.Folder("kit" + _kits.Count), size, options);
        _kits.Add(kit);
        return kit;
    }

    private TaskSpec Task(string sql, params CheckSpec[] checks) => new()
    {
        Task = new TaskId(RunId.Parse("run-1"), DatasetName.Parse("silver.result"), 0),
        Attempt = AttemptId.Create(new Guid(++_attempts, 0, 0, new byte[8])),
        Step = new StepSpec { Name = DatasetName.Parse("silver.result"), File = "models/silver/result.sql", Sql = sql, Columns = [], Reads = [], Checks = [.. checks] },
        Inputs = [],
        StagingDirectory = _folder["staging-" + _attempts],
        Limits = new TaskLimits { MemoryBytes = 512L << 20, Threads = 1, TemporaryBytes = 1L << 30 },
    };

    private sealed class Told(TaskCompletionSource working) : IProgress<TaskProgress>
    {
        public void Report(TaskProgress value) => working.TrySetResult();
    }
}
