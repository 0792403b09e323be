using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;
using DataGrid.Core.Runs;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Runs;

/// <summary>One stage of a run: offers its tasks, counts attempts, and lets the first durable result of each task win.</summary>
/// <remarks>
/// Keeps nothing of its own: results stand in the journal, and a stage that begins anew on another silo reads them there when its run starts it again. It stays in memory until
/// it has ended, however long its tasks are silent. Which attempts run is the dispatcher's knowledge: news of a beginning may come after the news of its end. A dispatcher may
/// begin anew too, so the stage asks it now and then and offers what it does not know.
/// </remarks>
[GrainType("stage")]
public sealed partial class StageGrain(ITaskJournal journal, RunOptions options, TimeProvider clock, ILogger<StageGrain> logger) : Grain, IStageGrain
{
    private readonly Dictionary<int, TaskReport> _winners = [];
    private readonly Dictionary<int, int> _failures = [];
    private readonly HashSet<AttemptId> _failed = [];
    private readonly HashSet<int> _pausing = [];
    private readonly HashSet<int> _needWholeWorker = [];
    private readonly Dictionary<int, DateTimeOffset> _since = [];
    private readonly HashSet<int> _doubled = [];
    private readonly HashSet<AttemptId> _begun = [];
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _generation;
    private StageSpec? _spec;
    private StageEnd? _end;
    private IGrainTimer? _stopCheck;
    private IGrainTimer? _stragglerCheck;
    private IGrainTimer? _offerCheck;
    private bool _isCancelled;

    /// <inheritdoc/>
    public async Task Start(StageSpec spec)
    {
        if (spec.Generation < _generation) return;
        if (spec.Generation == _generation)
        {
            // It goes on, or is being cancelled. When it has ended, the run may not have heard of that.
            if (_end is { } end) await RunGrain.StageEnded(end);
            return;
        }
        Begin(spec.Generation);
        _spec = spec;
        _offerCheck ??= Every(options.OfferCheckEvery, OfferMissing);
        // A lone task has no others to be slower than.
        if (spec.Tasks.Length > 1) _stragglerCheck ??= Every(options.StragglerCheckEvery, DoubleStragglers);
        if (spec.MayHaveBegun) await TakeUp(spec);
        else foreach (var task in spec.Tasks) await Dispatch.Offer(OfferOf(task));
    }

    /// <inheritdoc/>
    public async Task<bool> Report(TaskReport report)
    {
        if (_generation == 0 && !await IsHeardOf()) return false;
        if (report.Generation != _generation) return false;
        var number = report.Result.Task.Number;
        var attempt = report.Result.Attempt;
        // A report that comes twice must not make its own files garbage.
        if (_winners.TryGetValue(number, out var known)) return known.Result.Attempt == attempt;
        if (_end is not null) return false;
        _begun.Add(attempt);
        if (report.Result.Outcome == TaskOutcome.Cancelled || _spec is null) return await AfterStop(attempt);
        if (report.Result.Outcome != TaskOutcome.Succeeded)
        {
            if (_failed.Add(attempt)) await AfterFailure(number, report.Result);
            return false;
        }
        return await Accept(number, report);
    }

    /// <inheritdoc/>
    public Task Begin(TaskId task, AttemptId attempt)
    {
        _begun.Add(attempt);
        _since.TryAdd(task.Number, clock.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Cancel(int generation)
    {
        // An activation that has never heard of its stage can stop it all the same: the dispatcher knows what runs.
        if (generation > _generation) Begin(generation);
        if (_end is { } end)
        {
            await RunGrain.StageEnded(end);
            return;
        }
        if (_generation == 0) return;
        _isCancelled = true;
        // An attempt that is lost reports nothing: the dispatcher knows when none is left.
        _stopCheck ??= Every(options.StopCheckEvery, EndWhenStopped);
        await EndWhenStopped();
    }

    /// <inheritdoc/>
    public Task<StageStatus> Check(int generation) => Task.FromResult(new StageStatus
    {
        IsKnown = generation == _generation && (_spec is not null || _isCancelled || _end is not null),
        End = generation == _generation ? _end : null,
    });

    private RunId Run => GrainKeys.RunOf(this.GetPrimaryKeyString());

    private DatasetName Stage => GrainKeys.StageOf(this.GetPrimaryKeyString());

    private WorkspaceId Workspace => GrainKeys.WorkspaceOf(this.GetPrimaryKeyString());

    private IDispatchGrain Dispatch => GrainFactory.GetGrain<IDispatchGrain>(GrainKeys.Workspace(Workspace));

    private IRunGrain RunGrain => GrainFactory.GetGrain<IRunGrain>(GrainKeys.Run(Workspace, Run));

    private void Begin(int generation)
    {
        (_generation, _spec, _end, _isCancelled) = (generation, null, null, false);
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        _winners.Clear();
        _failures.Clear();
        _failed.Clear();
        _pausing.Clear();
        _begun.Clear();
        _needWholeWorker.Clear();
        _since.Clear();
        _doubled.Clear();
        _heard.TrySetResult();
    }

    private IGrainTimer Every(TimeSpan period, Func<Task> work) => this.RegisterGrainTimer(_ => work(), new GrainTimerCreationOptions(period, period));

    private async Task<bool> Accept(int number, TaskReport report)
    {
        try
        {
            var accepted = await journal.AcceptAsync(report, CancellationToken.None);
            if (_end is not null || report.Generation != _generation) return _winners.GetValueOrDefault(number) is { } late && late.Result.Attempt == report.Result.Attempt;
            _winners[number] = accepted;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Whether the result is durable is not known, so another attempt could not replace it: the step fails.
            await End(Faults.ToProblem(fault, logger), []);
            return false;
        }
        await options.Failpoints.HitAsync(RunFailpoints.ResultAccepted, CancellationToken.None);
        var isWinner = _winners[number].Result.Attempt == report.Result.Attempt;
        if (_doubled.Contains(number)) await Dispatch.Settle(report.Result.Task, _winners[number].Result.Attempt);
        if (_winners.Count == _spec!.Tasks.Length) await End(problem: null, checks: []);
        return isWinner;
    }

    /// <summary>An attempt was told to stop: because of a cancel, or because its lease had run out and another has its task.</summary>
    private async Task<bool> AfterStop(AttemptId attempt)
    {
        if (!_isCancelled) return false;
        await Dispatch.Complete(attempt);
        await EndWhenStopped();
        return false;
    }

    private async Task EndWhenStopped()
    {
        if (_end is null && _isCancelled && await Dispatch.Withdraw(Run, Stage) == 0) await End(Cancelled(), []);
    }

    private async Task AfterFailure(int number, TaskResult result)
    {
        var spec = _spec!;
        var failures = _failures[number] = _failures.GetValueOrDefault(number) + 1;
        var problem = result.Problem ?? Cancelled();
        var task = spec.Tasks[number];
        switch (AttemptDecisions.AfterFailure(task.Step, problem, failures, NeedsWholeWorker(number)))
        {
            case AttemptDecision.Retry retry when !_isCancelled:
                _pausing.Add(number);
                await RunGrain.StageEnded(NewsOf(problem, result.Checks) with { WillRetry = true });
                if (retry.NeedsWholeWorker) _needWholeWorker.Add(number);
                _since.Remove(number);
                OfferLater(task, retry);
                break;
            default:
                await End(problem, result.Checks);
                break;
        }
    }

    private void OfferLater(TaskSpec task, AttemptDecision.Retry retry)
    {
        var generation = _generation;
        IGrainTimer? timer = null;
        timer = this.RegisterGrainTimer(Offer, new GrainTimerCreationOptions(retry.After, Timeout.InfiniteTimeSpan) { KeepAlive = true });

        async Task Offer(CancellationToken cancellationToken)
        {
            timer?.Dispose();
            if (_generation != generation) return;
            // Whether or not the offer arrives, from now on the dispatcher is asked.
            _pausing.Remove(task.Task.Number);
            if (_end is null && !_isCancelled) await Dispatch.Offer(OfferOf(task));
        }
    }

    /// <summary>A task that takes much longer than the others gets a second attempt beside the first; whichever is durable first wins.</summary>
    private async Task DoubleStragglers()
    {
        if (_end is not null || _isCancelled || _spec is null) return;
        var finished = _winners.Values.Select(static winner => winner.Result.Metrics.Elapsed).ToList();
        var running = _since.Where(task => !_winners.ContainsKey(task.Key) && !_doubled.Contains(task.Key)).ToDictionary();
        foreach (var number in Stragglers.Find(_spec.Tasks.Length, finished, running, clock.GetUtcNow(), options.StragglerFactor))
        {
            _doubled.Add(number);
            Measures.Stragglers.Add(1);
            await Dispatch.Offer(OfferOf(_spec.Tasks[number]));
        }
    }

    private async Task End(Problem? problem, ImmutableArray<CheckResult> checks)
    {
        if (_end is not null) return;
        ImmutableArray<TaskReport> winners = problem is null ? [.. _winners.OrderBy(static pair => pair.Key).Select(static pair => pair.Value)] : [];
        var end = _end = NewsOf(problem, checks) with { Winners = winners };
        foreach (var timer in new[] { _stragglerCheck, _stopCheck, _offerCheck }) timer?.Dispose();
        _stragglerCheck = _stopCheck = _offerCheck = null;
        DelayDeactivation(TimeSpan.Zero);
        if (problem is not null) await TryWithdraw();
        await RunGrain.StageEnded(end);
    }

    private StageEnd NewsOf(Problem? problem, ImmutableArray<CheckResult> checks) => new()
    {
        Step = Stage,
        Generation = _generation,
        Checks = checks,
        Problem = problem,
        Attempts = _begun.Count,
    };

    private bool NeedsWholeWorker(int number) => _spec!.NeedsWholeWorker || _needWholeWorker.Contains(number);

    private TaskOffer OfferOf(TaskSpec task) =>
        new() { Task = task, Generation = _generation, NeedsWholeWorker = NeedsWholeWorker(task.Task.Number), MemoryBytes = _spec!.MemoryBytes, OfferedAt = clock.GetUtcNow() };

    private Problem Cancelled() => new() { Code = ErrorCodes.RunCancelled, Message = $"{Stage} was cancelled", Dataset = Stage.ToString() };
}
