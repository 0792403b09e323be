using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Binding;

/// <summary>Turns the engine's binding errors into problems with a place, what was meant, and what to do.</summary>
internal static class BindProblems
{
    private const int MaxListed = 12;

    /// <summary>One error of the engine.</summary>
    /// <param name="fault">The error.</param>
    /// <param name="source">The user's text.</param>
    /// <param name="prefix">How many characters stood before it when it was bound.</param>
    /// <param name="columns">Columns that the text could have meant.</param>
    /// <param name="reading">What the text says; finds the place of a name where the engine tells none.</param>
    public static Problem From(DuckDbException fault, SqlSource source, int prefix, IEnumerable<string> columns, SqlReading? reading)
    {
        var message = FirstLine(fault.Message);
        var index = fault.Position is { } position ? Math.Clamp(position - prefix, 0, source.Text.Length) : Locate(message, source, reading);
        if (fault.Subtype == "COLUMN_NOT_FOUND" || message.StartsWith("Referenced column", StringComparison.Ordinal))
            return UnknownColumn(fault.Name ?? Quoted(message), fault, source, index, columns);
        if (message.Contains("does not have a column named", StringComparison.Ordinal)) return UnknownColumn(LastQuoted(message), fault, source, index, columns);
        if (message.StartsWith("Referenced table", StringComparison.Ordinal))
            return source.Problem(ErrorCodes.SqlInvalid, $"there is no table or alias '{Quoted(message)}' here", index, $"there are: {QuotedBehind(fault.Message, "Candidate tables:")}");
        if (message.StartsWith("Ambiguous reference to column", StringComparison.Ordinal))
            return source.Problem(ErrorCodes.ColumnAmbiguous, Lower(BeforeParenthesis(message)), index, $"write it with its table: {Quoted(message)}");
        if (fault.Subtype == "NO_MATCHING_FUNCTION") return source.Problem(ErrorCodes.SqlInvalid, Lower(FirstSentence(message)), index, Candidates(fault));
        if (fault.Kind is DuckDbErrorKind.ParameterNotResolved)
            return source.Problem(ErrorCodes.ParameterInvalid, "the type of a parameter cannot be told from its place", index, "say it: $name::DATE");
        var help = fault.Kind == DuckDbErrorKind.Parser ? "correct the SQL; the dialect is DuckDB's" : "correct the SQL; types can be changed with CAST(x AS type)";
        return source.Problem(fault.Kind == DuckDbErrorKind.Parser ? ErrorCodes.SqlSyntax : ErrorCodes.SqlInvalid, Lower(message), index, help);
    }

    /// <summary>What keeps a result from being a table: columns with the same name.</summary>
    public static IEnumerable<Problem> OfColumns(ImmutableArray<ColumnSpec> columns, SqlSource source)
    {
        foreach (var same in columns.GroupBy(static column => column.Name, StringComparer.OrdinalIgnoreCase).Where(static group => group.Count() > 1))
        {
            yield return source.Problem(ErrorCodes.SqlInvalid, $"{same.Count()} columns of the result are called '{same.Key}'", null,
                $"give them names of their own with AS, or leave one out with EXCLUDE ({same.Key}); JOIN … USING keeps one");
        }
    }

    private static Problem UnknownColumn(string name, DuckDbException fault, SqlSource source, int? index, IEnumerable<string> columns)
    {
        var known = columns.Order(StringComparer.OrdinalIgnoreCase).ToList();
        var nearest = NearestName.Find(name, known) ?? fault.Candidates.FirstOrDefault(candidate => NearestName.Find(name, [candidate]) is not null);
        var help = nearest is not null ? $"did you mean {nearest}?"
            : known.Count > 0 ? $"there are: {string.Join(", ", known.Take(MaxListed))}{(known.Count > MaxListed ? ", …" : "")}"
            : "check the name";
        return source.Problem(ErrorCodes.ColumnUnknown, $"there is no column '{name}' here", index, help);
    }

    private static string Candidates(DuckDbException fault)
    {
        var lines = fault.Message.Split('\n').Select(static line => line.Trim()).Where(static line => line.Contains("->", StringComparison.Ordinal)).Take(4).ToList();
        return lines.Count == 0 ? "check the arguments' types" : $"it takes: {string.Join("; ", lines)}; change a type with CAST(x AS type)";
    }

    private static string FirstLine(string message)
    {
        var text = message;
        // The engine puts the kind before the message: "Binder Error: …".
        var colon = text.IndexOf(" Error: ", StringComparison.Ordinal);
        if (colon is > 0 and < 40) text = text[(colon + " Error: ".Length)..];
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).Trim().TrimEnd('.', '!');
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private static string BeforeParenthesis(string message)
    {
        var at = message.IndexOf(" (", StringComparison.Ordinal);
        return at < 0 ? message : message[..at];
    }

    /// <summary>What stands in the first pair of quotes, or all candidates behind "use:".</summary>
    private static string Quoted(string message)
    {
        var use = message.IndexOf("(use: ", StringComparison.Ordinal);
        if (use >= 0) return message[(use + "(use: ".Length)..].TrimEnd(')').Replace("\"", "", StringComparison.Ordinal);
        var first = message.IndexOf('"', StringComparison.Ordinal);
        var second = first < 0 ? -1 : message.IndexOf('"', first + 1);
        return second < 0 ? "" : message[(first + 1)..second];
    }

    private static string LastQuoted(string message)
    {
        var last = message.LastIndexOf('"');
        var before = last <= 0 ? -1 : message.LastIndexOf('"', last - 1);
        return before < 0 ? "" : message[(before + 1)..last];
    }

    private static string QuotedBehind(string message, string mark)
    {
        var at = message.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? "" : message[(at + mark.Length)..].Split('\n')[0].Replace("\"", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>The place of the name that a message without a place speaks of: the first column reference of that name, else its only occurrence.</summary>
    private static int? Locate(string message, SqlSource source, SqlReading? reading)
    {
        const string column = "column ";
        var name = Quoted(message);
        if (name.Length == 0 && message.StartsWith(column, StringComparison.OrdinalIgnoreCase)) name = message[column.Length..].Split(' ')[0];
        if (name.Length == 0) return null;
        var use = reading?.Columns.FirstOrDefault(use => SqlName.Same(use.Parts[^1], name) && use.Index is not null);
        if (use is not null) return use.Index;
        var first = source.Text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return first >= 0 && first == source.Text.LastIndexOf(name, StringComparison.OrdinalIgnoreCase) ? first : null;
    }

    private static string Lower(string message) => message.Length > 1 && char.IsUpper(message[0]) && char.IsLower(message[1]) ? char.ToLowerInvariant(message[0]) + message[1..] : message;
}
