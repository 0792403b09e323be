using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Gateway.Datasets;

/// <summary>The one query that profiles a dataset, and how its row is read. Pure.</summary>
internal static class ProfileQuery
{
    /// <summary>Columns past this many are not looked at.</summary>
    public const int MaxColumns = 500;

    private const int PerColumn = 4;
    private const int MaxText = 200;

    /// <summary>Quotes an identifier, so that whatever a column is called is a name and nothing else.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A dataset's name in SQL.</summary>
    public static string Quote(DatasetName name) => $"{Quote(name.Namespace)}.{Quote(name.Name)}";

    /// <summary>One row: the number of rows, then four values a column.</summary>
    public static string Write(DatasetName name, ImmutableArray<ColumnSpec> columns)
    {
        var sql = new StringBuilder("SELECT count(*)");
        foreach (var column in columns.Take(MaxColumns))
        {
            var quoted = Quote(column.Name);
            sql.Append(", count(").Append(quoted).Append(')');
            if (IsNested(column)) sql.Append(", NULL, NULL, NULL");
            else sql.Append(CultureInfo.InvariantCulture, $", approx_count_distinct({quoted}), left(CAST(min({quoted}) AS VARCHAR), {MaxText}), left(CAST(max({quoted}) AS VARCHAR), {MaxText})");
        }
        return sql.Append(" FROM ").Append(Quote(name)).ToString();
    }

    /// <summary>Reads the row.</summary>
    public static DatasetProfile Read(DatasetName name, long? version, ImmutableArray<ColumnSpec> columns, string?[] row)
    {
        var rows = Number(row[0]) ?? 0;
        var profiles = columns.Take(MaxColumns).Select((column, index) =>
        {
            var at = 1 + (index * PerColumn);
            return new ColumnProfile(column.Name, column.Type, rows - (Number(row[at]) ?? 0), Number(row[at + 1]), row[at + 2], row[at + 3]);
        });
        return new DatasetProfile { Dataset = name, Version = version, Rows = rows, Columns = [.. profiles] };
    }

    private static bool IsNested(ColumnSpec column) => column.Type.Contains('[', StringComparison.Ordinal)
        || column.Type.StartsWith("STRUCT", StringComparison.OrdinalIgnoreCase) || column.Type.StartsWith("MAP", StringComparison.OrdinalIgnoreCase) || column.Type.StartsWith("UNION", StringComparison.OrdinalIgnoreCase);

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
