using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Cli.Hosting;

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

    /// <summary>The newest version of the table; null when there is none yet.</summary>
    public long? CurrentVersion { get; init; }

    /// <summary>How the columns differ from what is there now, in words; empty when they do not.</summary>
    public ImmutableArray<string> SchemaChanges { get; init; } = [];

    /// <summary>Remarks, for example that a view is not visible to other readers.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Bytes of the external files that it reads, where known.</summary>
    public long? SourceBytes { get; init; }
}
