namespace DataGrid.Engine.Tasks.Sql;

/// <summary>Finds where a statement ends, so that it can stand inside another one.</summary>
internal static class SqlTail
{
    /// <summary>
    /// The text up to the last token that is no semicolon. Positions in what is kept are those of the whole text. Comments at the end go:
    /// a line comment would swallow what follows.
    /// </summary>
    public static string WithoutTerminator(string sql)
    {
        var end = 0;
        for (var i = 0; i < sql.Length;)
        {
            var next = SkipToken(sql, i, out var isSignificant);
            if (isSignificant)
                end = next;
            i = next;
        }
        return sql[..end];
    }

    private static int SkipToken(string sql, int start, out bool isSignificant)
    {
        var c = sql[start];
        isSignificant = !char.IsWhiteSpace(c) && c != ';' && c != '\uFEFF';
        switch (c)
        {
            case '-' when At(sql, start + 1) == '-':
                isSignificant = false;
                var line = sql.IndexOf('\n', start);
                return line < 0 ? sql.Length : line + 1;
            case '/' when At(sql, start + 1) == '*':
                isSignificant = false;
                return SkipBlockComment(sql, start);
            case '\'':
                // E'…' strings know backslash escapes, plain ones do not.
                return SkipQuoted(sql, start, '\'', hasEscapes: start > 0 && sql[start - 1] is 'e' or 'E' && !IsWordChar(At(sql, start - 2)));
            case '"':
                return SkipQuoted(sql, start, '"', hasEscapes: false);
            case '$' when !IsWordChar(At(sql, start - 1)) && DollarTag(sql, start) is { } tag:
                var close = sql.IndexOf(tag, start + tag.Length, StringComparison.Ordinal);
                return close < 0 ? sql.Length : close + tag.Length;
            default:
                return start + 1;
        }
    }

    private static char At(string sql, int index) => index >= 0 && index < sql.Length ? sql[index] : '\0';

    private static bool IsWordChar(char c) => char.IsLetterOrDigit(c) || c == '_';

    /// <summary>Block comments nest.</summary>
    private static int SkipBlockComment(string sql, int start)
    {
        var depth = 0;
        for (var i = start; i < sql.Length - 1; i++)
        {
            if (sql[i] == '/' && sql[i + 1] == '*')
            {
                depth++;
                i++;
            }
            else if (sql[i] == '*' && sql[i + 1] == '/')
            {
                depth--;
                i++;
                if (depth == 0)
                    return i + 1;
            }
        }
        return sql.Length;
    }

    private static int SkipQuoted(string sql, int start, char quote, bool hasEscapes)
    {
        for (var i = start + 1; i < sql.Length; i++)
        {
            if (hasEscapes && sql[i] == '\\')
                i++;
            else if (sql[i] == quote && At(sql, i + 1) == quote)
                i++;
            else if (sql[i] == quote)
                return i + 1;
        }
        return sql.Length;
    }

    /// <summary><c>$$</c> or <c>$tag$</c>; a parameter <c>$day</c> is none.</summary>
    private static string? DollarTag(string sql, int start)
    {
        var end = start + 1;
        while (IsWordChar(At(sql, end)))
            end++;
        return At(sql, end) == '$' && !char.IsDigit(At(sql, start + 1)) ? sql[start..(end + 1)] : null;
    }
}
