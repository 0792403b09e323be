using System.Text.Json;

namespace DataGrid.Client.Datasets;

/// <summary>A query.</summary>
public sealed record QueryRequest
{
    /// <summary>One SELECT in DuckDB's dialect.</summary>
    public required string Sql { get; init; }

    /// <summary>Versions to read other than the newest, by dataset.</summary>
    public IReadOnlyDictionary<string, long> Versions { get; init; } = new Dictionary<string, long>();

    /// <summary>Times to read datasets at: the version that was the newest then.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Times { get; init; } = new Dictionary<string, DateTimeOffset>();

    /// <summary>Values of parameters (<c>$name</c> in the SQL), as text.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Stop after this many rows; null for all, and for 10 000 of a document.</summary>
    public long? MaxRows { get; init; }
}

/// <summary>The form of a result that is downloaded.</summary>
public enum ResultFormat
{
    /// <summary>One JSON object a line.</summary>
    Ndjson,
    /// <summary>RFC 4180, with a header.</summary>
    Csv,
    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>A result as a whole.</summary>
public sealed record QueryDocument
{
    /// <summary>The rows, each an object by column.</summary>
    public IReadOnlyList<JsonElement> Rows { get; init; } = [];

    /// <summary>The columns.</summary>
    public IReadOnlyList<Column> Columns { get; init; } = [];

    /// <summary>How many rows there are here.</summary>
    public long RowCount { get; init; }

    /// <summary>Whether a limit cut it.</summary>
    public bool IsTruncated { get; init; }
}
