using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using DataGrid.Grains.Datasets;
using DataGrid.Grains.Lineage;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Runs;

/// <summary>One run: starts steps as what they read gets staged, and publishes when everything is staged and checked.</summary>
/// <remarks>
/// What survives the process: the status and a wish to cancel here, the record and story in files, the pins, results in the journal, and the publish plan. From these
/// <see cref="Resume"/> goes on. Two activations may live for a while: who resumes writes the state first, so that the other's next write of it fails, and none commits without one.
/// </remarks>
[GrainType("run")]
public sealed partial class RunGrain(
    [PersistentState("run")] IPersistentState<RunState> state, WorkspaceServices services, ITaskJournal journal, CatalogNews news, TimeProvider clock,
    ILogger<RunGrain> logger) : Grain, IRunGrain
{
    private RunStory? _story;
    private RunWork? _work;
    private string? _cancelReason;
    private Problem? _fault;
    private bool _isPastReturn;
    private RunEnd? _end;

    /// <inheritdoc/>
    public async Task<RunRecord> Start(PipelineId pipeline, RunRequest request)
    {
        if (_story is { Record.Status: not RunStatus.Queued } begun) return begun.Record;
        if (_story is null && await services.Runs.ReadAsync(Run, CancellationToken.None) is { } before)
        {
            if (before.Status != RunStatus.Queued) return await Resume() ?? before;
            _story = await StoryOfAsync(before);
        }
        var story = _story ??= NewStory(pipeline, request);
        _cancelReason ??= state.State.CancelReason;
        if (await EndIfCancelledAsync(story)) return story.Record;
        story.Change(run => run with { Status = RunStatus.Running, StartedAt = clock.GetUtcNow(), WaitsFor = null });
        try
        {
            (state.State.Pipeline, state.State.Status) = (pipeline, RunStatus.Running);
            await state.WriteStateAsync();
            await HitAsync(RunFailpoints.StateWritten);
            await story.SaveAsync();
            await HitAsync(RunFailpoints.RecordSaved);
            await Self.Advance();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await FailAsync(story, fault);
        }
        return story.Record;
    }

    /// <inheritdoc/>
    public async Task<RunRecord> Refuse(PipelineId pipeline, RunRequest request, Problem problem)
    {
        if (_story is not null) return _story.Record;
        _story = NewStory(pipeline, request);
        await EndAsync(_story, RunStatus.Failed, problem.Message, problem);
        return _story.Record;
    }

    /// <inheritdoc/>
    public async Task<RunRecord?> Get() => _story?.Record ?? await services.Runs.ReadAsync(Run, CancellationToken.None);

    /// <inheritdoc/>
    public async Task<RunEventPage> ReadEvents(long after, int max, TimeSpan wait, CancellationToken cancellationToken)
    {
        var most = Math.Clamp(max, 1, services.Options.EventsPerPage);
        if (_story is { } story) return await story.ReadAsync(after, most, wait < services.Options.LongestWait ? wait : services.Options.LongestWait, cancellationToken);
        var past = await services.Events.ReadAsync(Run, cancellationToken);
        ImmutableArray<RunEvent> page = [.. past.Where(line => line.Sequence > after).Take(most)];
        // Nobody drives it at the moment: more will be told when somebody does.
        var willGoOn = services.Options.OutlivesSilos && await services.Runs.ReadAsync(Run, cancellationToken) is { IsTerminal: false };
        if (willGoOn && page.IsEmpty) await Task.Delay(wait < services.Options.StageCheckEvery ? wait : services.Options.StageCheckEvery, clock, cancellationToken);
        return new RunEventPage { Events = page, IsComplete = page.Length < most && !willGoOn };
    }

    /// <inheritdoc/>
    public async Task<CancelOutcome> Cancel(string reason)
    {
        if (_story is not { } story) return await CancelUndrivenAsync(reason);
        if (story.Record.IsTerminal || story.IsOver || _end is not null) return CancelOutcome.Ended;
        if (story.Record.Status == RunStatus.Publishing || _isPastReturn) return CancelOutcome.Publishing;
        if (_cancelReason is not null) return CancelOutcome.Cancelling;
        _cancelReason = reason;
        await KeepCancelAsync(reason);
        await story.TellAsync(RunEventKind.CancelRequested, $"cancel requested: {reason}");
        await Self.Advance();
        return CancelOutcome.Cancelling;
    }

    /// <inheritdoc/>
    public async Task Advance()
    {
        // A cancel of a run that nobody drives.
        if (_story is null && _cancelReason is not null) await Resume();
        if (_story is not { IsOver: false } story) return;
        if (story.Record.Status == RunStatus.Queued)
        {
            await EndIfCancelledAsync(story);
            return;
        }
        try
        {
            if (_work is null && !await OpenAsync(story)) return;
            while (story.Record.Status == RunStatus.Running && RunDecisions.Next(FactsOf(story, _work!)) is { Length: > 0 } decisions)
            {
                var before = story.Record;
                foreach (var decision in decisions) await CarryOutAsync(decision, story, _work!);
                if (ReferenceEquals(before, story.Record)) break;
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await FailAsync(story, fault);
        }
    }

    /// <inheritdoc/>
    public async Task StageEnded(StageEnd end)
    {
        if (_story is not { IsOver: false } story || _work is not { } work || end.Generation != work.GenerationOf(end.Step)) return;
        // It may come twice: by itself, and asked for.
        if (story.Step(end.Step).Status != StepStatus.Running) return;
        // A stage that this activation never started is only stopped, whatever it brings.
        if (end.Problem is null && work.StartedAs(end.Step) is null) end = end with { Problem = RunRecords.CancelledProblem(_cancelReason) };
        story.ChangeStep(end.Step, step => step with { Attempts = end.Attempts });
        if (end.WillRetry)
        {
            await story.TellAsync(RunEventKind.StepRetried, $"{end.Step}: attempt {end.Attempts} failed and is made again", end.Step, end.Problem);
            return;
        }
        story.ForgetProgress(end.Step);
        try
        {
            await RunNews.StageEndedAsync(story, work, end);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await FailAsync(story, fault);
            return;
        }
        await Advance();
    }

    /// <inheritdoc/>
    public Task ReportProgress(DatasetName step, TaskProgress progress)
    {
        _story?.NoteProgress(step, progress);
        return Task.CompletedTask;
    }

    private WorkspaceId Workspace => GrainKeys.WorkspaceOf(this.GetPrimaryKeyString());

    private RunId Run => GrainKeys.RunOf(this.GetPrimaryKeyString());

    private IRunGrain Self => GrainFactory.GetGrain<IRunGrain>(this.GetPrimaryKeyString());

    private IStageGrain Stage(DatasetName step) => GrainFactory.GetGrain<IStageGrain>(GrainKeys.Stage(Workspace, Run, step, 0));

    private ValueTask HitAsync(string failpoint) => services.Options.Failpoints.HitAsync(failpoint, CancellationToken.None);

    private RunStory NewStory(PipelineId pipeline, RunRequest request) =>
        new(RunRecords.New(Run, pipeline, clock.GetUtcNow(), request, services.EngineVersion), [], services, clock, logger);

    private async Task<bool> OpenAsync(RunStory story)
    {
        var request = story.Record.Request;
        var spec = await services.Pipelines.ReadSpecAsync(story.Record.Pipeline, request.Fingerprint, CancellationToken.None)
            ?? throw new InvalidOperationException($"run {Run} was started with a project that was never submitted");
        story.WriteLineageTo(LineageLog.Of(spec, story.Record, Workspace, services));
        var (work, problem) = await RunWork.OpenAsync(spec with { ProjectDirectory = request.ProjectDirectory }, Run, request, _firstGeneration, services);
        await HitAsync(RunFailpoints.InputsPinned);
        var steps = work?.Steps ?? [];
        story.Change(run => run with { Steps = [.. steps.Select(static step => new StepRecord { Name = step.Name, Status = StepStatus.Waiting })] });
        await story.TellAsync(RunEventKind.RunStarted, $"run {Run} of {story.Record.Pipeline}: {steps.Length} steps");
        if (work is null) await EndAsync(story, RunStatus.Failed, problem!.Message, problem);
        _work = work;
        if (work is not null) WatchStages();
        return work is not null;
    }

    private RunFacts FactsOf(RunStory story, RunWork work) => new(
        story.Record.Status,
        _cancelReason is not null || _fault is not null,
        [.. story.Record.Steps.Select(step => new StepFacts(step.Name, step.Status, work.Dependencies[step.Name], work.IsFree(step.Name)))]);

    private Task CarryOutAsync(RunDecision decision, RunStory story, RunWork work) => decision switch
    {
        RunDecision.StartStep start => StartStepAsync(start.Step, story, work),
        RunDecision.SkipStep skip => Skip(story, skip.Step),
        RunDecision.StopStep stop => StopAsync(stop.Step, work),
        RunDecision.Publish => PlanAndPublishAsync(story, work),
        RunDecision.End when _fault is { } fault => EndAsync(story, RunStatus.Failed, fault.Message, fault),
        RunDecision.End end when end.Status == RunStatus.Cancelled => EndAsync(story, end.Status, _cancelReason ?? "cancelled", RunRecords.CancelledProblem(_cancelReason)),
        RunDecision.End end => EndAsync(story, end.Status, "a step failed; nothing was published", story.Record.Steps.First(static step => step.Problem is not null).Problem),
        _ => throw new InvalidOperationException($"unknown decision {decision}"),
    };

    private static Task Skip(RunStory story, DatasetName step)
    {
        story.ChangeStep(step, static record => record with { Status = StepStatus.Skipped });
        return Task.CompletedTask;
    }

    private async Task StartStepAsync(DatasetName name, RunStory story, RunWork work)
    {
        var start = await work.PrepareAsync(name);
        if (start.Problem is { } problem)
        {
            story.ChangeStep(name, step => step with { Status = StepStatus.Failed, Problem = problem });
            await story.TellAsync(RunEventKind.StepFailed, $"{name} failed: {problem.Message}", name, problem);
        }
        else if (start.Staged is { } staged)
        {
            await RunNews.NothingToDoAsync(story, staged);
        }
        else
        {
            story.ChangeStep(name, static step => step with { Status = StepStatus.Running });
            if (await TakeDurableAsync(story, work, start.Stage!)) return;
            if (!story.HasBegun(name)) await story.TellAsync(RunEventKind.StepStarted, $"{name} started", name);
            await StartStageAsync(story, start.Stage!, mayHaveBegun: _isResumed);
            await HitAsync(RunFailpoints.StageStarted);
        }
    }

    /// <summary>A fault: before the point of no return the run fails once its attempts have
    /// stopped; after it, it waits to be finished when the store is well again.</summary>
    private async Task FailAsync(RunStory story, Exception fault)
    {
        if (IsReplaced(fault))
        {
            StepAside(fault);
            return;
        }
        var problem = Faults.ToProblem(fault is PlanUnsettledException { InnerException: { } cause } ? cause : fault, logger);
        if (_isPastReturn || story.Record.Status == RunStatus.Publishing)
        {
            story.Change(run => run with { Problem = problem });
            if (_isStuck = services.Options.OutlivesSilos)
            {
                // Several silos try again by themselves.
                if (_tries == 0) await story.TellAsync(RunEventKind.RunResumed, $"publishing met a fault and is tried again: {problem.Message}", problem: problem);
                return;
            }
            await story.TellAsync(RunEventKind.RunEnded, $"publishing could not be finished; the next run finishes it: {problem.Message}", problem: problem);
            story.Close();
            return;
        }
        _fault ??= problem;
        var running = story.Record.Steps.Where(static step => step.Status == StepStatus.Running).ToArray();
        foreach (var step in running) await StopAsync(step.Name, _work!);
        if (running.Length == 0) await EndAsync(story, RunStatus.Failed, _fault.Message, _fault);
    }

    private Task EndAsync(RunStory story, RunStatus status, string message, Problem? problem) => EndAsync(story, new RunEnd(status, message, problem));

    /// <summary>Ends the run: first durably, then for all to see. Who hears of an end may count on it, whatever happens to this silo.</summary>
    private async Task EndAsync(RunStory story, RunEnd end)
    {
        _end = end;
        RunTransitions.Move(story.Record.Status, end.Status);
        var ended = RunRecords.Ended(story.Record, end.Status, end.Problem, clock.GetUtcNow());
        try
        {
            // First the state: where another activation has taken over, this one has nothing to say any more, and nothing to sweep.
            (state.State.Pipeline, state.State.Status) = (ended.Pipeline, ended.Status);
            await state.WriteStateAsync();
            ended = await services.Runs.WriteEndAsync(ended, CancellationToken.None);
        }
        catch (Exception fault) when (IsReplaced(fault))
        {
            StepAside(fault);
            return;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Faults.EndNotRecorded(logger, Run, fault);
            if (services.Options.OutlivesSilos)
            {
                // Tried again by the watch; by another silo, if this one does not live to see it.
                WatchStages();
                return;
            }
            // The outcome stands all the same; the next start finds the run without an end and comes to the same one.
        }
        // Another activation may have come to its end before this one did: that end stands.
        if (ended.Status != end.Status) end = new RunEnd(ended.Status, "the run was ended by another silo", ended.Problem);
        story.End(ended);
        await HitAsync(RunFailpoints.EndSaved);
        await new RunSweeper(services, journal, logger).SweepAsync(ended);
        await HitAsync(RunFailpoints.Swept);
        await story.TellAsync(RunEventKind.RunEnded, end.Message, problem: end.Problem);
        story.Close();
        _watch?.Dispose();
        _watch = null;
        // Not waited for: the pipeline may be waiting for this very turn. Where the word is lost, it looks by itself.
        await GrainFactory.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(Workspace, ended.Pipeline)).RunEnded(Run);
    }

    /// <summary>How a run ends, from the decision on.</summary>
    private sealed record RunEnd(RunStatus Status, string Message, Problem? Problem);
}
