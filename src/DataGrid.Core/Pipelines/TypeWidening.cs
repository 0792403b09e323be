using System.Globalization;

namespace DataGrid.Core.Pipelines;

/// <summary>Which types hold all values of others.</summary>
public static class TypeWidening
{
    private static readonly (string Type, int Digits)[] Integers = [("TINYINT", 3), ("SMALLINT", 5), ("INTEGER", 10), ("BIGINT", 19), ("HUGEINT", 39)];
    private static readonly (string Type, int Digits)[] Unsigned = [("UTINYINT", 3), ("USMALLINT", 5), ("UINTEGER", 10), ("UBIGINT", 20)];

    /// <summary>The type that holds the values of both; null when only text would.</summary>
    public static string? Common(string left, string right)
    {
        if (Holds(left, right)) return left;
        if (Holds(right, left)) return right;
        if (Digits(left) is not null && Digits(right) is not null) return IsUnsigned(left) || IsUnsigned(right) ? "HUGEINT" : null;
        return IsNumber(left) && IsNumber(right) ? "DOUBLE" : null;
    }

    /// <summary>Whether every value of <paramref name="narrow"/> is one of
    /// <paramref name="wide"/>. Integers count as DOUBLEs, as the engine's own casts do.</summary>
    public static bool Holds(string wide, string narrow)
    {
        ArgumentNullException.ThrowIfNull(wide);
        ArgumentNullException.ThrowIfNull(narrow);
        if (string.Equals(wide, narrow, StringComparison.OrdinalIgnoreCase)) return true;
        switch (wide.ToUpperInvariant())
        {
            case "DOUBLE":
                return IsNumber(narrow);
            case "FLOAT":
                return Digits(narrow) is <= 5;
            case "TIMESTAMP":
                return narrow is "DATE" or "TIMESTAMP_S" or "TIMESTAMP_MS";
            case "TIMESTAMP WITH TIME ZONE" or "TIMESTAMP_NS":
                return false;
        }
        if (Decimal(wide) is var (precision, scale))
        {
            if (Decimal(narrow) is var (otherPrecision, otherScale)) return scale >= otherScale && precision - scale >= otherPrecision - otherScale;
            return Digits(narrow) is { } whole && precision - scale >= whole;
        }
        if (Digits(wide) is not { } room || Digits(narrow) is not { } needed) return false;
        return IsUnsigned(wide) ? IsUnsigned(narrow) && room > needed : room > needed || (room == needed && !IsUnsigned(narrow));
    }

    private static bool IsNumber(string type) => Digits(type) is not null || Decimal(type) is not null || type is "DOUBLE" or "FLOAT";

    private static bool IsUnsigned(string type) => Array.Exists(Unsigned, row => row.Type == type);

    private static int? Digits(string type)
    {
        foreach (var (name, digits) in (ReadOnlySpan<(string, int)>)[.. Integers, .. Unsigned])
            if (name == type) return digits;
        return null;
    }

    private static (int Precision, int Scale)? Decimal(string type)
    {
        if (!type.StartsWith("DECIMAL(", StringComparison.Ordinal) || !type.EndsWith(')')) return null;
        var parts = type["DECIMAL(".Length..^1].Split(',');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var precision)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? (precision, scale) : null;
    }
}
