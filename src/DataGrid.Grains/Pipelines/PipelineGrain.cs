using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
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
        if (state.State.Fingerprint == spec.Fingerprint) return [];
        state.State.Fingerprint = spec.Fingerprint;
        await state.WriteStateAsync();
        return [];
    }

    /// <inheritdoc/>
    public async Task<RunId> StartRun(RunRequest request)
    {
        var run = RunId.Create(clock.GetUtcNow(), (uint)Random.Shared.NextInt64(uint.MaxValue));
        state.State.Waiting = state.State.Waiting.Add(new WaitingRun { Run = run, Request = request });
        await state.WriteStateAsync();
        await StartNext();
        return run;
    }

    /// <inheritdoc/>
    public Task<PipelineSnapshot> Get() => Task.FromResult(new PipelineSnapshot
    {
        Fingerprint = state.State.Fingerprint,
        ActiveRun = state.State.Active,
        Waiting = [.. state.State.Waiting.Select(static waiting => waiting.Run)],
    });

    /// <inheritdoc/>
    public async Task RunEnded(RunId run)
    {
        if (state.State.Active != run) return;
        state.State.Active = null;
        await state.WriteStateAsync();
        await StartNext();
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<RunRecord>> Recover()
    {
        // Runs that only waited belonged to a command that is gone; the one that was active is finished or given up.
        var ended = ImmutableArray.CreateBuilder<RunRecord>();
        if (state.State.Active is { } active) ended.Add(await Run(active).Resume());
        if (ended.Any(static record => !record.IsTerminal)) return ended.ToImmutable();
        if (state.State.Active is null && state.State.Waiting.IsEmpty) return ended.ToImmutable();
        state.State.Active = null;
        state.State.Waiting = [];
        await state.WriteStateAsync();
        return ended.ToImmutable();
    }

    private PipelineId Pipeline => GrainKeys.PipelineOf(this.GetPrimaryKeyString());

    private async Task StartNext()
    {
        if (state.State.Active is not null || state.State.Waiting.IsEmpty) return;
        var next = state.State.Waiting[0];
        state.State.Active = next.Run;
        state.State.Waiting = state.State.Waiting.RemoveAt(0);
        await state.WriteStateAsync();
        await Run(next.Run).Start(Pipeline, next.Request);
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
