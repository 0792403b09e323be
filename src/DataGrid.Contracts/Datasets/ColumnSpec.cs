using Orleans;

namespace DataGrid.Contracts.Datasets;

/// <summary>One column of a dataset.</summary>
[GenerateSerializer, Alias("ColumnSpec"), Immutable]
public sealed record ColumnSpec
{
    /// <summary>The name as the user wrote it; compared without case, as SQL does.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>DuckDB's text of the type, for example <c>DECIMAL(18,3)</c> or <c>STRUCT(a INTEGER, b VARCHAR)</c>.</summary>
    [Id(1)] public required string Type { get; init; }

    /// <summary>What the column means, from the project.</summary>
    [Id(2)] public string? Description { get; init; }
}
