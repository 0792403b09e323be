using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Silos;
using DataGrid.Core.Errors;
using DataGrid.Storage.Mirror;
using DataGrid.Storage.Runs;
using DataGrid.Storage.Tables;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Worker;

/// <summary>A silo's worker: asks for tasks when it has free slots, runs them on the engine, adopts their files and reports.</summary>
public sealed partial class TaskWorker : IAsyncDisposable
{
    private const long LeastMemoryOfSlot = 128L << 20;

    private readonly IGrainFactory _grains;
    private readonly WorkspaceId _workspace;
    private readonly ITaskExecutor _executor;
    private readonly RunStore _runs;
    private readonly TableSet _tables;
    private readonly TaskLimits _capacity;
    private readonly WorkerOptions _options;
    private readonly int _slots;
    private readonly ManifestAdopter _adopter;
    private readonly TimeProvider _clock;
    private readonly ILogger<TaskWorker> _logger;
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<AttemptId, RunningTask> _running = new();
    private readonly WorkerCapacity _worker;
    private Task _loops = Task.CompletedTask;
    private int _isDisposed;

    /// <summary>Wires a worker; <see cref="Start"/> lets it work.</summary>
    /// <param name="grains">The cluster.</param>
    /// <param name="workspace">The workspace whose tasks it runs.</param>
    /// <param name="executor">The engine.</param>
    /// <param name="runs">Where staging folders lie.</param>
    /// <param name="tables">Where files go.</param>
    /// <param name="silos">Which silo this is.</param>
    /// <param name="capacity">What all its tasks together may use; a slot has its share of memory and spill space, and all threads.</param>
    /// <param name="options">Slots and limits.</param>
    /// <param name="clock">Time.</param>
    /// <param name="logger">The log.</param>
    public TaskWorker(
        IGrainFactory grains, WorkspaceId workspace, ITaskExecutor executor, RunStore runs, TableSet tables, ISiloStatus silos, TaskLimits capacity,
        WorkerOptions options, TimeProvider clock, ILogger<TaskWorker> logger)
    {
        (_grains, _workspace, _executor, _runs, _tables, _capacity, _options, _clock, _logger) = (grains, workspace, executor, runs, tables, capacity, options, clock, logger);
        _slots = SlotsOf(capacity, options);
        ArgumentNullException.ThrowIfNull(silos);
        _worker = new WorkerCapacity { Worker = silos.Self, Slots = _slots, MemoryBytes = capacity.MemoryBytes };
        _adopter = new ManifestAdopter(tables);
    }

    /// <summary>How many tasks run side by side: as many as are allowed, but a slot with too little memory would spill for nothing.</summary>
    public static int SlotsOf(TaskLimits capacity, WorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(options);
        return (int)Math.Clamp(capacity.MemoryBytes / LeastMemoryOfSlot, 1, options.Slots);
    }

    /// <summary>Begins to ask for tasks.</summary>
    public void Start() => _loops = Task.WhenAll(Task.Run(LeaseAsync), Task.Run(HeartbeatAsync));

    /// <summary>Takes no more tasks, and lets those that run come to their end, at most for <see cref="WorkerOptions.DrainTimeout"/>.</summary>
    public async Task DrainAsync()
    {
        await _draining.CancelAsync();
        if (_options.DrainTimeout <= TimeSpan.Zero || _running.IsEmpty) return;
        using var over = new CancellationTokenSource();
        await Task.WhenAny(Task.WhenAll(_running.Values.Select(static running => running.Done)), Task.Delay(_options.DrainTimeout, _clock, over.Token));
        await over.CancelAsync();
    }

    /// <summary>Drains, then interrupts what still runs, hands it back and waits until it has stopped, at most for <see cref="WorkerOptions.StopTimeout"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1) return;
        await DrainAsync();
        await _stopping.CancelAsync();
        foreach (var running in _running.Values) await running.StopAsync();
        await Task.WhenAny(Task.WhenAll([_loops, .. _running.Values.Select(static running => running.Done)]), Task.Delay(_options.StopTimeout, _clock));
        _stopping.Dispose();
        _draining.Dispose();
    }

    private IDispatchGrain Dispatch => _grains.GetGrain<IDispatchGrain>(GrainKeys.Workspace(_workspace));

    private async Task LeaseAsync()
    {
        while (!_draining.IsCancellationRequested)
        {
            try
            {
                // Attempts whose leases ran out still take memory until they have stopped, though the dispatcher counts them no more.
                while (_running.Count >= _slots) await Task.WhenAny(_running.Values.Select(static running => running.Done)).WaitAsync(_draining.Token);
                foreach (var lease in await Dispatch.Poll(_worker, _options.PollWait, _draining.Token))
                {
                    // It came too late: somebody else takes it.
                    if (_draining.IsCancellationRequested) await Dispatch.HandBack(lease.Offer.Task.Attempt);
                    else Begin(lease);
                }
            }
            catch (OperationCanceledException) when (_draining.IsCancellationRequested)
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
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                while (await timer.WaitForNextTickAsync(_stopping.Token))
                    if (!_running.IsEmpty) await BeatAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                HeartbeatFailed(fault);
            }
        }
    }

    private async Task BeatAsync()
    {
        var held = _running.Values.Select(static running => running.Held).ToImmutableArray();
        foreach (var attempt in await Dispatch.Heartbeat(_worker.Worker, [.. held.Select(static one => one.Attempt)], held))
            if (_running.TryGetValue(attempt, out var running)) await running.StopAsync();
    }

    private void Begin(TaskLease lease)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = lease.Offer.Task;
        _running[task.Attempt] = new RunningTask(new HeldAttempt { Attempt = task.Attempt, Task = task.Task, Slots = lease.Slots }, cancel, done.Task);
        _ = Task.Run(() => WorkAsync(lease, cancel, done));
    }

    private async Task WorkAsync(TaskLease lease, CancellationTokenSource cancel, TaskCompletionSource done)
    {
        var task = lease.Offer.Task;
        try
        {
            var stage = _grains.GetGrain<IStageGrain>(GrainKeys.Stage(_workspace, task.Task.Run, task.Task.Stage, 0));
            await stage.Begin(task.Task, task.Attempt);
            TaskMeasures.Begun(lease.Offer, _clock.GetUtcNow());
            TaskReport report;
            using (var span = TaskMeasures.Span(task, _worker.Worker))
            {
                report = await RunAsync(Equip(task, lease.Slots) with { TraceParent = span?.Id ?? task.TraceParent }, lease.Offer.Generation, cancel.Token);
                TaskMeasures.Ended(report.Result, span);
            }
            if (report.Result.Outcome == TaskOutcome.Cancelled && _stopping.IsCancellationRequested)
            {
                await Dispatch.HandBack(task.Attempt);
                return;
            }
            await SettleAsync(stage, report);
            await Dispatch.Complete(task.Attempt);
        }
        catch (Exception fault)
        {
            // The stage does not know: it sees that nobody has the task, and offers it again.
            ReportFailed(fault, task.Task);
            await TryCompleteAsync(task.Attempt);
        }
        finally
        {
            _running.TryRemove(task.Attempt, out _);
            cancel.Dispose();
            done.SetResult();
        }
    }

    private async Task TryCompleteAsync(AttemptId attempt)
    {
        try
        {
            await Dispatch.Complete(attempt);
        }
        catch (Exception fault)
        {
            // The lease runs out.
            HeartbeatFailed(fault);
        }
    }

    /// <summary>Reports, and removes what an attempt wrote in vain.</summary>
    private async Task SettleAsync(IStageGrain stage, TaskReport report)
    {
        bool? hasWon = null;
        try
        {
            hasWon = await ReportAsync(stage, report);
        }
        finally
        {
            if (hasWon is false || (hasWon is null && await UnclaimedFiles.AreGarbageAsync(_runs, report, CancellationToken.None))) await DiscardAsync(report);
        }
    }

    /// <summary>Reports; a call without an answer is made again, since a stage knows a report that it has had.</summary>
    /// <returns>Whether the attempt won. Null when that is not known: the stage that may have had the report has gone with its silo, and the one
    /// that answers has never heard of it.</returns>
    private async Task<bool?> ReportAsync(IStageGrain stage, TaskReport report)
    {
        var isUncertain = false;
        for (var call = 1; ; call++)
        {
            try
            {
                return await stage.Report(report) ? true : isUncertain ? null : false;
            }
            catch (Exception fault) when (call < _options.ReportCalls && !_stopping.IsCancellationRequested)
            {
                isUncertain = true;
                ReportFailed(fault, report.Result.Task);
                await Task.Delay(_options.PauseAfterFault, _clock, CancellationToken.None);
            }
        }
    }

    /// <summary>Removes what an attempt wrote that did not win. The run may be over and swept already, so nobody else would.</summary>
    private async Task DiscardAsync(TaskReport report)
    {
        var (task, attempt) = (report.Result.Task, report.Result.Attempt);
        try
        {
            if (!report.Files.IsEmpty) await _tables.DeleteAttemptAsync(task.Stage, attempt, static (_, _) => false, CancellationToken.None);
            await _runs.DeleteStagingAsync(task.Run, task.Stage, attempt, CancellationToken.None);
        }
        catch (IOException fault)
        {
            DiscardFailed(fault, task);
        }
    }

    private async Task<TaskReport> RunAsync(TaskSpec task, int generation, CancellationToken cancellationToken)
    {
        var progress = new ProgressRelay(_grains.GetGrain<IRunGrain>(GrainKeys.Run(_workspace, task.Task.Run)), task.Task.Stage, _clock);
        var result = await ExecuteAsync(task, progress, cancellationToken);
        // A file that was taken away or written to while it was read fails in one way or another, or not at all: what became of it says more.
        var isOfSources = result is { Outcome: TaskOutcome.Succeeded } or { Outcome: TaskOutcome.Failed, Problem.Code: ErrorCodes.SourceUnreadable or ErrorCodes.SourceInvalid };
        if (isOfSources && PinnedSources.Change(task) is { } changed)
            return new TaskReport { Result = result with { Outcome = TaskOutcome.Failed, Manifest = null, Problem = changed }, Generation = generation };
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

    /// <summary>Runs the task on files of this machine: what lies elsewhere is brought first.</summary>
    private async Task<TaskResult> ExecuteAsync(TaskSpec task, ProgressRelay progress, CancellationToken cancellationToken)
    {
        try
        {
            var (result, wasPartial) = await ExecuteOnceAsync(task, ReadsOf(task), progress, cancellationToken);
            // A column that was thought not to be read leaves a hole that is no page: then everything is brought.
            var fellIntoHole = wasPartial && result is { Outcome: TaskOutcome.Failed, Problem.Code: ErrorCodes.TableCorrupt or ErrorCodes.Internal };
            return fellIntoHole ? (await ExecuteOnceAsync(task, null, progress, cancellationToken)).Result : result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Cancelled };
        }
        catch (Exception fault) when (fault is IOException or DataGridException)
        {
            return new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Failed, Problem = FaultProblems.From(fault) };
        }
    }

    private async Task<(TaskResult Result, bool WasPartial)> ExecuteOnceAsync(TaskSpec task, InputReads? reads, ProgressRelay progress, CancellationToken cancellationToken)
    {
        using var local = await _tables.BringAsync(task.Inputs, task.Base, reads, cancellationToken);
        return (await _executor.ExecuteAsync(task with { Inputs = local.Inputs, Base = local.Base }, progress, cancellationToken), local.IsPartial);
    }

    // The step as text names every column that its checks look at.
    private InputReads? ReadsOf(TaskSpec task) => _tables.IsRemote ? new InputReads([task.Step.Sql], [JsonSerializer.Serialize(task.Step, DataGridJson.Options)]) : null;

    private TaskSpec Equip(TaskSpec task, int slots) => task with
    {
        StagingDirectory = _runs.StagingDirectory(task.Task.Run, task.Task.Stage, task.Attempt),
        Limits = new TaskLimits
        {
            MemoryBytes = _capacity.MemoryBytes / _slots * slots,
            Threads = _capacity.Threads,
            TemporaryBytes = _capacity.TemporaryBytes / _slots * slots,
        },
    };

    [LoggerMessage(EventId = 7001, Level = LogLevel.Warning, Message = "Asking for tasks failed; asking again")]
    private partial void PollFailed(Exception fault);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Error, Message = "The result of task {Task} could not be reported")]
    private partial void ReportFailed(Exception fault, TaskId task);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Error, Message = "The files of task {Task} could not be taken over")]
    private partial void AdoptFailed(Exception fault, TaskId task);

    [LoggerMessage(EventId = 7004, Level = LogLevel.Warning, Message = "A heartbeat failed; the next one follows")]
    private partial void HeartbeatFailed(Exception fault);

    [LoggerMessage(EventId = 7005, Level = LogLevel.Warning, Message = "What an attempt of task {Task} wrote in vain could not be removed; vacuum takes it")]
    private partial void DiscardFailed(Exception fault, TaskId task);

    private sealed record RunningTask(HeldAttempt Held, CancellationTokenSource Cancel, Task Done)
    {
        public async Task StopAsync()
        {
            try
            {
                await Cancel.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ended meanwhile.
            }
        }
    }
}
