using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;

namespace DataGrid.Gateway.Datasets;

/// <summary>The columns of a dataset at a version.</summary>
public sealed record DatasetSchema
{
    /// <summary>The dataset.</summary>
    public required DatasetName Dataset { get; init; }

    /// <summary>The version; null for what has none.</summary>
    public long? Version { get; init; }

    /// <summary>The columns, in their order.</summary>
    public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>The partition columns.</summary>
    public ImmutableArray<string> PartitionBy { get; init; } = [];

    /// <summary>The key columns of a merge.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];
}

/// <summary>What the values of a dataset are like.</summary>
public sealed record DatasetProfile
{
    /// <summary>The dataset.</summary>
    public required DatasetName Dataset { get; init; }

    /// <summary>The version; null for what has none.</summary>
    public long? Version { get; init; }

    /// <summary>How many rows there are.</summary>
    public required long Rows { get; init; }

    /// <summary>The columns, in their order.</summary>
    public required ImmutableArray<ColumnProfile> Columns { get; init; }
}

/// <summary>What the values of a column are like.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">Its type.</param>
/// <param name="Nulls">How many rows have none.</param>
/// <param name="Distinct">About how many different ones there are; null for nested types.</param>
/// <param name="Min">The least, as text; null where there is none, and for nested types.</param>
/// <param name="Max">The greatest, as text; null where there is none, and for nested types.</param>
public sealed record ColumnProfile(string Name, string Type, long Nulls, long? Distinct, string? Min, string? Max);

/// <summary>A table to be brought back to an earlier version.</summary>
public sealed record DatasetRollback
{
    /// <summary>To which version.</summary>
    public long? Version { get; init; }

    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }
}

/// <summary>What a rollback did, or would do.</summary>
public sealed record DatasetRolledBack
{
    /// <summary>The dataset.</summary>
    public required DatasetName Dataset { get; init; }

    /// <summary>The version that is like the one asked for; null when nothing was done.</summary>
    public long? Version { get; init; }

    /// <summary>Files that came back.</summary>
    public long FilesAdded { get; init; }

    /// <summary>Files that went.</summary>
    public long FilesRemoved { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesRemoved { get; init; }
}

/// <summary>A query.</summary>
public sealed record QueryBody
{
    /// <summary>One SELECT in DuckDB's dialect.</summary>
    public string? Sql { get; init; }

    /// <summary>Versions to read other than the newest, by dataset.</summary>
    public ImmutableSortedDictionary<DatasetName, long>? Versions { get; init; }

    /// <summary>Times to read datasets at: the version that was the newest then.</summary>
    public ImmutableSortedDictionary<DatasetName, DateTimeOffset>? Times { get; init; }

    /// <summary>Values of parameters (<c>$name</c> in the SQL), as text.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Stop after this many rows; null for the format's default.</summary>
    public long? MaxRows { get; init; }

    /// <summary>The form of the result; else what <c>Accept</c> says.</summary>
    public ResultFormat? Format { get; init; }
}

/// <summary>The form of a result.</summary>
public enum ResultFormat
{
    /// <summary>One JSON object: the rows, then the columns, their number, and whether there are more.</summary>
    Json,
    /// <summary>One JSON object a line.</summary>
    Ndjson,
    /// <summary>RFC 4180, with a header.</summary>
    Csv,
    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>A result as one JSON document. Its members come in this order, so that rows can be sent while more are computed.</summary>
public sealed record ResultDocument
{
    /// <summary>The rows, each an object by column.</summary>
    public required ImmutableArray<JsonElement> Rows { get; init; }

    /// <summary>The columns.</summary>
    public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>How many rows there are here.</summary>
    public required long RowCount { get; init; }

    /// <summary>Whether a limit cut it.</summary>
    public required bool IsTruncated { get; init; }
}
