using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>What the first line of a delimited file tells. Found here and not by the engine's sniffer: on a file with one short line the sniffer decides
/// that there is a single column, and every row is read wrongly without a word.</summary>
internal static class CsvHeader
{
    private static readonly char[] Candidates = [',', '\t', ';', '|'];

    /// <summary>The delimiter: the candidate that occurs most often outside quotes; a comma when none does.</summary>
    public static string Delimiter(string line, char quote)
    {
        var counts = new int[Candidates.Length];
        var quoted = false;
        foreach (var c in line)
        {
            if (c == quote) quoted = !quoted;
            else if (!quoted && Array.IndexOf(Candidates, c) is var index and >= 0) counts[index]++;
        }
        var best = 0;
        for (var i = 1; i < counts.Length; i++)
            if (counts[i] > counts[best]) best = i;
        return Candidates[best].ToString();
    }

    /// <summary>The fields of a line, unquoted. Null when a quote is not closed.</summary>
    public static ImmutableArray<string>? Split(string line, string delimiter, char quote)
    {
        var fields = ImmutableArray.CreateBuilder<string>();
        var field = new StringBuilder();
        var position = 0;
        while (true)
        {
            field.Clear();
            if (position < line.Length && line[position] == quote)
            {
                for (position++; ; position++)
                {
                    if (position >= line.Length) return null;
                    if (line[position] != quote) field.Append(line[position]);
                    else if (position + 1 < line.Length && line[position + 1] == quote) field.Append(line[++position]);
                    else break;
                }
                position++;
            }
            var end = line.IndexOf(delimiter, position, StringComparison.Ordinal);
            field.Append(line, position, (end < 0 ? line.Length : end) - position);
            fields.Add(field.ToString());
            if (end < 0) return fields.DrainToImmutable();
            position = end + delimiter.Length;
        }
    }

    /// <summary>Column names of a header's fields: trimmed; a field without a name gets one from its place.</summary>
    public static ImmutableArray<string> Names(ImmutableArray<string> fields, bool hasHeader) =>
        [.. fields.Select((field, index) => !hasHeader || string.IsNullOrWhiteSpace(field) ? string.Create(CultureInfo.InvariantCulture, $"column{index}") : field.Trim())];
}
