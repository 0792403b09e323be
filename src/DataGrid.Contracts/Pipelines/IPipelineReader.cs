using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;

namespace DataGrid.Contracts.Pipelines;

/// <summary>Reads the compiled projects of a workspace.</summary>
public interface IPipelineReader
{
    /// <summary>All pipelines that have been submitted, by name.</summary>
    Task<ImmutableArray<PipelineId>> ListPipelinesAsync(CancellationToken cancellationToken);

    /// <summary>The compiled projects in force.</summary>
    Task<ImmutableArray<PipelineSpec>> PipelinesAsync(CancellationToken cancellationToken);

    /// <summary>A compiled project; null when it was never kept.</summary>
    Task<PipelineSpec?> SpecAsync(PipelineId pipeline, string fingerprint, CancellationToken cancellationToken);

    /// <summary>Which projects were in force since which run, oldest first.</summary>
    Task<ImmutableArray<PublishedSpec>> PublishedAsync(PipelineId pipeline, CancellationToken cancellationToken);
}

/// <summary>Which compiled project is in force for a pipeline, since which run.</summary>
public sealed record PublishedSpec
{
    /// <summary>The pipeline.</summary>
    public required PipelineId Pipeline { get; init; }

    /// <summary>The entry's number, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The compiled project.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The run that published it.</summary>
    public required RunId Run { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The project folder that the run used: where the sources' files are looked for.</summary>
    public required string ProjectDirectory { get; init; }

    /// <summary>The views that became visible with it.</summary>
    public ImmutableArray<DatasetName> Views { get; init => field = value.OrEmpty(); } = [];
}
