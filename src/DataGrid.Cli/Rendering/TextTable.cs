using DataGrid.Contracts.Datasets;

namespace DataGrid.Cli.Rendering;

/// <summary>A table of text in aligned columns. A cell that is null shows as NULL.</summary>
internal sealed class TextTable
{
    private const int LongestCell = 60;
    private readonly (string Header, bool IsRight)[] _columns;
    private readonly List<string[]> _rows = [];

    /// <param name="columns">Headers; one that starts with <c>&gt;</c> is of a column aligned to the right.</param>
    public TextTable(params string[] columns) =>
        _columns = [.. columns.Select(static column => column.StartsWith('>') ? (SafeText.Of(column[1..]), true) : (SafeText.Of(column), false))];

    private TextTable((string, bool)[] columns) => _columns = columns;

    /// <summary>A table of a query's result: numbers stand to the right.</summary>
    public static TextTable OfColumns(IEnumerable<ColumnSpec> columns) => new([.. columns.Select(static column => (SafeText.Of(column.Name), IsNumber(column.Type)))]);

    /// <summary>Adds a row.</summary>
    public void Add(params ReadOnlySpan<string?> cells)
    {
        var row = new string[_columns.Length];
        for (var i = 0; i < row.Length; i++)
            row[i] = i >= cells.Length ? "" : cells[i] is { } cell ? SafeText.Cut(SafeText.Of(cell), LongestCell) : "NULL";
        _rows.Add(row);
    }

    /// <summary>Writes headers and rows.</summary>
    public void Write(TextWriter output, bool hasColor, string indent = "")
    {
        var widths = new int[_columns.Length];
        for (var i = 0; i < widths.Length; i++)
            widths[i] = Math.Max(SafeText.Width(_columns[i].Header), _rows.Count == 0 ? 0 : _rows.Max(row => SafeText.Width(row[i])));
        var paint = new Paint(hasColor);
        if (_columns.Any(static column => column.Header.Length > 0))
            output.WriteLine(indent + paint.Bold(Line([.. _columns.Select(static column => column.Header)], widths)));
        foreach (var row in _rows) output.WriteLine(indent + Line(row, widths));
    }

    private string Line(string[] cells, int[] widths)
    {
        var parts = new string[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            var padding = new string(' ', widths[i] - SafeText.Width(cells[i]));
            parts[i] = _columns[i].IsRight ? padding + cells[i] : cells[i] + padding;
        }
        return string.Join("  ", parts).TrimEnd();
    }

    private static bool IsNumber(string type) =>
        type is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" or "FLOAT" or "DOUBLE"
        || type.StartsWith("DECIMAL(", StringComparison.Ordinal);
}
