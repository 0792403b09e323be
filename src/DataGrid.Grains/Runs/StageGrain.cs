using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Runs;

/// <summary>One stage of a run: offers its tasks, counts attempts, and lets the first durable result of each task win.</summary>
/// <remarks>Keeps nothing of its own: results stand in the journal, and a stage whose silo died is started again by its run.</remarks>
[GrainType("stage")]
public sealed class StageGrain(ITaskJournal journal) : Grain, IStageGrain
{
    private readonly Dictionary<int, TaskReport> _winners = [];
    private readonly Dictionary<int, int> _failures = [];
    private readonly HashSet<AttemptId> _begun = [];
    private StageSpec? _spec;
    private bool _ended;

    /// <inheritdoc/>
    public async Task Start(StageSpec spec)
    {
        if (_spec is { } current && current.Generation >= spec.Generation) return;
        _spec = spec;
        _ended = false;
        _winners.Clear();
        _failures.Clear();
        _begun.Clear();
        foreach (var task in spec.Tasks) await Dispatch.Offer(OfferOf(task, spec.NeedsWholeWorker));
    }

    /// <inheritdoc/>
    public async Task<bool> Report(TaskReport report)
    {
        if (_spec is null || _ended || report.Generation != _spec.Generation) return false;
        var number = report.Result.Task.Number;
        if (report.Result.Outcome != TaskOutcome.Succeeded)
        {
            await AfterFailure(number, report.Result);
            return false;
        }
        var winner = await journal.AcceptAsync(report, CancellationToken.None);
        _winners[number] = winner;
        if (_winners.Count == _spec.Tasks.Length) await End(problem: null, checks: []);
        return winner.Result.Attempt == report.Result.Attempt;
    }

    /// <inheritdoc/>
    public Task Begin(TaskId task, AttemptId attempt)
    {
        _begun.Add(attempt);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Cancel()
    {
        if (_spec is null || _ended) return;
        await Dispatch.Withdraw(Run, Stage);
        // Attempts that run report that they were cancelled; if none runs, nobody would.
        if (_begun.Count == _failures.Values.Sum()) await End(Cancelled(), []);
    }

    private RunId Run => GrainKeys.RunOf(this.GetPrimaryKeyString());

    private DatasetName Stage => GrainKeys.StageOf(this.GetPrimaryKeyString());

    private WorkspaceId Workspace => GrainKeys.WorkspaceOf(this.GetPrimaryKeyString());

    private IDispatchGrain Dispatch => GrainFactory.GetGrain<IDispatchGrain>(GrainKeys.Workspace(Workspace));

    private IRunGrain RunGrain => GrainFactory.GetGrain<IRunGrain>(GrainKeys.Run(Workspace, Run));

    private async Task AfterFailure(int number, TaskResult result)
    {
        var spec = _spec!;
        var failures = _failures[number] = _failures.GetValueOrDefault(number) + 1;
        var problem = result.Problem ?? Cancelled();
        if (result.Outcome == TaskOutcome.Cancelled)
        {
            await End(problem, result.Checks);
            return;
        }
        var task = spec.Tasks[number];
        switch (AttemptDecisions.AfterFailure(task.Step, problem, failures, spec.NeedsWholeWorker))
        {
            case AttemptDecision.Retry retry:
                await RunGrain.StageEnded(NewsOf(problem, result.Checks) with { WillRetry = true });
                _spec = spec with { NeedsWholeWorker = retry.NeedsWholeWorker };
                OfferLater(task, retry);
                break;
            default:
                await End(problem, result.Checks);
                break;
        }
    }

    private void OfferLater(TaskSpec task, AttemptDecision.Retry retry)
    {
        var generation = _spec!.Generation;
        IGrainTimer? timer = null;
        timer = this.RegisterGrainTimer(Offer, new GrainTimerCreationOptions(retry.After, Timeout.InfiniteTimeSpan) { KeepAlive = true });

        async Task Offer(CancellationToken cancellationToken)
        {
            timer?.Dispose();
            if (!_ended && _spec.Generation == generation) await Dispatch.Offer(OfferOf(task, retry.NeedsWholeWorker));
        }
    }

    private async Task End(Problem? problem, ImmutableArray<Contracts.Quality.CheckResult> checks)
    {
        _ended = true;
        if (problem is not null) await Dispatch.Withdraw(Run, Stage);
        ImmutableArray<TaskReport> winners = problem is null ? [.. _winners.OrderBy(static pair => pair.Key).Select(static pair => pair.Value)] : [];
        await RunGrain.StageEnded(NewsOf(problem, checks) with { Winners = winners });
    }

    private StageEnd NewsOf(Problem? problem, ImmutableArray<Contracts.Quality.CheckResult> checks) => new()
    {
        Step = Stage,
        Generation = _spec!.Generation,
        Checks = checks,
        Problem = problem,
        Attempts = _begun.Count,
    };

    private TaskOffer OfferOf(TaskSpec task, bool needsWholeWorker) =>
        new() { Task = task, Generation = _spec!.Generation, NeedsWholeWorker = needsWholeWorker };

    private Problem Cancelled() => new() { Code = ErrorCodes.RunCancelled, Message = $"{Stage} was cancelled", Dataset = Stage.ToString() };
}
