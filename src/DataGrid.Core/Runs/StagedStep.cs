using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>A step whose files are written and checked and that nobody can see yet.</summary>
public sealed record StagedStep
{
    /// <summary>The step.</summary>
    public required StepSpec Step { get; init; }

    /// <summary>What was written; null for a view and where there was nothing to do.</summary>
    public Manifest? Manifest { get; init; }

    /// <summary>The files under their final names.</summary>
    public ImmutableArray<AdoptedFile> Files { get; init; } = [];

    /// <summary>The table as downstream steps see it; null for a view.</summary>
    public PinnedTable? After { get; init; }

    /// <summary>The version that it was computed from; null when there was no table.</summary>
    public long? BaseVersion { get; init; }

    /// <summary>append: the cursor after it, to be written beside the table.</summary>
    public IncrementalCursor? Cursor { get; init; }

    /// <summary>append: the name of the cursor that it was computed from.</summary>
    public string? BaseCursor { get; init; }

    /// <summary>What it read.</summary>
    public ImmutableArray<InputVersion> Inputs { get; init; } = [];

    /// <summary>What its checks found.</summary>
    public ImmutableArray<CheckResult> Checks { get; init; } = [];

    /// <summary>The attempts whose files these are.</summary>
    public ImmutableArray<AttemptId> Attempts { get; init; } = [];

    /// <summary>The quarantine as it was before; null when there was none.</summary>
    public PinnedTable? QuarantineBase { get; init; }
}
