using System.Globalization;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Tests.Support;

/// <summary>Compares tables with what they should hold, and writes small ones in the shapes that other engines write.</summary>
internal static class GoldenTables
{
    /// <summary><c>equal</c>, or what differs.</summary>
    internal static string Difference(DuckDbConnection connection, string actualSql, string expectedFolder)
    {
        var files = Directory.EnumerateFiles(expectedFolder, "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) return "nothing to compare with";
        connection.Execute($"CREATE OR REPLACE TEMP VIEW actual AS {actualSql}");
        connection.Execute($"CREATE OR REPLACE TEMP VIEW expected AS SELECT * FROM read_parquet({SqlText.QuoteLiteralList(files)}, hive_partitioning = false)");
        var (mine, theirs) = (Columns(connection, "actual"), Columns(connection, "expected"));
        if (!mine.Select(static one => one.Name).Order(StringComparer.Ordinal).SequenceEqual(theirs.Select(static one => one.Name).Order(StringComparer.Ordinal), StringComparer.OrdinalIgnoreCase))
            return $"columns ({string.Join(", ", mine)}) instead of ({string.Join(", ", theirs)})";
        var (left, right) = (Rows(connection, "actual", theirs), Rows(connection, "expected", theirs));
        if (left.SequenceEqual(right, StringComparer.Ordinal)) return "equal";
        return $"{left.Count} rows instead of {right.Count}; first missing: {right.Except(left).FirstOrDefault()}; first extra: {left.Except(right).FirstOrDefault()}";
    }

    private static List<(string Name, string Type)> Columns(DuckDbConnection connection, string view)
    {
        using var shape = connection.Query($"SELECT * FROM {view} LIMIT 0");
        return [.. shape.Columns.Select(static column => (column.Name, column.Type.Sql))];
    }

    // Text of every value, times in UTC; the order of rows means nothing.
    private static List<string> Rows(DuckDbConnection connection, string view, List<(string Name, string Type)> columns)
    {
        var values = columns.Select(column =>
        {
            var name = SqlText.QuoteIdentifier(column.Name);
            return column.Type is "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" ? $"epoch_us({name})::VARCHAR" : $"{name}::VARCHAR";
        });
        using var rows = connection.Query($"SELECT concat_ws('|', {string.Join(", ", values.Select(static value => $"coalesce({value}, '∅')"))}) AS text FROM {view} ORDER BY text");
        return [.. rows.ReadRows().Select(static row => Convert.ToString(row[0], CultureInfo.InvariantCulture)!)];
    }
}
