using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;
using Orleans;

namespace DataGrid.Contracts.Pipelines;

/// <summary>One pipeline: its submitted specs and its runs, one of which is active at a time. Key: <c>workspace/pipeline</c>.</summary>
[Alias("IPipelineGrain")]
public interface IPipelineGrain : IGrainWithStringKey
{
    /// <summary>Keeps a compiled project. Equal projects are kept once. Refused when a dataset in it belongs to another pipeline.</summary>
    /// <returns>Why it was refused; empty when it was taken.</returns>
    [Alias("Submit")]
    Task<ImmutableArray<Problem>> Submit(PipelineSpec spec);

    /// <summary>Starts a run, or queues it behind the active one.</summary>
    [Alias("StartRun"), ResponseTimeout("01:00:00")]
    Task<RunId> StartRun(RunRequest request);

    /// <summary>The pipeline as it stands.</summary>
    [Alias("Get")]
    Task<PipelineSnapshot> Get();

    /// <summary>Lets the pipeline start runs, or not. Runs that go on or wait are not touched.</summary>
    [Alias("SetPaused")]
    Task SetPaused(bool paused);

    /// <summary>News from a run. Lost news is repaired by <see cref="Tend"/>.</summary>
    [Alias("RunEnded"), Orleans.Concurrency.OneWay]
    Task RunEnded(RunId run);

    /// <summary>Repairs what lost news left behind: an active run that has ended makes room, one whose start got lost is started, and the next one that waits begins.</summary>
    /// <returns>The pipeline after that.</returns>
    [Alias("Tend")]
    Task<PipelineSnapshot> Tend();

    /// <summary>After a restart: finishes every run that has a publish plan, gives the others up, and starts the next one that waits.</summary>
    [Alias("Recover"), ResponseTimeout("01:00:00")]
    Task<ImmutableArray<RunRecord>> Recover();
}

/// <summary>A pipeline as it stands.</summary>
[GenerateSerializer, Alias("PipelineSnapshot"), Immutable]
public sealed record PipelineSnapshot
{
    /// <summary>The spec submitted last.</summary>
    [Id(0)] public string? Fingerprint { get; init; }

    /// <summary>The run that is active.</summary>
    [Id(1)] public RunId? ActiveRun { get; init; }

    /// <summary>Runs that wait, in order.</summary>
    [Id(2)] public ImmutableArray<RunId> Waiting { get; init => field = value.OrEmpty(); } = [];

    /// <summary>The folder of the project that was submitted last; null when it was submitted by an older version.</summary>
    [Id(3)] public string? ProjectDirectory { get; init; }

    /// <summary>Whether it starts no runs for now.</summary>
    [Id(4)] public bool IsPaused { get; init; }
}
