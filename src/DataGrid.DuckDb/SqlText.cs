using System.Collections.Frozen;

namespace DataGrid.DuckDb;

/// <summary>The one place that puts names and texts into SQL.</summary>
public static class SqlText
{
    /// <summary>Words that DuckDB does not take as a bare column or field name: every keyword that is not "unreserved".</summary>
    private static readonly FrozenSet<string> Keywords = (
        "all analyse analyze and any array as asc_p asc asymmetric both case cast check_p check collate column constraint create default deferrable desc desc_p " +
        "describe distinct do else end_p end except false_p false fetch for foreign from group_p group having in_p in initially intersect into lambda lateral " +
        "leading limit not null null_p offset on only or order pivot pivot_longer pivot_wider placing primary qualify references returning select show some " +
        "summarize symmetric table then to trailing true_p true union unique unpivot using variadic when where window with " +
        "anti asof at authorization binary by collation concurrently cross freeze full generated glob ilike inner is isnull join left like map natural notnull " +
        "outer overlaps positional right semi similar struct tablesample try_cast unpack verbose " +
        "between bigint bit boolean char character coalesce columns dec decimal exists extract float grouping grouping_id inout int integer interval national " +
        "nchar none nullif numeric out overlay position precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes " +
        "xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable").Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>An identifier in double quotes, whatever it contains: <c>a"b</c> gives <c>"a""b"</c>.</summary>
    /// <exception cref="ArgumentException">It is empty or contains NUL, which no identifier may.</exception>
    public static string QuoteIdentifier(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        RejectNul(name);
        return string.Concat("\"", name.Replace("\"", "\"\"", StringComparison.Ordinal), "\"");
    }

    /// <summary>Several identifiers joined by dots, each quoted: <c>"ns"."table"</c>.</summary>
    public static string QuoteQualified(params ReadOnlySpan<string> names)
    {
        var quoted = new string[names.Length];
        for (var i = 0; i < names.Length; i++)
            quoted[i] = QuoteIdentifier(names[i]);
        return string.Join('.', quoted);
    }

    /// <summary>A string literal in single quotes: <c>it's</c> gives <c>'it''s'</c>. DuckDB knows no backslash escapes in it.</summary>
    /// <exception cref="ArgumentException">It contains NUL: bind it as a parameter instead.</exception>
    public static string QuoteLiteral(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        RejectNul(text);
        return string.Concat("'", text.Replace("'", "''", StringComparison.Ordinal), "'");
    }

    /// <summary>A list of string literals: <c>['a', 'b']</c>.</summary>
    public static string QuoteLiteralList(IEnumerable<string> texts) => string.Concat("[", string.Join(", ", texts.Select(QuoteLiteral)), "]");

    /// <summary>An identifier, quoted only when DuckDB needs it: how DuckDB itself prints names in types.</summary>
    public static string QuoteIdentifierIfNeeded(string name) => IsPlain(name) ? name : QuoteIdentifier(name);

    private static bool IsPlain(string name)
    {
        if (name.Length == 0 || Keywords.Contains(name))
            return false;
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (!char.IsAsciiLetter(c) && c != '_' && (i == 0 || !char.IsAsciiDigit(c)))
                return false;
        }
        return true;
    }

    private static void RejectNul(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("SQL text cannot contain the NUL character.", nameof(text));
    }
}
