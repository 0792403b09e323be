using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Runs;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Pipelines;

/// <summary>One pipeline: what was submitted, which run is active, which wait.</summary>
[GrainType("pipeline")]
public sealed class PipelineGrain(
    [PersistentState("pipeline")] IPersistentState<PipelineState> state, WorkspaceServices services, TimeProvider clock) : Grain, IPipelineGrain
{
    /// <inheritdoc/>
    public async Task<ImmutableArray<Problem>> Submit(PipelineSpec spec)
    {
        var problems = await services.Ownership.CheckAsync(spec, CancellationToken.None);
        if (problems.Length > 0) return problems;
        await services.Pipelines.PutSpecAsync(spec, CancellationToken.None);
        // Equal projects may lie in different folders, with other data beside them.
        if (state.State.Fingerprint == spec.Fingerprint && state.State.ProjectDirectory == spec.ProjectDirectory) return [];
        (state.State.Fingerprint, state.State.ProjectDirectory) = (spec.Fingerprint, spec.ProjectDirectory);
        await state.WriteStateAsync();
        return [];
    }

    /// <inheritdoc/>
    public async Task<RunId> StartRun(RunRequest request)
    {
        if (request.Run is { } asked && await Knows(asked, request)) return asked;
        var run = request.Run ?? RunId.Create(clock.GetUtcNow(), (uint)Random.Shared.NextInt64(uint.MaxValue));
        if (state.State.IsPaused)
        {
            await Run(run).Refuse(Pipeline, request, Paused());
            return run;
        }
        if (await FinishActive() is { } stuck)
        {
            await Run(run).Refuse(Pipeline, request, stuck);
            return run;
        }
        var ahead = state.State.Waiting is [.., { } last] ? last.Run : state.State.Active;
        await Change(state.State.Active, state.State.Started, state.State.Waiting.Add(new WaitingRun { Run = run, Request = request }));
        await StartNext();
        if (ahead is { } other && state.State.Waiting.Any(waiting => waiting.Run == run)) await Run(run).Queue(Pipeline, request, other);
        return run;
    }

    /// <inheritdoc/>
    public Task<PipelineSnapshot> Get() => Task.FromResult(new PipelineSnapshot
    {
        Fingerprint = state.State.Fingerprint,
        ActiveRun = state.State.Active,
        Waiting = [.. state.State.Waiting.Select(static waiting => waiting.Run)],
        ProjectDirectory = state.State.ProjectDirectory,
        IsPaused = state.State.IsPaused,
    });

    /// <inheritdoc/>
    public async Task SetPaused(bool paused)
    {
        if (state.State.IsPaused == paused) return;
        state.State.IsPaused = paused;
        await state.WriteStateAsync();
    }

    /// <inheritdoc/>
    public async Task RunEnded(RunId run)
    {
        // A run that was cancelled while it waited ends as well.
        if (state.State.Active != run && state.State.Waiting.All(waiting => waiting.Run != run)) return;
        var isActive = state.State.Active == run;
        await Change(isActive ? null : state.State.Active, isActive ? null : state.State.Started, state.State.Waiting.RemoveAll(waiting => waiting.Run == run));
        await StartNext();
    }

    /// <inheritdoc/>
    public async Task<PipelineSnapshot> Tend()
    {
        // While a silo joins, the activation before this one may have gone on for a moment after this one read the state: what it decided then would never be seen here.
        await state.ReadStateAsync();
        await LookAtActive();
        await StartNext();
        return await Get();
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<RunRecord>> Recover()
    {
        // Runs that only waited belonged to a command that is gone: they are given up. The one that was active is finished or given up.
        var ended = ImmutableArray.CreateBuilder<RunRecord>();
        if (state.State.Active is { } active && await Run(active).Resume() is { } record) ended.Add(record);
        if (ended.Any(static record => !record.IsTerminal)) return ended.ToImmutable();
        if (state.State.Active is null && state.State.Waiting.IsEmpty) return ended.ToImmutable();
        foreach (var waiting in state.State.Waiting)
            if (await Run(waiting.Run).Resume() is { } given) ended.Add(given);
        await Change(null, null, []);
        return ended.ToImmutable();
    }

    private PipelineId Pipeline => GrainKeys.PipelineOf(this.GetPrimaryKeyString());

    /// <summary>Whether a run was asked for before: its answer was lost, and the same is asked again.</summary>
    private async Task<bool> Knows(RunId run, RunRequest request)
    {
        if (state.State.Waiting.Any(waiting => waiting.Run == run)) return true;
        if (await Run(run).Get() is { } record)
        {
            if (record.Pipeline == Pipeline) return true;
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = $"run {run} belongs to the pipeline '{record.Pipeline}'", Help = "give the new run an id of its own" }).WithLuggage();
        }
        if (state.State.Active != run) return false;
        // The silo died between the decision to start it and its start.
        await Start(new WaitingRun { Run = run, Request = request });
        await StartNext();
        return true;
    }

    private Problem Paused() => new() { Code = ErrorCodes.PipelinePaused, Message = $"the pipeline {Pipeline} is paused", Help = "resume it, then start the run again" };

    private async Task StartNext()
    {
        while (state.State.Active is null && !state.State.Waiting.IsEmpty)
        {
            var next = state.State.Waiting[0];
            await Change(next.Run, next, state.State.Waiting.RemoveAt(0));
            await services.Options.Failpoints.HitAsync(RunFailpoints.PipelineWritten, CancellationToken.None);
            await Start(next);
        }
    }

    private async Task Start(WaitingRun next)
    {
        var record = await Run(next.Run).Start(Pipeline, next.Request);
        if (record.IsTerminal) await Change(null, null, state.State.Waiting);
    }

    /// <summary>The active run may be over without our having heard of it; and a silo may have died between our choosing it and its start.</summary>
    /// <returns>The run; null when none is active (any more).</returns>
    private async Task<RunRecord?> LookAtActive()
    {
        if (state.State.Active is not { } active) return null;
        var record = await Run(active).Get();
        if (record is null or { Status: RunStatus.Queued } && state.State.Started is { } start && start.Run == active) record = await Run(active).Start(Pipeline, start.Request);
        if (record is { IsTerminal: false }) return record;
        // It may have ended in the moment of its silo's death: what it left behind is swept.
        if (record is not null) await Run(active).Resume();
        await Change(null, null, state.State.Waiting);
        return null;
    }

    /// <summary>An active run may be half-published because the store failed: that is mended before another starts.</summary>
    /// <returns>Why it cannot be finished; null when all is well or it simply goes on.</returns>
    private async Task<Problem?> FinishActive()
    {
        var record = await LookAtActive();
        if (record is not { Problem: not null }) return null;
        record = await Run(record.Run).Resume() ?? record;
        if (record is { IsTerminal: false, Problem: { } problem })
            return problem with { Message = $"run {record.Run} is half-published and could not be finished: {problem.Message}" };
        await LookAtActive();
        return null;
    }

    /// <summary>Writes who is active and who waits. What could not be written has not happened.</summary>
    private async Task Change(RunId? active, WaitingRun? started, ImmutableArray<WaitingRun> waiting)
    {
        var before = (state.State.Active, state.State.Started, state.State.Waiting);
        try
        {
            (state.State.Active, state.State.Started, state.State.Waiting) = (active, started, waiting);
            await state.WriteStateAsync();
        }
        catch
        {
            (state.State.Active, state.State.Started, state.State.Waiting) = before;
            throw;
        }
    }

    private IRunGrain Run(RunId run) => GrainFactory.GetGrain<IRunGrain>(GrainKeys.Run(GrainKeys.WorkspaceOf(this.GetPrimaryKeyString()), run));
}

/// <summary>What a pipeline keeps.</summary>
[GenerateSerializer, Alias("PipelineState")]
public sealed class PipelineState
{
    /// <summary>The spec submitted last.</summary>
    [Id(0)] public string? Fingerprint { get; set; }

    /// <summary>The run that is active.</summary>
    [Id(1)] public RunId? Active { get; set; }

    /// <summary>Runs that wait, in order.</summary>
    [Id(2)] public ImmutableArray<WaitingRun> Waiting { get; set; } = [];

    /// <summary>The folder of the project submitted last.</summary>
    [Id(3)] public string? ProjectDirectory { get; set; }

    /// <summary>Whether it starts no runs.</summary>
    [Id(4)] public bool IsPaused { get; set; }

    /// <summary>What was asked of the active run: its start is repeated when it got lost. A silo of an older version leaves the one before it standing.</summary>
    [Id(5)] public WaitingRun? Started { get; set; }
}

/// <summary>A run that waits for the active one.</summary>
[GenerateSerializer, Alias("WaitingRun"), Immutable]
public sealed record WaitingRun
{
    /// <summary>Its id, given out already.</summary>
    [Id(0)] public required RunId Run { get; init; }

    /// <summary>What was asked for.</summary>
    [Id(1)] public required RunRequest Request { get; init; }
}
