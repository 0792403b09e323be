using DataGrid.Client.Runs;

namespace DataGrid.Client.Datasets;

/// <summary>What kind of dataset something is.</summary>
public enum DatasetKind
{
    /// <summary>A word of a newer server.</summary>
    Unknown,
    /// <summary>An external input.</summary>
    Source,
    /// <summary>A table.</summary>
    Table,
    /// <summary>SQL that is expanded where it is read.</summary>
    View,
    /// <summary>Rows that checks held back.</summary>
    Quarantine,
}

/// <summary>Which datasets a list shows.</summary>
public sealed record DatasetFilter
{
    /// <summary>A piece of the name, description or owner.</summary>
    public string? Text { get; init; }

    /// <summary>Of this kind.</summary>
    public DatasetKind? Kind { get; init; }

    /// <summary>Of this pipeline.</summary>
    public string? Pipeline { get; init; }

    /// <summary>In this namespace.</summary>
    public string? Namespace { get; init; }
}

/// <summary>One line of the catalog.</summary>
public sealed record DatasetSummary
{
    /// <summary>The name: <c>namespace.name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required DatasetKind Kind { get; init; }

    /// <summary>The pipeline that makes or declares it.</summary>
    public string? Pipeline { get; init; }

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

/// <summary>One column.</summary>
public sealed record Column
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The type in DuckDB's words: <c>DECIMAL(18,3)</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What it means.</summary>
    public string? Description { get; init; }
}

/// <summary>One partition of a table.</summary>
public sealed record Partition
{
    /// <summary>The values of the partition columns, in their order.</summary>
    public IReadOnlyList<string?> Values { get; init; } = [];

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

    /// <summary>The columns.</summary>
    public IReadOnlyList<Column> Columns { get; init; } = [];

    /// <summary>The partition columns.</summary>
    public IReadOnlyList<string> PartitionBy { get; init; } = [];

    /// <summary>The partitions, in the order of their values.</summary>
    public IReadOnlyList<Partition> Partitions { get; init; } = [];

    /// <summary>The key columns of a merge.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Words to find it by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What the checks found when the newest version was made.</summary>
    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    /// <summary>What it reads.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>Rows in its quarantine; null when it has none.</summary>
    public long? QuarantinedRows { get; init; }

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
    public string? Run { get; init; }

    /// <summary>Files added.</summary>
    public long FilesAdded { get; init; }

    /// <summary>Files removed.</summary>
    public long FilesRemoved { get; init; }

    /// <summary>Rows in the added files.</summary>
    public long? RowsAdded { get; init; }

    /// <summary>Bytes added.</summary>
    public long BytesAdded { get; init; }

    /// <summary>What it was made from.</summary>
    public IReadOnlyList<InputVersion> Inputs { get; init; } = [];
}

/// <summary>What a rollback did, or would do.</summary>
public sealed record RolledBack
{
    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>The version that is like the one asked for; null when nothing was done.</summary>
    public long? Version { get; init; }

    /// <summary>Files that came back.</summary>
    public long FilesAdded { get; init; }

    /// <summary>Files that went.</summary>
    public long FilesRemoved { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesRemoved { get; init; }
}
