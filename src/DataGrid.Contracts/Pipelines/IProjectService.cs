using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;

namespace DataGrid.Contracts.Pipelines;

/// <summary>Compiles projects for a workspace and says what running one would do.</summary>
public interface IProjectService
{
    /// <summary>Compiles a project; its SQL may read what other pipelines of the workspace made. Finds every mistake in one go.</summary>
    Task<CompileOutcome> CompileAsync(string projectDirectory, CancellationToken cancellationToken);

    /// <summary>Says what a run of these steps would do.</summary>
    Task<PlanReport> PlanAsync(PipelineSpec spec, IReadOnlyList<StepSpec> steps, CancellationToken cancellationToken);
}

/// <summary>What a run would do.</summary>
public sealed record PlanReport
{
    /// <summary>The pipeline.</summary>
    public required PipelineId Pipeline { get; init; }

    /// <summary>The steps in the order of the graph.</summary>
    public required ImmutableArray<PlanStep> Steps { get; init; }

    /// <summary>Warnings of validation.</summary>
    public ImmutableArray<Problem> Warnings { get; init; } = [];
}

/// <summary>One step of a plan.</summary>
public sealed record PlanStep
{
    /// <summary>The dataset that it makes.</summary>
    public required DatasetName Name { get; init; }

    /// <summary>How it is stored.</summary>
    public required Materialization Materialization { get; init; }

    /// <summary>The model's file, relative to the project folder.</summary>
    public required string File { get; init; }

    /// <summary>What its SQL reads.</summary>
    public ImmutableArray<DatasetName> Reads { get; init; } = [];

    /// <summary>How many checks it has.</summary>
    public int Checks { get; init; }

    /// <summary>The partition columns.</summary>
    public ImmutableArray<string> PartitionBy { get; init; } = [];

    /// <summary>The key columns of a merge.</summary>
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
