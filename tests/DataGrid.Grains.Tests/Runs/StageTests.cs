using System.Collections.Concurrent;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Silo;
using DataGrid.Worker;

namespace DataGrid.Grains.Tests.Runs;

/// <summary>Stages of many tasks on a silo whose tasks do nothing but what the test says.</summary>
public sealed class StageTests : IDisposable
{
    private readonly TestProject _project = new();

    [Fact]
    public async Task Every_task_of_a_stage_has_one_winner_and_the_stage_ends_once()
    {
        await using var kit = await StartAsync(static (_, _) => Task.CompletedTask);
        await kit.RunAsync(200);
        Assert.Equal(Enumerable.Range(0, 200), kit.Begun.Distinct().Order());
    }

    [Fact]
    public async Task A_straggler_gets_a_second_attempt_and_the_first_result_wins()
    {
        var attempts = 0;
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var kit = await StartAsync(async (task, cancel) =>
        {
            // The first attempt at the last task never comes to an end by itself.
            if (task.Task.Number != 9 || Interlocked.Increment(ref attempts) > 1) return;
            using var stop = cancel.Register(late.SetResult);
            await late.Task;
            cancel.ThrowIfCancellationRequested();
        });
        await kit.RunAsync(10);
        Assert.Equal(2, kit.Begun.Count(static number => number == 9));
        // The loser is told to stop.
        await late.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public void Dispose() => _project.Dispose();

    private async Task<Kit> StartAsync(Func<TaskSpec, CancellationToken, Task> act)
    {
        var executor = new Executor(act);
        var silo = await EmbeddedSilo.StartAsync(
            _project.Options with
            {
                Executor = executor,
                Engine = _project.Options.Engine with { MemoryBytes = 2L << 30 },
                Worker = new WorkerOptions { Slots = 8 },
                Runs = new() { StragglerCheckEvery = TimeSpan.FromMilliseconds(50) },
            },
            CancellationToken.None);
        return new Kit(silo, executor);
    }

    private sealed class Kit(EmbeddedSilo silo, Executor executor) : IAsyncDisposable
    {
        public ConcurrentBag<int> Begun => executor.Begun;

        /// <summary>Starts a stage of so many tasks and waits until each has a winner.</summary>
        public async Task RunAsync(int tasks)
        {
            var run = RunId.Parse("run-1");
            var name = DatasetName.Parse("s.many");
            var stage = silo.Grain<IStageGrain>(GrainKeys.Stage(WorkspaceId.Default, run, name, 0));
            await stage.Start(new StageSpec
            {
                Generation = 1,
                Tasks = [.. Enumerable.Range(0, tasks).Select(number => new TaskSpec
                {
                    Task = new TaskId(run, name, number),
                    Attempt = default,
                    Step = new() { Name = name, File = "f", Sql = "select 1", Columns = [], Reads = [] },
                    Inputs = [],
                    StagingDirectory = "",
                    Limits = new TaskLimits { MemoryBytes = 1, Threads = 1, TemporaryBytes = 1 },
                })],
            });
            var journal = silo.Service<ITaskJournal>();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while ((await journal.ListAsync(run, limit.Token)).Length < tasks) await Task.Delay(10, limit.Token);
            var winners = await journal.ListAsync(run, limit.Token);
            Assert.Equal(Enumerable.Range(0, tasks), winners.Select(static winner => winner.Result.Task.Number).Order());
        }

        public ValueTask DisposeAsync() => silo.DisposeAsync();
    }

    private sealed class Executor(Func<TaskSpec, CancellationToken, Task> act) : ITaskExecutor
    {
        public ConcurrentBag<int> Begun { get; } = [];

        public async Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
        {
            Begun.Add(task.Task.Number);
            var result = new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Succeeded, Manifest = new Manifest { Files = [], Columns = [] } };
            try
            {
                await act(task, cancellationToken);
                return result;
            }
            catch (OperationCanceledException)
            {
                return result with { Outcome = TaskOutcome.Cancelled, Manifest = null };
            }
        }
    }
}
