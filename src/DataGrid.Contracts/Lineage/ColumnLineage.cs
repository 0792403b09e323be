using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Datasets;
using Orleans;

namespace DataGrid.Contracts.Lineage;

/// <summary>A column of a dataset.</summary>
[GenerateSerializer, Alias("ColumnRef"), Immutable]
public readonly record struct ColumnRef
{
    /// <summary>Names a column.</summary>
    public ColumnRef(DatasetName dataset, string column) => (Dataset, Column) = (dataset, column);

    /// <summary>The dataset.</summary>
    [Id(0)] public DatasetName Dataset { get; init; }

    /// <summary>The column, as the dataset spells it.</summary>
    [Id(1)] public string Column { get; init; }

    /// <summary><c>namespace.name.column</c></summary>
    public override string ToString() => $"{Dataset}.{Column}";
}

/// <summary>How a source column acts on a result column; OpenLineage's transformation subtypes.</summary>
public enum LineageKind
{
    /// <summary>The value is passed on as it is.</summary>
    Identity,
    /// <summary>The value is computed from it.</summary>
    Transformation,
    /// <summary>The value is aggregated from it.</summary>
    Aggregation,
    /// <summary>It decides which rows match in a join (indirect).</summary>
    Join,
    /// <summary>It forms groups (indirect).</summary>
    GroupBy,
    /// <summary>It decides which rows stay (indirect).</summary>
    Filter,
    /// <summary>It decides order or limits (indirect).</summary>
    Sort,
    /// <summary>It forms window partitions or order (indirect).</summary>
    Window,
    /// <summary>It decides between alternatives, as in CASE (indirect).</summary>
    Conditional,
}

/// <summary>One source of a result column.</summary>
[GenerateSerializer, Alias("LineageSource"), Immutable]
public readonly record struct LineageSource
{
    /// <summary>Names a source and its kind.</summary>
    public LineageSource(ColumnRef column, LineageKind kind) => (Column, Kind) = (column, kind);

    /// <summary>The source column.</summary>
    [Id(0)] public ColumnRef Column { get; init; }

    /// <summary>How it acts.</summary>
    [Id(1)] public LineageKind Kind { get; init; }

    /// <summary>Whether the value itself comes from it.</summary>
    public bool IsDirect => Kind is LineageKind.Identity or LineageKind.Transformation or LineageKind.Aggregation;
}

/// <summary>Where one column of a result comes from.</summary>
[GenerateSerializer, Alias("ColumnLineage"), Immutable]
public sealed record ColumnLineage
{
    /// <summary>The result's column.</summary>
    [Id(0)] public required string Column { get; init; }

    /// <summary>All its sources, ordered by dataset, column and kind.</summary>
    [Id(1)] public required ImmutableArray<LineageSource> Sources { get; init; }

    /// <summary>False where a construct could not be resolved and all columns of its inputs are listed to be safe.</summary>
    [Id(2), JsonRequired] public bool IsExact { get; init; } = true;
}
