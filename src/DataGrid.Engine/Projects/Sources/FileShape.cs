using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>What one file of a source looks like.</summary>
public sealed record FileShape
{
    /// <summary>The file.</summary>
    public required SourceFile File { get; init; }

    /// <summary>Its columns in its own order, with the engine's types.</summary>
    public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>Whether the types mean nothing: there is no row to tell them from.</summary>
    public bool IsUntyped { get; init; }

    /// <summary>Settings that were found out: <c>delimiter</c>, <c>date_format</c>, <c>timestamp_format</c>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A file's shape, or why it has none.</summary>
/// <param name="Shape">The shape; null when there is a problem, or when the file holds nothing at all and may be passed over.</param>
/// <param name="Problem">Why it has none.</param>
public sealed record FileShapeOutcome(FileShape? Shape, Problem? Problem);
