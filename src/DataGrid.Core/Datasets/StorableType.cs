using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.Datasets;

/// <summary>What a column's type becomes when it is stored.</summary>
/// <param name="Type">The engine's type as stored and read back; null when it cannot be stored.</param>
/// <param name="NeedsCast">Whether the writer must cast to <paramref name="Type"/>.</param>
/// <param name="Why">Why it cannot be stored, to be read after <c>the column 'x' is TIME, </c>; null when it can.</param>
/// <param name="Advice">The cast to write instead, with <c>{0}</c> for the column; null when it can be stored.</param>
public sealed record StorableMapping(string? Type, bool NeedsCast, string? Why, string? Advice);

/// <summary>Maps the engine's types to those that a table can have: one function for compiling, which tells readers what they will find, and for writing,
/// which casts. No value is lost on the way: HUGEINT, the type of a sum of integers,
/// becomes DECIMAL(38,0) and not DOUBLE (docs/decisions/0012-stored-types.md).</summary>
public static class StorableType
{
    /// <summary>What becomes of a type.</summary>
    /// <param name="duckDbType">The engine's text of the type.</param>
    public static StorableMapping Map(string duckDbType)
    {
        ArgumentNullException.ThrowIfNull(duckDbType);
        TypeMapping mapping;
        try
        {
            mapping = DuckDbTypes.ToDelta(duckDbType);
        }
        catch (FormatException)
        {
            return duckDbType.StartsWith("STRUCT(", StringComparison.OrdinalIgnoreCase)
                ? new StorableMapping(null, false, "a struct whose fields have no names", "Name its fields: {{'a': …, 'b': …}}.")
                : new StorableMapping(null, false, "a type that tables do not have", "Cast it: CAST({0} AS VARCHAR).");
        }
        if (mapping.Type is null) return new StorableMapping(null, false, mapping.Why, Advice(duckDbType));
        return new StorableMapping(mapping.CastTo ?? duckDbType, mapping.CastTo is not null, null, null);
    }

    private static string Advice(string type)
    {
        if (type.StartsWith("INTERVAL", StringComparison.OrdinalIgnoreCase)) return "Write seconds: epoch({0}).";
        if (type.StartsWith("TIMESTAMP_NS", StringComparison.OrdinalIgnoreCase)) return "Write CAST({0} AS TIMESTAMP), which cuts the nanoseconds.";
        if (type.StartsWith("UHUGEINT", StringComparison.OrdinalIgnoreCase)) return "Write CAST({0} AS DECIMAL(38,0)).";
        return "Write CAST({0} AS VARCHAR).";
    }
}
