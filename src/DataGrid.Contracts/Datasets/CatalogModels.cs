using System.Collections.Immutable;
using DataGrid.Contracts.Quality;

namespace DataGrid.Contracts.Datasets;

/// <summary>What kind of dataset something is.</summary>
public enum DatasetKind
{
    /// <summary>An external input.</summary>
    Source,
    /// <summary>A table.</summary>
    Table,
    /// <summary>SQL that is expanded where it is read.</summary>
    View,
    /// <summary>Rows that checks held back.</summary>
    Quarantine,
}

/// <summary>One line of the catalog.</summary>
public sealed record DatasetSummary
{
    /// <summary>The name.</summary>
    public required DatasetName Name { get; init; }

    /// <summary>What it is.</summary>
    public required DatasetKind Kind { get; init; }

    /// <summary>The pipeline that makes or declares it.</summary>
    public PipelineId? Pipeline { get; init; }

    /// <summary>What it holds.</summary>
    public string? Description { get; init; }

    /// <summary>Whom to ask.</summary>
    public string? Owner { get; init; }

    /// <summary>The newest version of a table.</summary>
    public long? Version { get; init; }

    /// <summary>Rows, where known.</summary>
    public long? Rows { get; init; }

    /// <summary>Bytes of the files.</summary>
    public long? Bytes { get; init; }

    /// <summary>The number of files.</summary>
    public int? Files { get; init; }

    /// <summary>When the newest version was made, UTC.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>One partition of a table.</summary>
public sealed record PartitionSummary
{
    /// <summary>The values of the partition columns, in their order.</summary>
    public required ImmutableArray<string?> Values { get; init; }

    /// <summary>Rows, where known.</summary>
    public long? Rows { get; init; }

    /// <summary>Bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Files.</summary>
    public int Files { get; init; }
}

/// <summary>All about one dataset.</summary>
public sealed record DatasetDetail
{
    /// <summary>The line in the catalog.</summary>
    public required DatasetSummary Summary { get; init; }

    /// <summary>The columns with types and descriptions.</summary>
    public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>The partition columns.</summary>
    public ImmutableArray<string> PartitionBy { get; init; } = [];

    /// <summary>The partitions, in the order of their values; empty when it has none.</summary>
    public ImmutableArray<PartitionSummary> Partitions { get; init; } = [];

    /// <summary>The key columns of a merge.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>Words to find it by.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>The checks and what they found when the newest version was made.</summary>
    public ImmutableArray<CheckResult> Checks { get; init; } = [];

    /// <summary>What it reads.</summary>
    public ImmutableArray<DatasetName> Reads { get; init; } = [];

    /// <summary>Rows in its quarantine; null when it has none.</summary>
    public long? QuarantinedRows { get; init; }

    /// <summary>The table's folder, or the source's patterns.</summary>
    public string? Location { get; init; }

    /// <summary>The SQL that makes it.</summary>
    public string? Sql { get; init; }
}

/// <summary>One version of a table.</summary>
public sealed record DatasetVersion
{
    /// <summary>The version.</summary>
    public required long Version { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What was done: <c>append</c>, <c>merge</c>, <c>replace</c>, <c>restore</c>, <c>compaction</c>, or another engine's word.</summary>
    public string? Operation { get; init; }

    /// <summary>The run that made it.</summary>
    public RunId? Run { get; init; }

    /// <summary>Files added.</summary>
    public long FilesAdded { get; init; }

    /// <summary>Files removed.</summary>
    public long FilesRemoved { get; init; }

    /// <summary>Rows in the added files.</summary>
    public long? RowsAdded { get; init; }

    /// <summary>Bytes added.</summary>
    public long BytesAdded { get; init; }

    /// <summary>What it was made from.</summary>
    public ImmutableArray<Runs.InputVersion> Inputs { get; init; } = [];
}
