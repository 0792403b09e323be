namespace DataGrid.DuckDb;

/// <summary>A failure that DuckDB reported.</summary>
public sealed class DuckDbException : Exception
{
    /// <summary>Creates the exception; the binding does, and tests.</summary>
    public DuckDbException(
        DuckDbErrorKind kind, string message, int? position = null, string? subtype = null, IReadOnlyList<string>? candidates = null, string? name = null)
        : base(message)
    {
        Kind = kind;
        Position = position;
        Subtype = subtype;
        Candidates = candidates ?? [];
        Name = name;
    }

    /// <summary>The kind of failure.</summary>
    public DuckDbErrorKind Kind { get; }

    /// <summary>Where in the SQL text, as a 0-based offset in UTF-16 characters (an index
    /// into the <see cref="string"/>); null when DuckDB gives none (IO, run time).</summary>
    public int? Position { get; }

    /// <summary>DuckDB's finer name of the failure, e.g. <c>COLUMN_NOT_FOUND</c>, <c>MISSING_ENTRY</c>, <c>SYNTAX_ERROR</c>; null when there is none.</summary>
    public string? Subtype { get; }

    /// <summary>Names that DuckDB proposes instead of an unknown one; may be empty.</summary>
    public IReadOnlyList<string> Candidates { get; }

    /// <summary>The name that was not found; null when the failure is not about a name.</summary>
    public string? Name { get; }
}
