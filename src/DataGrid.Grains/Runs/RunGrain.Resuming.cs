using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using DataGrid.Grains.Lineage;
using Orleans.Storage;

namespace DataGrid.Grains.Runs;

/// <summary>A run whose silo is gone: it is rebuilt from what is durable, and goes on.</summary>
public sealed partial class RunGrain
{
    private readonly Dictionary<(DatasetName Step, int Generation), TaskReport> _durable = [];
    private int _firstGeneration = 1;
    private bool _isResumed;
    private bool _isStuck;

    /// <inheritdoc/>
    public async Task<RunRecord?> Resume()
    {
        // A story that is over without an end is one whose publishing met a fault.
        if (_story is { } told && !_isStuck && (!told.IsOver || told.Record.IsTerminal)) return told.Record;
        var record = _story?.Record ?? await services.Runs.ReadAsync(Run, CancellationToken.None);
        if (record is null && !state.RecordExists) return null;
        record = (record ?? RunRecords.Lost(Run, state.State.Pipeline, clock.GetUtcNow())) with { Problem = record is { IsTerminal: true } ? record.Problem : null };
        if (record.IsTerminal)
        {
            await new RunSweeper(services, journal, logger).SweepAsync(record);
            return record;
        }
        _cancelReason ??= state.State.CancelReason;
        // A run that waits is started by its pipeline, which has not forgotten it.
        if (services.Options.OutlivesSilos && record.Status == RunStatus.Queued && _cancelReason is null) return record;
        // From this write on, an activation elsewhere that still lives can commit nothing, because it cannot write the state before.
        if (!state.RecordExists) (state.State.Pipeline, state.State.Status) = (record.Pipeline, record.Status);
        await state.WriteStateAsync();
        (_isPastReturn, _isStuck, _fault, _work, _end, _isResumed) = (false, false, null, null, null, true);
        if (_story is not { IsOver: false }) _story = await StoryOfAsync(record);
        var story = _story;
        try
        {
            await GoOnAsync(story);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await FailAsync(story, fault);
        }
        return story.Record;
    }

    private async Task GoOnAsync(RunStory story)
    {
        story.Change(static run => run with { Problem = null });
        var request = story.Record.Request;
        var spec = await services.Pipelines.ReadSpecAsync(story.Record.Pipeline, request.Fingerprint, CancellationToken.None);
        if (spec is not null) story.WriteLineageTo(LineageLog.Of(spec, story.Record, Workspace, services));
        var plan = await services.Runs.ReadNewestPlanAsync(Run, CancellationToken.None);
        var pins = services.Options.OutlivesSilos ? await services.Runs.ReadNewestPinsAsync(Run, CancellationToken.None) : null;
        switch (RunRecovery.Decide(new RecoveryFacts(plan?.Number, pins?.Number, services.Options.OutlivesSilos && spec is not null)))
        {
            case RecoveryDecision.Publish:
                WatchStages();
                if (story.Record.Status is RunStatus.Running) story.Change(run => run with { Status = RunStatus.Publishing, PublishPlan = plan!.Number });
                await PublishAsync(story, plan!);
                break;
            case RecoveryDecision.Continue:
                await ReopenAsync(story, spec!, pins!);
                break;
            case RecoveryDecision.Begin when _cancelReason is { } reason:
                await EndAsync(story, RunStatus.Cancelled, reason, RunRecords.CancelledProblem(reason));
                break;
            case RecoveryDecision.Begin:
                // Results of pins that are lost, made by a silo of an older version, must not be taken for those of the pins that are taken now.
                _firstGeneration = 1 + (await journal.ListAsync(Run, CancellationToken.None)).Select(static report => report.Generation).DefaultIfEmpty().Max();
                await Self.Advance();
                break;
            default:
                if (story.Record.Status == RunStatus.Publishing) story.Change(static run => run with { Status = RunStatus.Running });
                await EndAsync(story, RunStatus.Abandoned, "its process ended before anything was published", null);
                break;
        }
    }

    /// <summary>Goes on from the pins and the journal.</summary>
    private async Task ReopenAsync(RunStory story, PipelineSpec spec, PinnedRun pins)
    {
        await ReadJournalAsync();
        var work = _work = RunWork.Reopen(spec with { ProjectDirectory = story.Record.Request.ProjectDirectory }, Run, story.Record.Request, pins, services);
        story.Change(run => run with
        {
            Status = RunStatus.Running,
            PublishPlan = pins.Number - 1,
            Steps = [.. work.Steps.Select(step => new StepRecord { Name = step.Name, Status = HasAttempts(story, work, step.Name) ? StepStatus.Running : StepStatus.Waiting })],
        });
        if (story.HasBegun(null)) await story.TellAsync(RunEventKind.RunResumed, $"run {Run} goes on: its silo is gone");
        else await story.TellAsync(RunEventKind.RunStarted, $"run {Run} of {story.Record.Pipeline}: {work.Steps.Length} steps");
        WatchStages();
        await Self.Advance();
    }

    /// <summary>Whether attempts of a step must be stopped before the run can end: only a run that is cancelled starts no stage that would know of them.</summary>
    private bool HasAttempts(RunStory story, RunWork work, DatasetName step) =>
        _cancelReason is not null && story.HasBegun(step) && !_durable.ContainsKey((step, work.GenerationOf(step)));

    private async Task ReadJournalAsync()
    {
        _durable.Clear();
        // A step is one task today; a stage of several takes its results from the journal itself.
        foreach (var report in await journal.ListAsync(Run, CancellationToken.None))
            if (report.Result.Task.Number == 0) _durable[(report.Result.Task.Stage, report.Generation)] = report;
    }

    /// <summary>Takes over a step whose result is durable since before this activation: nothing of it is run again.</summary>
    private async Task<bool> TakeDurableAsync(RunStory story, RunWork work, StageSpec stage)
    {
        var name = stage.Tasks[0].Task.Stage;
        if (stage.Tasks.Length != 1 || !_durable.TryGetValue((name, stage.Generation), out var report)) return false;
        story.ChangeStep(name, static step => step with { Attempts = Math.Max(step.Attempts, 1) });
        await RunNews.StageEndedAsync(story, work, new StageEnd { Step = name, Generation = stage.Generation, Winners = [report], Attempts = 1 }, isTold: story.HasStaged(name));
        return true;
    }

    /// <summary>The work of a run that publishes again, for when its plan meets a conflict; null when its pins are not durable.</summary>
    private async Task<RunWork?> WorkAsync(RunStory story)
    {
        if (_work is not null || !services.Options.OutlivesSilos) return _work;
        var request = story.Record.Request;
        if (await services.Runs.ReadNewestPinsAsync(Run, CancellationToken.None) is not { } pins) return null;
        if (await services.Pipelines.ReadSpecAsync(story.Record.Pipeline, request.Fingerprint, CancellationToken.None) is not { } spec) return null;
        await ReadJournalAsync();
        _work = RunWork.Reopen(spec with { ProjectDirectory = request.ProjectDirectory }, Run, request, pins, services);
        // All steps are gone through again; those that stay as they are come out of the journal.
        story.Change(run => run with { Steps = [.. _work.Steps.Select(static step => new StepRecord { Name = step.Name, Status = StepStatus.Waiting })] });
        return _work;
    }

    private async Task<RunStory> StoryOfAsync(RunRecord record) => new(record, await services.Events.ReadAsync(Run, CancellationToken.None), services, clock, logger);

    /// <summary>Cancels a run that nobody drives at the moment: the wish is kept, and whoever goes on with it finds it.</summary>
    private async Task<CancelOutcome> CancelUndrivenAsync(string reason)
    {
        var record = await services.Runs.ReadAsync(Run, CancellationToken.None);
        if (record is null && !state.RecordExists) return CancelOutcome.Unknown;
        if (record is { IsTerminal: true }) return CancelOutcome.Ended;
        if (_story is not null) return await Cancel(reason);
        if (_cancelReason is not null) return CancelOutcome.Cancelling;
        if (record is not { Status: RunStatus.Queued } && await services.Runs.ReadNewestPlanAsync(Run, CancellationToken.None) is not null) return CancelOutcome.Publishing;
        _cancelReason = reason;
        await KeepCancelAsync(reason);
        await Self.Advance();
        return CancelOutcome.Cancelling;
    }

    /// <summary>Makes a wish to cancel durable. Where that fails it holds as long as this activation does.</summary>
    private async Task KeepCancelAsync(string reason)
    {
        if (!services.Options.OutlivesSilos) return;
        state.State.CancelReason = reason;
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception fault) when (fault is not OperationCanceledException && !IsReplaced(fault))
        {
            Faults.CancelNotKept(logger, Run, fault);
        }
    }

    /// <summary>Whether the state was written by another activation of this run since it was read here: that one drives the run.</summary>
    private static bool IsReplaced(Exception fault) => fault is InconsistentStateException;

    private void StepAside(Exception fault)
    {
        Faults.Replaced(logger, Run, fault);
        // Who waits for news here asks again, and is answered by the other.
        (_story, _work, _end) = (null, null, null);
        _watch?.Dispose();
        _watch = null;
        DeactivateOnIdle();
    }
}
