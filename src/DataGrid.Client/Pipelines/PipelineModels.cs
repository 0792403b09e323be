namespace DataGrid.Client.Pipelines;

/// <summary>What submitting a project came to.</summary>
public sealed record SubmittedProject
{
    /// <summary>The pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The version: the fingerprint of the compiled project.</summary>
    public required string Version { get; init; }

    /// <summary>Whether it differs from the one that was submitted before.</summary>
    public bool IsNew { get; init; }

    /// <summary>The datasets that it makes; each comes after what it reads.</summary>
    public IReadOnlyList<string> Datasets { get; init; } = [];

    /// <summary>Warnings of validation.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];
}

/// <summary>A line in the list of pipelines.</summary>
public sealed record PipelineSummary
{
    /// <summary>The name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Owner { get; init; }

    /// <summary>The version submitted last.</summary>
    public string? Version { get; init; }

    /// <summary>Whether it starts no runs for now.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The run that is active.</summary>
    public string? ActiveRun { get; init; }

    /// <summary>How many steps it has.</summary>
    public int Steps { get; init; }
}

/// <summary>All about one pipeline.</summary>
public sealed record PipelineDetail
{
    /// <summary>The line in the list.</summary>
    public required PipelineSummary Summary { get; init; }

    /// <summary>Runs that wait for the active one.</summary>
    public IReadOnlyList<string> Waiting { get; init; } = [];

    /// <summary>The version in force: that of the last run that published; null before the first.</summary>
    public string? PublishedVersion { get; init; }

    /// <summary>Its steps; each comes after what it reads.</summary>
    public IReadOnlyList<PipelineStep> Steps { get; init; } = [];

    /// <summary>Warnings of validation.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];
}

/// <summary>One step of a pipeline.</summary>
public sealed record PipelineStep
{
    /// <summary>The dataset that it makes.</summary>
    public required string Name { get; init; }

    /// <summary>How it is stored: <c>table</c>, <c>append</c>, <c>merge</c>, <c>view</c>.</summary>
    public required string Materialization { get; init; }

    /// <summary>The model's file.</summary>
    public string? File { get; init; }

    /// <summary>What its SQL reads.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>How many checks it has.</summary>
    public int Checks { get; init; }

    /// <summary>What it holds.</summary>
    public string? Description { get; init; }
}
