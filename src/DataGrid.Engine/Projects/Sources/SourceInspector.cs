using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>Looks into single files: columns, types, dialect. The connection must be allowed to read them.</summary>
internal static class SourceInspector
{
    /// <summary>How many rows types are told from, and are read to see whether they can be.</summary>
    public const int SampleRows = 20_480;

    /// <summary>What a file looks like.</summary>
    /// <param name="connection">May read the file.</param>
    /// <param name="file">The file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="settings">Settings that the project gives.</param>
    /// <param name="namesOnly">Only the columns' names (and, for Parquet, types) are wanted, as at run time, when types are known.</param>
    /// <param name="cancellationToken">Interrupts the engine.</param>
    public static FileShapeOutcome Inspect(
        DuckDbConnection connection, SourceFile file, SourceFormat format, ImmutableSortedDictionary<string, string> settings, bool namesOnly, CancellationToken cancellationToken)
    {
        if (Unreadable(file) is { } unreadable) return new FileShapeOutcome(null, unreadable);
        try
        {
            return format switch
            {
                SourceFormat.Csv => Csv(connection, file, settings, namesOnly, cancellationToken),
                SourceFormat.Parquet => Parquet(connection, file, cancellationToken),
                _ => Json(connection, file, format, settings, cancellationToken),
            };
        }
        catch (DuckDbException error) when (error.Kind is not (DuckDbErrorKind.OutOfMemory or DuckDbErrorKind.Internal or DuckDbErrorKind.Fatal))
        {
            return new FileShapeOutcome(null, SourceErrors.Explain(error, _ => file.Name, file.Name) ?? Unexplained(file, format, error));
        }
    }

    /// <summary>Tries to read a file's first rows with the source's types. Small files are read whole.</summary>
    /// <returns>What is wrong with them; null when nothing is.</returns>
    public static Problem? Verify(DuckDbConnection connection, string select, SourceFile file, bool whole, CancellationToken cancellationToken)
    {
        try
        {
            connection.Execute($"SELECT count(COLUMNS(*)) FROM ({(whole ? select : $"SELECT * FROM ({select}) LIMIT {SampleRows}")})", cancellationToken);
            return null;
        }
        catch (DuckDbException error) when (error.Kind is not (DuckDbErrorKind.OutOfMemory or DuckDbErrorKind.Internal or DuckDbErrorKind.Fatal))
        {
            return SourceErrors.Explain(error, _ => file.Name, file.Name)
                ?? SourceErrors.Make(ErrorCodes.SourceInvalid, file.Name, null, $"{file.Name} cannot be read: {error.Message.Split('\n')[0].TrimEnd('.')}", null, "Mend the file.");
        }
    }

    private static Problem? Unreadable(SourceFile file)
    {
        try
        {
            using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return SourceErrors.Make(ErrorCodes.SourceUnreadable, file.Name, null, $"{file.Name} may not be read", null, "Give the user that runs DataGrid the right to read it.");
        }
        catch (IOException error)
        {
            var why = error is FileNotFoundException or DirectoryNotFoundException ? "it is a link that leads nowhere, or it was deleted meanwhile" : error.Message;
            return SourceErrors.Make(ErrorCodes.SourceUnreadable, file.Name, null, $"{file.Name} cannot be opened: {why}", null, "Restore the file, or remove it.");
        }
    }

    private static Problem Unexplained(SourceFile file, SourceFormat format, DuckDbException error) => format == SourceFormat.Parquet
        ? SourceErrors.NotParquet(file.Name)
        : SourceErrors.Make(ErrorCodes.SourceInvalid, file.Name, null, $"{file.Name} cannot be read: {error.Message.Split('\n')[0].TrimEnd('.')}", null, "Mend the file.");

    private static FileShapeOutcome Parquet(DuckDbConnection connection, SourceFile file, CancellationToken cancellationToken)
    {
        if (file.Bytes == 0) return new FileShapeOutcome(null, SourceErrors.NotParquet(file.Name));
        return new FileShapeOutcome(new FileShape { File = file, Columns = Columns(connection, $"read_parquet({SqlText.QuoteLiteralList([FilePattern.Of(file.Path)])})", cancellationToken) }, null);
    }

    private static FileShapeOutcome Json(
        DuckDbConnection connection, SourceFile file, SourceFormat format, ImmutableSortedDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        if (file.Bytes == 0)
        {
            // No line is no object. An array needs its brackets.
            return format == SourceFormat.Ndjson ? new FileShapeOutcome(null, null)
                : new FileShapeOutcome(null, SourceErrors.Make(ErrorCodes.SourceInvalid, file.Name, null, $"{file.Name} is empty", null, "Write at least an empty array: []."));
        }
        var columns = Columns(connection, SourceScan.JsonReader(format, SqlText.QuoteLiteralList([FilePattern.Of(file.Path)]), null, settings), cancellationToken);
        // What the engine calls the one column of a file without objects.
        return columns is [{ Name: "json", Type: "JSON" }] ? new FileShapeOutcome(null, null) : new FileShapeOutcome(new FileShape { File = file, Columns = columns }, null);
    }

    private static FileShapeOutcome Csv(
        DuckDbConnection connection, SourceFile file, ImmutableSortedDictionary<string, string> settings, bool namesOnly, CancellationToken cancellationToken)
    {
        var path = SqlText.QuoteLiteralList([FilePattern.Of(file.Path)]);
        if (FirstLine(connection, path, settings, cancellationToken) is not { } line)
        {
            return new FileShapeOutcome(null, SourceErrors.Make(ErrorCodes.SourceInvalid, file.Name, null, $"{file.Name} is empty: it has not even a header line", null,
                "Write at least the header line, or remove the file."));
        }
        var quote = settings.GetValueOrDefault("quote", "\"")[0];
        var found = settings.ContainsKey("delimiter") ? ImmutableSortedDictionary<string, string>.Empty : ImmutableSortedDictionary<string, string>.Empty.Add("delimiter", CsvHeader.Delimiter(line, quote));
        var hasHeader = settings.GetValueOrDefault("header") != "false";
        if (CsvHeader.Split(line, settings.GetValueOrDefault("delimiter") ?? found["delimiter"], quote) is not { } fields)
            return new FileShapeOutcome(null, SourceErrors.Make(ErrorCodes.SourceInvalid, file.Name, 1, "a quote in the header is never closed", line, "Write every name in one line, and close the quote."));
        var names = CsvHeader.Names(fields, hasHeader);
        if (names.GroupBy(static name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            return new FileShapeOutcome(null, SourceErrors.Make(ErrorCodes.SourceInvalid, file.Name, 1, $"two columns are named '{twice.Key}'", line, "Rename one of them; names are compared without case."));
        var shape = new FileShape { File = file, Columns = [.. names.Select(static name => new ColumnSpec { Name = name, Type = "VARCHAR" })], Settings = found };
        return new FileShapeOutcome(namesOnly ? shape : Sniff(connection, path, shape, settings.SetItems(found), cancellationToken), null);
    }

    /// <summary>The first line as it stands; null when there is none.</summary>
    private static string? FirstLine(DuckDbConnection connection, string path, ImmutableSortedDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var encoding = settings.TryGetValue("encoding", out var given) ? $", encoding = {SqlText.QuoteLiteral(given)}" : "";
        var line = connection.ExecuteScalar<string>(
            $"SELECT line FROM read_csv({path}, auto_detect = false, header = false, columns = {{'line': 'VARCHAR'}}, delim = '', quote = '', escape = '', comment = '', parallel = false{encoding}) LIMIT 1",
            cancellationToken);
        line = line?.TrimStart('\uFEFF').TrimEnd('\r', '\n');
        return string.IsNullOrWhiteSpace(line) ? null : line;
    }

    /// <summary>Types and formats of a file whose dialect is known. Where the engine cannot tell because a row is wrong, that row is reported.</summary>
    private static FileShape Sniff(DuckDbConnection connection, string path, FileShape shape, ImmutableSortedDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var text = SourceScan.CsvReader(path, SourceScan.Struct(shape.Columns.Select(static column => (column.Name, column.Type))), settings);
        try
        {
            using var result = connection.Query($"SELECT Columns, DateFormat, TimestampFormat FROM {SourceScan.CsvSniffer(shape.File.Path, settings, SampleRows)}", cancellationToken);
            var row = result.ReadRows(cancellationToken).Single();
            var types = ((IEnumerable<object?>)row[0]!).Select(TypeOf).ToList();
            if (types.Count == shape.Columns.Length)
            {
                KeepZeros(connection, text, shape.Columns, types, cancellationToken);
                shape = shape with { Columns = [.. shape.Columns.Select((column, index) => column with { Type = types[index] })] };
                if (Given(row[1]) is { } date && !settings.ContainsKey("date_format")) shape = shape with { Settings = shape.Settings.Add("date_format", date) };
                if (Given(row[2]) is { } time && !settings.ContainsKey("timestamp_format")) shape = shape with { Settings = shape.Settings.Add("timestamp_format", time) };
            }
        }
        catch (DuckDbException error) when (error.Kind is DuckDbErrorKind.InvalidInput or DuckDbErrorKind.Conversion)
        {
            // Reading everything as text fails at the row that is wrong, with its line.
            connection.Execute($"SELECT count(COLUMNS(*)) FROM (SELECT * FROM {text} LIMIT {SampleRows})", cancellationToken);
        }
        var isEmpty = connection.ExecuteScalar<long>($"SELECT count(*) FROM (SELECT 1 FROM {text} LIMIT 1)", cancellationToken) == 0;
        return shape with { IsUntyped = isEmpty };

        static string? Given(object? value) => value is string { Length: > 0 } format ? format : null;
    }

    /// <summary>A number does not keep the zeros in front of <c>007</c>, but postcodes and
    /// article numbers mean them: a column that has such a value stays text.</summary>
    private static void KeepZeros(DuckDbConnection connection, string text, ImmutableArray<ColumnSpec> columns, List<string> types, CancellationToken cancellationToken)
    {
        var numbers = Enumerable.Range(0, types.Count).Where(index => Numbers.Contains(types[index])).ToList();
        if (numbers.Count == 0) return;
        var looks = numbers.Select(index => $"coalesce(bool_or(regexp_matches({SqlText.QuoteIdentifier(columns[index].Name)}, '^\\s*[+-]?0[0-9]')), false)");
        using var result = connection.Query($"SELECT {string.Join(", ", looks)} FROM (SELECT * FROM {text} LIMIT {SampleRows})", cancellationToken);
        var row = result.ReadRows(cancellationToken).Single();
        for (var at = 0; at < numbers.Count; at++)
            if (row[at] is true) types[numbers[at]] = "VARCHAR";
    }

    /// <summary>What the sniffer takes digits for.</summary>
    private static readonly HashSet<string> Numbers = new(StringComparer.OrdinalIgnoreCase) { "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "DOUBLE", "FLOAT" };

    private static string TypeOf(object? column) => column is DuckDbStruct named
        ? (string)named["type"]!
        : throw new InvalidOperationException("the engine's sniffer answers in another form");

    private static ImmutableArray<ColumnSpec> Columns(DuckDbConnection connection, string reader, CancellationToken cancellationToken)
    {
        using var statement = connection.Prepare($"SELECT * FROM {reader}", cancellationToken);
        return [.. statement.Columns.Select(static column => new ColumnSpec { Name = column.Name, Type = column.Type.Sql })];
    }
}
