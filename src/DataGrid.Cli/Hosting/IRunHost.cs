using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Cli.Hosting;

/// <summary>What a run was asked to do beside its project.</summary>
internal sealed record RunRequest
{
    /// <summary>Datasets to make, as the user selected them (<c>gold.x</c>, <c>+gold.x</c>, <c>silver.y+</c>); empty for all.</summary>
    public ImmutableArray<string> Select { get; init; } = [];

    /// <summary>Whether appends and merges begin anew.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Values of parameters.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What a command that changes a table did, or would do.</summary>
internal sealed record MaintenanceReport
{
    public required DatasetName Dataset { get; init; }

    /// <summary><c>rollback</c>, <c>vacuum</c> or <c>compact</c>.</summary>
    public required string Operation { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>The version that it made, or would make; null when nothing is committed.</summary>
    public long? Version { get; init; }

    public long FilesRemoved { get; init; }

    public long FilesAdded { get; init; }

    public long BytesRemoved { get; init; }

    public long BytesAdded { get; init; }

    /// <summary>What it did, in a sentence.</summary>
    public string? Detail { get; init; }
}

/// <summary>The embedded silo, seen from the command: it owns the root while it lives.</summary>
internal interface IRunHost : IAsyncDisposable
{
    /// <summary>Starts a run, after finishing whatever an earlier process left half done.</summary>
    Task<RunId> SubmitAsync(PipelineSpec spec, RunRequest request, CancellationToken stop);

    /// <summary>The events of a run from its start to its end.</summary>
    IAsyncEnumerable<RunEvent> WatchAsync(RunId run, CancellationToken stop);

    /// <summary>Asks a run to stop; false when it has begun to publish and will finish.</summary>
    Task<bool> CancelAsync(RunId run);

    Task<MaintenanceReport> RollbackAsync(DatasetName dataset, long toVersion, bool isDryRun, CancellationToken stop);

    Task<MaintenanceReport> VacuumAsync(DatasetName dataset, TimeSpan? retention, bool isDryRun, CancellationToken stop);

    Task<MaintenanceReport> CompactAsync(DatasetName dataset, bool isDryRun, CancellationToken stop);
}

/// <summary>What a run would do.</summary>
internal sealed record PlanReport
{
    public required PipelineId Pipeline { get; init; }

    public required ImmutableArray<PlanStep> Steps { get; init; }

    public ImmutableArray<Problem> Warnings { get; init; } = [];
}

/// <summary>One step of a plan.</summary>
internal sealed record PlanStep
{
    public required DatasetName Name { get; init; }

    public required Materialization Materialization { get; init; }

    public required string File { get; init; }

    public ImmutableArray<DatasetName> Reads { get; init; } = [];

    public int Checks { get; init; }

    public ImmutableArray<string> PartitionBy { get; init; } = [];

    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>What is there now.</summary>
    public long? CurrentVersion { get; init; }

    /// <summary>How the columns differ from what is there now, in words; empty when they do not.</summary>
    public ImmutableArray<string> SchemaChanges { get; init; } = [];

    /// <summary>Remarks, for example that a view is not visible to other readers.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Bytes of the external files that it reads, where known.</summary>
    public long? SourceBytes { get; init; }
}
