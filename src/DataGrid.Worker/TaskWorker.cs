using System.Collections.Concurrent;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Errors;
using DataGrid.Storage.Runs;
using DataGrid.Storage.Tables;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Worker;

/// <summary>A silo's worker: asks for tasks when it has free slots, runs them on the engine, adopts their files and reports.</summary>
public sealed partial class TaskWorker : IAsyncDisposable
{
    private readonly IGrainFactory _grains;
    private readonly WorkspaceId _workspace;
    private readonly ITaskExecutor _executor;
    private readonly RunStore _runs;
    private readonly WorkerOptions _options;
    private readonly ManifestAdopter _adopter;
    private readonly TimeProvider _clock;
    private readonly ILogger<TaskWorker> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<AttemptId, RunningTask> _running = new();
    private readonly string _name = $"{Environment.MachineName}-{Environment.ProcessId}";
    private Task _loops = Task.CompletedTask;

    /// <summary>Wires a worker; <see cref="Start"/> lets it work.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="workspace">The workspace whose tasks it runs.</param>
    /// <param name="executor">The engine.</param>
    /// <param name="runs">Where staging folders lie.</param>
    /// <param name="tables">Where files go.</param>
    /// <param name="options">Slots and limits.</param>
    /// <param name="clock">Time.</param>
    /// <param name="logger">The log.</param>
    public TaskWorker(
        IGrainFactory grains, WorkspaceId workspace, ITaskExecutor executor, RunStore runs, TableSet tables, WorkerOptions options, TimeProvider clock,
        ILogger<TaskWorker> logger)
    {
        (_grains, _workspace, _executor, _runs, _options, _clock, _logger) = (grains, workspace, executor, runs, options, clock, logger);
        _adopter = new ManifestAdopter(tables);
    }

    /// <summary>Begins to ask for tasks.</summary>
    public void Start() => _loops = Task.WhenAll(Task.Run(LeaseAsync), Task.Run(HeartbeatAsync));

    /// <summary>Stops asking, interrupts what runs and waits until it has stopped, at most for <see cref="WorkerOptions.StopTimeout"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (var running in _running.Values) await running.Cancel.CancelAsync();
        await Task.WhenAny(Task.WhenAll([_loops, .. _running.Values.Select(static running => running.Done)]), Task.Delay(_options.StopTimeout, _clock));
        _stopping.Dispose();
    }

    private IDispatchGrain Dispatch => _grains.GetGrain<IDispatchGrain>(GrainKeys.Workspace(_workspace));

    private int FreeSlots => _options.Slots - _running.Values.Sum(static running => running.Slots);

    private async Task LeaseAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (FreeSlots <= 0)
                {
                    await Task.WhenAny(_running.Values.Select(static running => running.Done)).WaitAsync(_stopping.Token);
                    continue;
                }
                var poll = Dispatch.Poll(_name, FreeSlots, _options.Slots, _options.PollWait);
                // A slot that becomes free meanwhile is worth a new question.
                foreach (var lease in await poll.WaitAsync(_stopping.Token)) Begin(lease);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                PollFailed(fault);
                await Task.Delay(_options.PauseAfterFault, _clock, CancellationToken.None);
            }
        }
    }

    private async Task HeartbeatAsync()
    {
        using var timer = new PeriodicTimer(_options.HeartbeatEvery, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                if (_running.IsEmpty) continue;
                foreach (var attempt in await Dispatch.Heartbeat(_name, [.. _running.Keys]))
                    if (_running.TryGetValue(attempt, out var running)) await running.Cancel.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private void Begin(TaskLease lease)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[lease.Offer.Task.Attempt] = new RunningTask(lease.Slots, cancel, done.Task);
        _ = Task.Run(() => WorkAsync(lease, cancel, done));
    }

    private async Task WorkAsync(TaskLease lease, CancellationTokenSource cancel, TaskCompletionSource done)
    {
        var task = lease.Offer.Task;
        try
        {
            var stage = _grains.GetGrain<IStageGrain>(GrainKeys.Stage(_workspace, task.Task.Run, task.Task.Stage, 0));
            await stage.Begin(task.Task, task.Attempt);
            var report = await RunAsync(Equip(task, lease.Slots), lease.Offer.Generation, cancel.Token);
            await stage.Report(report);
        }
        catch (Exception fault)
        {
            // The stage does not know: the lease runs out and the task is given to somebody else.
            ReportFailed(fault, task.Task);
        }
        finally
        {
            await Dispatch.Complete(task.Attempt);
            _running.TryRemove(task.Attempt, out _);
            cancel.Dispose();
            done.SetResult();
        }
    }

    private async Task<TaskReport> RunAsync(TaskSpec task, int generation, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(task.Step.Timeout, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var progress = new ProgressRelay(_grains.GetGrain<IRunGrain>(GrainKeys.Run(_workspace, task.Task.Run)), task.Task.Stage, _clock);
        var result = await _executor.ExecuteAsync(task, progress, linked.Token);
        if (result.Outcome == TaskOutcome.Cancelled && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            result = result with { Outcome = TaskOutcome.Failed, Problem = TimedOut(task) };
        if (result is not { Outcome: TaskOutcome.Succeeded, Manifest: { } manifest }) return new TaskReport { Result = result, Generation = generation };
        try
        {
            var files = await _adopter.AdoptAsync(task, manifest, CancellationToken.None);
            return new TaskReport { Result = result, Generation = generation, Files = files };
        }
        catch (Exception fault)
        {
            AdoptFailed(fault, task.Task);
            return new TaskReport
            {
                Result = result with { Outcome = TaskOutcome.Failed, Manifest = null, Problem = FaultProblems.From(fault) },
                Generation = generation,
            };
        }
    }

    private TaskSpec Equip(TaskSpec task, int slots) => task with
    {
        StagingDirectory = _runs.StagingDirectory(task.Task.Run, task.Task.Stage, task.Attempt),
        Limits = new TaskLimits
        {
            MemoryBytes = _options.MemoryOf(slots),
            Threads = _options.ThreadsPerTask,
            TemporaryBytes = _options.TemporaryBytes / _options.Slots * slots,
        },
    };

    private static Problem TimedOut(TaskSpec task) => new()
    {
        Code = ErrorCodes.TaskTimeout,
        Message = $"{task.Step.Name} took longer than its timeout of {task.Step.Timeout}",
        Help = "give the model a longer 'timeout', or let it read less",
        Position = new SourcePosition { File = task.Step.File },
        Dataset = task.Step.Name.ToString(),
    };

    [LoggerMessage(EventId = 7001, Level = LogLevel.Warning, Message = "Asking for tasks failed; asking again")]
    private partial void PollFailed(Exception fault);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Error, Message = "The result of task {Task} could not be reported")]
    private partial void ReportFailed(Exception fault, TaskId task);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Error, Message = "The files of task {Task} could not be taken over")]
    private partial void AdoptFailed(Exception fault, TaskId task);

    private sealed record RunningTask(int Slots, CancellationTokenSource Cancel, Task Done);
}
