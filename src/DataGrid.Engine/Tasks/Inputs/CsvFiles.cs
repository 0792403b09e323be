using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>
/// Delimited text under pinned types. Only the dialect is looked at in the file, never the types: a value that does not fit is an error that names file and
/// line, never a silent text column. Columns are matched by header, so files may have them in any order.
/// </summary>
internal static class CsvFiles
{
    private sealed record Dialect(string Delimiter, string Quote, string Escape, string Comment, long Skip, bool HasHeader, string? DateFormat, string? TimestampFormat, string Columns);

    public static string Select(DuckDbConnection connection, TaskInput input, SourceSpec source, EngineOptions options, CancellationToken cancellation)
    {
        var groups = input.Files.Select(file => (File: file, Seen: Look(connection, input, source, file, cancellation))).GroupBy(f => f.Seen.Dialect);
        return string.Join("\nUNION ALL\n", groups.Select(g => Scan(input, source, options, [.. g.Select(f => f.File)], g.Key, g.First().Seen.Columns)));
    }

    private static (Dialect Dialect, List<string> Columns) Look(DuckDbConnection connection, TaskInput input, SourceSpec source, TaskFile file, CancellationToken cancellation)
    {
        if (file.Bytes == 0)
            throw InputView.Fail(ErrorCodes.SourceInvalid, input.Name, file, $"{file.Name} is empty: it has not even a header", "remove the file, or write its header");
        var given = string.Concat(Settings(source).Select(s => $", {s.Key} = {s.Value}"));
        // A wrong line must not make the dialect guess fail: it is the strict reading that names it.
        var sql = $"SELECT Delimiter, Quote, Escape, Comment, SkipRows, HasHeader, DateFormat, TimestampFormat, Columns FROM sniff_csv({SqlText.QuoteLiteral(FilePattern.Of(file.Path))}{given}, ignore_errors = true)";
        using var result = connection.Query(sql, cancellation);
        var row = result.ReadRows(cancellation).Single();
        var found = ((object?[])row[8]!).Select(c => (string)((DuckDbStruct)c!)["name"]!).ToList();
        var hasHeader = (bool)row[5]!;
        if (hasHeader)
        {
            Drift.Check(input, source, file, found);
        }
        else if (found.Count != input.Columns.Length)
        {
            throw InputView.Fail(
                ErrorCodes.SourceDrifted, input.Name, file, $"{file.Name} has {found.Count} columns, and {input.Name} has {input.Columns.Length}", "without a header columns are matched by their place: mend the file or the columns in datagrid.yaml");
        }
        string? Text(int i) => row[i] is string text && text is not "(empty)" && text.Length > 0 ? text : null;
        // A sample without quotes says nothing about the rest of the file.
        var quote = Text(1) ?? "\"";
        var dialect = new Dialect(Text(0) ?? ",", quote, Text(2) ?? quote, Text(3) ?? "", Convert.ToInt64(row[4], CultureInfo.InvariantCulture), hasHeader, Text(6), Text(7), string.Join('\0', found));
        return (dialect, found);
    }

    private static string Scan(TaskInput input, SourceSpec source, EngineOptions options, List<TaskFile> files, Dialect dialect, List<string> found)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["auto_detect"] = "false",
            ["strict_mode"] = "true",
            ["ignore_errors"] = "false",
            ["null_padding"] = "false",
            ["hive_partitioning"] = "false",
            ["max_line_size"] = options.MaxCsvLineBytes.ToString(CultureInfo.InvariantCulture),
            ["delim"] = SqlText.QuoteLiteral(dialect.Delimiter),
            ["quote"] = SqlText.QuoteLiteral(dialect.Quote),
            ["escape"] = SqlText.QuoteLiteral(dialect.Escape),
            ["comment"] = SqlText.QuoteLiteral(dialect.Comment),
            ["skip"] = dialect.Skip.ToString(CultureInfo.InvariantCulture),
            ["header"] = dialect.HasHeader ? "true" : "false",
        };
        if (dialect.DateFormat is { } date)
            arguments["dateformat"] = SqlText.QuoteLiteral(date);
        if (dialect.TimestampFormat is { } timestamp)
            arguments["timestampformat"] = SqlText.QuoteLiteral(timestamp);
        foreach (var (name, value) in Settings(source))
            arguments[name] = value;

        // Types in the file's own order; a column that nobody asked for is read as text and left out.
        var declared = input.Columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
        var names = dialect.HasHeader ? found : [.. input.Columns.Select(c => c.Name)];
        var columns = names.Select(n => $"{SqlText.QuoteLiteral(n)}: {SqlText.QuoteLiteral(declared.GetValueOrDefault(n, "VARCHAR"))}");
        var select = input.Columns.Select(c => InputView.Present(c, names.First(n => string.Equals(n, c.Name, StringComparison.OrdinalIgnoreCase)), c.Type));
        var from = $"read_csv({SqlText.QuoteLiteralList(files.Select(f => FilePattern.Of(f.Path)))}, columns = {{{string.Join(", ", columns)}}}, {string.Join(", ", arguments.Select(a => $"{a.Key} = {a.Value}"))})";
        return $"SELECT {string.Join(", ", select)} FROM {from}";
    }

    /// <summary>The project's settings as the reader's arguments.</summary>
    private static Dictionary<string, string> Settings(SourceSpec source)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal) { ["header"] = "true" };
        foreach (var (name, value) in source.FormatSettings)
        {
            var (argument, text) = name switch
            {
                "delimiter" => ("delim", SqlText.QuoteLiteral(value)),
                "header" => ("header", value is "true" or "True" ? "true" : "false"),
                "null" => ("nullstr", SqlText.QuoteLiteral(value)),
                "quote" => ("quote", SqlText.QuoteLiteral(value)),
                "encoding" => ("encoding", SqlText.QuoteLiteral(value)),
                "decimal_separator" => ("decimal_separator", SqlText.QuoteLiteral(value)),
                "date_format" => ("dateformat", SqlText.QuoteLiteral(value)),
                "timestamp_format" => ("timestampformat", SqlText.QuoteLiteral(value)),
                _ => throw new InvalidOperationException($"The format setting '{name}' of {source.Name} is not known."),
            };
            arguments[argument] = text;
        }
        return arguments;
    }
}
