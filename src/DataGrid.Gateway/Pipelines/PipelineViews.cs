using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Gateway.Pipelines;

/// <summary>A line in the list of pipelines.</summary>
public sealed record PipelineSummary
{
    /// <summary>The name.</summary>
    public required PipelineId Pipeline { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Owner { get; init; }

    /// <summary>The version submitted last: the fingerprint of the compiled project.</summary>
    public string? Version { get; init; }

    /// <summary>Whether it starts no runs for now.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The run that is active.</summary>
    public RunId? ActiveRun { get; init; }

    /// <summary>How many steps it has.</summary>
    public int Steps { get; init; }
}

/// <summary>All about one pipeline.</summary>
public sealed record PipelineDetail
{
    /// <summary>The line in the list.</summary>
    public required PipelineSummary Summary { get; init; }

    /// <summary>Runs that wait for the active one.</summary>
    public ImmutableArray<RunId> Waiting { get; init; } = [];

    /// <summary>The version in force: that of the last run that published; null before the first.</summary>
    public string? PublishedVersion { get; init; }

    /// <summary>What it reads from outside.</summary>
    public ImmutableArray<PipelineSource> Sources { get; init; } = [];

    /// <summary>Its steps; each comes after what it reads.</summary>
    public ImmutableArray<PipelineStep> Steps { get; init; } = [];

    /// <summary>Parameters that a run may or must give.</summary>
    public ImmutableArray<ParameterSpec> Parameters { get; init; } = [];

    /// <summary>Warnings of validation.</summary>
    public ImmutableArray<Problem> Warnings { get; init; } = [];
}

/// <summary>One source of a pipeline.</summary>
public sealed record PipelineSource
{
    /// <summary>The dataset.</summary>
    public required DatasetName Name { get; init; }

    /// <summary>Its files, as the project writes them.</summary>
    public required ImmutableArray<string> Files { get; init; }

    /// <summary>Their format.</summary>
    public required SourceFormat Format { get; init; }

    /// <summary>What it holds.</summary>
    public string? Description { get; init; }
}

/// <summary>One step of a pipeline.</summary>
public sealed record PipelineStep
{
    /// <summary>The dataset that it makes.</summary>
    public required DatasetName Name { get; init; }

    /// <summary>How it is stored.</summary>
    public required Materialization Materialization { get; init; }

    /// <summary>The model's file.</summary>
    public required string File { get; init; }

    /// <summary>What its SQL reads.</summary>
    public required ImmutableArray<DatasetName> Reads { get; init; }

    /// <summary>How many checks it has.</summary>
    public int Checks { get; init; }

    /// <summary>What it holds.</summary>
    public string? Description { get; init; }
}

/// <summary>One version of a pipeline that was in force.</summary>
public sealed record PipelineVersion
{
    /// <summary>Its number, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The fingerprint of the compiled project.</summary>
    public required string Version { get; init; }

    /// <summary>The run that put it in force.</summary>
    public required RunId Run { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>What submitting a project came to.</summary>
public sealed record PipelineSubmitted
{
    /// <summary>The pipeline.</summary>
    public required PipelineId Pipeline { get; init; }

    /// <summary>The version.</summary>
    public required string Version { get; init; }

    /// <summary>Whether it differs from the one that was submitted before.</summary>
    public required bool IsNew { get; init; }

    /// <summary>The datasets that it makes; each comes after what it reads.</summary>
    public required ImmutableArray<DatasetName> Datasets { get; init; }

    /// <summary>Warnings of validation.</summary>
    public ImmutableArray<Problem> Warnings { get; init; } = [];
}
