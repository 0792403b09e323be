namespace DataGrid.Core.Sql;

/// <summary>The little that is read from SQL text without the parser, and only to word messages: never to decide what is allowed.</summary>
public static class SqlLexer
{
    /// <summary>The index of the first character that is neither space nor inside a comment; the text's length when there is none.</summary>
    public static int FirstToken(string text)
    {
        var i = 0;
        while (i < text.Length)
        {
            if (char.IsWhiteSpace(text[i]) || text[i] is '\uFEFF' or ';') i++;
            else if (At(text, i, "--")) i = LineEnd(text, i);
            else if (At(text, i, "/*")) i = BlockEnd(text, i);
            else return i;
        }
        return text.Length;
    }

    /// <summary>The letters and underscores from an index on; empty when there are none.</summary>
    public static string WordAt(string text, int index)
    {
        var end = index;
        while (end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] == '_')) end++;
        return text[index..end];
    }

    private static bool At(string text, int index, string token) => string.CompareOrdinal(text, index, token, 0, token.Length) == 0;

    private static int LineEnd(string text, int index)
    {
        var end = text.IndexOf('\n', index);
        return end < 0 ? text.Length : end + 1;
    }

    /// <summary>Block comments nest, as in the engine.</summary>
    private static int BlockEnd(string text, int index)
    {
        var depth = 0;
        while (index < text.Length)
        {
            if (At(text, index, "/*")) (depth, index) = (depth + 1, index + 2);
            else if (At(text, index, "*/"))
            {
                index += 2;
                if (--depth == 0) return index;
            }
            else index++;
        }
        return text.Length;
    }
}
