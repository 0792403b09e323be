namespace DataGrid.Core.Quality;

/// <summary>Which columns a check can compare. Narrower than what the engine would compare: it turns text into numbers while it runs, and fails at the first
/// text that is none.</summary>
public static class TypeFamilies
{
    /// <summary>Whether values of the two types can be compared without a cast that can fail.</summary>
    public static bool AreComparable(string left, string right) => Of(left) == Of(right);

    private static string Of(string type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type switch
        {
            "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" or "FLOAT" or "DOUBLE" => "number",
            _ when type.StartsWith("DECIMAL(", StringComparison.Ordinal) => "number",
            "VARCHAR" or "UUID" or "JSON" => "text",
            _ when type.StartsWith("ENUM(", StringComparison.Ordinal) => "text",
            "DATE" or "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => "time",
            _ => type,
        };
    }
}
