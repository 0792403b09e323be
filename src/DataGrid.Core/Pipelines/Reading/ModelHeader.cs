using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Pipelines.Reading;

/// <summary>Where a model's header is: the comment <c>/* datagrid … */</c> before the SQL.</summary>
/// <param name="YamlStart">Where its YAML starts, in UTF-16 units; 0 when there is no header.</param>
/// <param name="YamlLength">How long its YAML is.</param>
/// <param name="SqlStart">Where the SQL starts after it.</param>
internal readonly record struct ModelHeader(int YamlStart, int YamlLength, int SqlStart)
{
    private const string Word = "datagrid";

    public bool IsPresent => YamlStart > 0;

    /// <summary>Finds it. White space, <c>--</c> comments and other block comments may stand before it.</summary>
    public static ModelHeader Find(SourceText source, ProblemBag problems, string dataset)
    {
        var text = source.Text;
        ModelHeader? found = null;
        var position = 0;
        while (true)
        {
            while (position < text.Length && (char.IsWhiteSpace(text[position]) || text[position] == '\uFEFF')) position++;
            if (Starts(text, position, "--"))
            {
                var end = text.IndexOf('\n', position);
                position = end < 0 ? text.Length : end + 1;
            }
            else if (Starts(text, position, "/*"))
            {
                var end = CommentEnd(text, position);
                if (end < 0)
                {
                    problems.Add(source.Problem(ErrorCodes.SqlSyntax, source.SpotAt(position), "this comment is never closed",
                        "End it with */. A /* inside a comment starts another one, which needs its own */.", dataset));
                    return found ?? new ModelHeader(0, 0, text.Length);
                }
                if (YamlOf(text, position, end) is { } header)
                {
                    if (found is null) found = header;
                    else problems.Add(source.Problem(ErrorCodes.SpecInvalid, source.SpotAt(position), "there is a second header in this file", "Join them into the first.", dataset));
                }
                position = end;
            }
            else
            {
                break;
            }
        }
        WarnAboutLateHeader(source, position, problems, dataset);
        return found is { } first ? first with { SqlStart = position } : new ModelHeader(0, 0, position);
    }

    private static ModelHeader? YamlOf(string text, int start, int end)
    {
        var word = start + 2;
        while (word < end && text[word] is ' ' or '\t') word++;
        var after = word + Word.Length;
        if (after > end - 2 || !text.AsSpan(word, Word.Length).Equals(Word, StringComparison.OrdinalIgnoreCase)) return null;
        // "datagridlike" is another word.
        if (after < end - 2 && !char.IsWhiteSpace(text[after]) && text[after] != ':') return null;
        if (text[after] == ':') after++;
        return new ModelHeader(after, end - 2 - after, end);
    }

    /// <summary>The offset after the comment that starts here; block comments nest, as the engine reads them; -1 when it is never closed.</summary>
    private static int CommentEnd(string text, int start)
    {
        var depth = 0;
        for (var i = start; i < text.Length - 1; i++)
        {
            if (Starts(text, i, "/*"))
            {
                depth++;
                i++;
            }
            else if (Starts(text, i, "*/"))
            {
                i++;
                if (--depth == 0) return i + 1;
            }
        }
        return -1;
    }

    private static void WarnAboutLateHeader(SourceText source, int from, ProblemBag problems, string dataset)
    {
        for (var i = source.Text.IndexOf("/*", from, StringComparison.Ordinal); i >= 0; i = source.Text.IndexOf("/*", i + 2, StringComparison.Ordinal))
        {
            var word = source.Text.AsSpan(i + 2).TrimStart(" \t");
            if (!word.StartsWith(Word, StringComparison.OrdinalIgnoreCase) || (word.Length > Word.Length && !char.IsWhiteSpace(word[Word.Length]))) continue;
            problems.Add(source.Problem(ErrorCodes.SpecInvalid, source.SpotAt(i), "this header stands after the SQL and is not read", "Move it to the start of the file.", dataset,
                isWarning: true));
            return;
        }
    }

    private static bool Starts(string text, int position, string with) => string.CompareOrdinal(text, position, with, 0, with.Length) == 0;
}
