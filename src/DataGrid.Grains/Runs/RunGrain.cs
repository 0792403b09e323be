using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using DataGrid.Grains.Lineage;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Runs;

/// <summary>One run: starts steps as what they read gets staged, and publishes when everything is staged and checked.</summary>
/// <remarks>
/// What survives the process: the status here, the record and story in files, results in the journal, and the publish plan. A run without a plan is given up
/// by <see cref="Resume"/>; one with a plan only rolls forward.
/// </remarks>
[GrainType("run")]
public sealed partial class RunGrain(
    [PersistentState("run")] IPersistentState<RunState> state, WorkspaceServices services, ITaskJournal journal, TimeProvider clock,
    ILogger<RunGrain> logger) : Grain, IRunGrain
{
    private RunStory? _story;
    private RunWork? _work;
    private string? _cancelReason;
    private Problem? _fault;
    private bool _isPastReturn;

    /// <inheritdoc/>
    public async Task<RunRecord> Start(PipelineId pipeline, RunRequest request)
    {
        if (_story is { Record.Status: not RunStatus.Queued } begun) return begun.Record;
        var story = _story ??= NewStory(pipeline, request);
        if (await EndIfCancelledAsync(story)) return story.Record;
        story.Change(run => run with { Status = RunStatus.Running, StartedAt = clock.GetUtcNow(), WaitsFor = null });
        try
        {
            state.State = new RunState { Pipeline = pipeline, Status = RunStatus.Running };
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
        return new RunEventPage { Events = page, IsComplete = page.Length < most };
    }

    /// <inheritdoc/>
    public async Task<CancelOutcome> Cancel(string reason)
    {
        if (_story is not { } story) return CancelOutcome.Unknown;
        if (story.Record.IsTerminal || story.IsOver) return CancelOutcome.Ended;
        if (story.Record.Status == RunStatus.Publishing || _isPastReturn) return CancelOutcome.Publishing;
        if (_cancelReason is not null) return CancelOutcome.Cancelling;
        _cancelReason = reason;
        await story.TellAsync(RunEventKind.CancelRequested, $"cancel requested: {reason}");
        await Self.Advance();
        return CancelOutcome.Cancelling;
    }

    /// <inheritdoc/>
    public async Task Advance()
    {
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

    /// <inheritdoc/>
    public async Task<RunRecord?> Resume()
    {
        // A story that is over without an end is one whose publishing met a fault.
        if (_story is { } told && (!told.IsOver || told.Record.IsTerminal)) return told.Record;
        var record = _story?.Record ?? await services.Runs.ReadAsync(Run, CancellationToken.None);
        if (record is null && !state.RecordExists) return null;
        record = (record ?? RunRecords.Lost(Run, state.State.Pipeline, clock.GetUtcNow())) with { Problem = record is { IsTerminal: true } ? record.Problem : null };
        if (record.IsTerminal)
        {
            await new RunSweeper(services, journal, logger).SweepAsync(record);
            return record;
        }
        (_isPastReturn, _fault, _work) = (false, null, null);
        var story = _story = new RunStory(record, await services.Events.ReadAsync(Run, CancellationToken.None), services, clock, logger);
        try
        {
            await RollForwardAsync(story);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            await FailAsync(story, fault);
        }
        return story.Record;
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
        var (work, problem) = await RunWork.OpenAsync(spec with { ProjectDirectory = request.ProjectDirectory }, Run, request, services);
        var steps = work?.Steps ?? [];
        story.Change(run => run with { Steps = [.. steps.Select(static step => new StepRecord { Name = step.Name, Status = StepStatus.Waiting })] });
        await story.TellAsync(RunEventKind.RunStarted, $"run {Run} of {story.Record.Pipeline}: {steps.Length} steps");
        if (work is null) await EndAsync(story, RunStatus.Failed, problem!.Message, problem);
        _work = work;
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
        RunDecision.StopStep stop => Stage(stop.Step).Cancel(),
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
            await story.TellAsync(RunEventKind.StepStarted, $"{name} started", name);
            var (stage, parent) = (start.Stage!, story.TraceParent(name));
            await Stage(name).Start(parent is null ? stage : stage with { Tasks = [.. stage.Tasks.Select(task => task with { TraceParent = parent })] });
            await HitAsync(RunFailpoints.StageStarted);
        }
    }

    /// <summary>A fault: before the point of no return the run fails once its attempts have
    /// stopped; after it, it waits to be finished when the store is well again.</summary>
    private async Task FailAsync(RunStory story, Exception fault)
    {
        var problem = Faults.ToProblem(fault is PlanUnsettledException { InnerException: { } cause } ? cause : fault, logger);
        if (_isPastReturn || story.Record.Status == RunStatus.Publishing)
        {
            story.Change(run => run with { Problem = problem });
            await story.TellAsync(RunEventKind.RunEnded, $"publishing could not be finished; the next run finishes it: {problem.Message}", problem: problem);
            story.Close();
            return;
        }
        _fault ??= problem;
        var running = story.Record.Steps.Where(static step => step.Status == StepStatus.Running).ToArray();
        foreach (var step in running) await Stage(step.Name).Cancel();
        if (running.Length == 0) await EndAsync(story, RunStatus.Failed, _fault.Message, _fault);
    }

    private async Task EndAsync(RunStory story, RunStatus status, string message, Problem? problem)
    {
        story.Change(run => RunRecords.Ended(run, status, problem, clock.GetUtcNow()));
        try
        {
            await story.SaveAsync();
            state.State.Status = status;
            await state.WriteStateAsync();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The outcome stands all the same; the next start finds the run without an end and comes to the same one.
            Faults.EndNotRecorded(logger, Run, fault);
        }
        await HitAsync(RunFailpoints.EndSaved);
        await new RunSweeper(services, journal, logger).SweepAsync(story.Record);
        await HitAsync(RunFailpoints.Swept);
        await story.TellAsync(RunEventKind.RunEnded, message, problem: problem);
        story.Close();
        await GrainFactory.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(Workspace, story.Record.Pipeline)).RunEnded(Run);
    }
}

/// <summary>What a run keeps in the grain store; all else stands in its files.</summary>
[GenerateSerializer, Alias("RunState")]
public sealed class RunState
{
    /// <summary>Whose run it is.</summary>
    [Id(0)] public PipelineId Pipeline { get; set; }

    /// <summary>Where it stands.</summary>
    [Id(1)] public RunStatus Status { get; set; }
}
