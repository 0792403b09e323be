using System.Collections.Immutable;
using System.Text;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>The SQL that reads a source's files. Nothing is left to the engine's guessing: dialect and types come from the project or were found out once,
/// so that a run reads exactly what was compiled.</summary>
public static class SourceScan
{
    /// <summary>A SELECT of the source's columns, in their order and types, over the given files. A column that a file lacks is NULL; columns that the source
    /// does not have are left out. Text files are grouped by their headers, since their columns are read by place.</summary>
    /// <param name="format">The files' format.</param>
    /// <param name="columns">The source's columns.</param>
    /// <param name="settings">Settings, given and found out.</param>
    /// <param name="shapes">The files, each with its own columns.</param>
    public static string Select(SourceFormat format, ImmutableArray<ColumnSpec> columns, ImmutableSortedDictionary<string, string> settings, IEnumerable<FileShape> shapes)
    {
        var parts = new List<string>();
        foreach (var group in shapes.GroupBy(shape => Signature(format, shape), StringComparer.Ordinal))
        {
            var first = group.First();
            var paths = SqlText.QuoteLiteralList(group.Select(static shape => FilePattern.Of(shape.File.Path)));
            var present = first.Columns.ToDictionary(static column => column.Name, StringComparer.OrdinalIgnoreCase);
            var list = columns.Select(column => present.TryGetValue(column.Name, out var own)
                ? format == SourceFormat.Csv ? $"{SqlText.QuoteIdentifier(own.Name)} AS {SqlText.QuoteIdentifier(column.Name)}"
                    : $"CAST({SqlText.QuoteIdentifier(own.Name)} AS {column.Type}) AS {SqlText.QuoteIdentifier(column.Name)}"
                : $"CAST(NULL AS {column.Type}) AS {SqlText.QuoteIdentifier(column.Name)}");
            parts.Add($"SELECT {string.Join(", ", list)} FROM {Reader(format, columns, settings, first, paths)}");
        }
        if (parts.Count > 0) return string.Join("\nUNION ALL\n", parts);
        var none = columns.Select(static column => $"CAST(NULL AS {column.Type}) AS {SqlText.QuoteIdentifier(column.Name)}");
        return $"SELECT {string.Join(", ", none)} LIMIT 0";
    }

    /// <summary>Gives the columns of a file without a header the names of the source, by place.</summary>
    internal static FileShape NameColumns(FileShape shape, ImmutableSortedDictionary<string, string> settings, ImmutableArray<ColumnSpec> columns)
    {
        if (settings.GetValueOrDefault("header") != "false" || columns.Length != shape.Columns.Length) return shape;
        return shape with { Columns = [.. shape.Columns.Select((column, index) => column with { Name = columns[index].Name })] };
    }

    /// <summary>Files that one reader can read together.</summary>
    private static string Signature(SourceFormat format, FileShape shape) => format switch
    {
        SourceFormat.Csv => string.Join('\u001f', shape.Columns.Select(static column => column.Name)) + "\u001e" + shape.Settings.GetValueOrDefault("delimiter"),
        SourceFormat.Parquet => string.Join('\u001f', shape.Columns.Select(static column => column.Name + "\u001d" + column.Type)),
        _ => "",
    };

    private static string Reader(SourceFormat format, ImmutableArray<ColumnSpec> columns, ImmutableSortedDictionary<string, string> settings, FileShape first, string paths)
    {
        if (format == SourceFormat.Parquet) return $"read_parquet({paths})";
        var types = columns.ToDictionary(static column => column.Name, static column => column.Type, StringComparer.OrdinalIgnoreCase);
        if (format == SourceFormat.Csv)
        {
            var declared = first.Columns.Select(column => (column.Name, types.GetValueOrDefault(column.Name, "VARCHAR")));
            return CsvReader(paths, Struct(declared), first.Settings.SetItems(settings));
        }
        return JsonReader(format, paths, Struct(columns.Select(static column => (column.Name, column.Type))), settings);
    }

    /// <summary><c>read_csv(…)</c> with everything said.</summary>
    internal static string CsvReader(string paths, string columns, ImmutableSortedDictionary<string, string> settings, string more = "")
    {
        var quote = settings.GetValueOrDefault("quote", "\"");
        var text = new StringBuilder($"read_csv({paths}, auto_detect = false, columns = {columns}, skip = 0, comment = '', strict_mode = true");
        text.Append(", header = ").Append(settings.GetValueOrDefault("header", "true"));
        text.Append(", delim = ").Append(SqlText.QuoteLiteral(settings.GetValueOrDefault("delimiter", ",")));
        text.Append(", quote = ").Append(SqlText.QuoteLiteral(quote)).Append(", escape = ").Append(SqlText.QuoteLiteral(quote));
        return text.Append(Dialect(settings)).Append(more).Append(')').ToString();
    }

    /// <summary><c>sniff_csv(…)</c> with the dialect said, so that only types and their formats are found out.</summary>
    internal static string CsvSniffer(string path, ImmutableSortedDictionary<string, string> settings, int sampleRows)
    {
        var quote = SqlText.QuoteLiteral(settings.GetValueOrDefault("quote", "\""));
        return $"sniff_csv({SqlText.QuoteLiteral(FilePattern.Of(path))}, skip = 0, comment = '', strict_mode = true, sample_size = {sampleRows}, header = {settings.GetValueOrDefault("header", "true")}, "
            + $"delim = {SqlText.QuoteLiteral(settings.GetValueOrDefault("delimiter", ","))}, quote = {quote}, escape = {quote}{Dialect(settings)})";
    }

    /// <summary>Settings that a reader and a sniffer take alike.</summary>
    internal static string Dialect(ImmutableSortedDictionary<string, string> settings)
    {
        var text = new StringBuilder();
        foreach (var (key, option) in (ReadOnlySpan<(string, string)>)[("null", "nullstr"), ("encoding", "encoding"), ("decimal_separator", "decimal_separator"),
            ("date_format", "dateformat"), ("timestamp_format", "timestampformat")])
        {
            if (settings.TryGetValue(key, out var value)) text.Append(", ").Append(option).Append(" = ").Append(SqlText.QuoteLiteral(value));
        }
        return text.ToString();
    }

    /// <summary><c>read_json(…)</c>; without columns they are found out.</summary>
    internal static string JsonReader(SourceFormat format, string paths, string? columns, ImmutableSortedDictionary<string, string> settings)
    {
        var text = new StringBuilder($"read_json({paths}, format = '{(format == SourceFormat.Json ? "array" : "newline_delimited")}', records = true");
        if (columns is not null) text.Append(", columns = ").Append(columns);
        foreach (var (key, option) in (ReadOnlySpan<(string, string)>)[("date_format", "dateformat"), ("timestamp_format", "timestampformat")])
            if (settings.TryGetValue(key, out var value)) text.Append(", ").Append(option).Append(" = ").Append(SqlText.QuoteLiteral(value));
        return text.Append(')').ToString();
    }

    internal static string Struct(IEnumerable<(string Name, string Type)> columns) =>
        "{" + string.Join(", ", columns.Select(static column => $"{SqlText.QuoteLiteral(column.Name)}: {SqlText.QuoteLiteral(column.Type)}")) + "}";
}
