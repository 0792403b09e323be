using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.DuckDb;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Binding;

/// <summary>The empty tables of a scratch instance. Not safe for several threads: its binder is.</summary>
internal sealed class ScratchTables(DuckDbConnection connection, SqlParser parser)
{
    private static readonly HashSet<string> NoColumns = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<DatasetName, HashSet<string>> _columns = [];
    private readonly Dictionary<DatasetName, Dictionary<string, string>> _columnTypes = [];
    private readonly Dictionary<DatasetName, string> _texts = [];
    private readonly HashSet<DatasetName> _names = [];
    private readonly HashSet<string> _allColumns = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _types = new(StringComparer.Ordinal);

    public IReadOnlySet<DatasetName> Names => _names;

    /// <summary>All columns of all datasets.</summary>
    public IReadOnlySet<string> ColumnNames => _allColumns;

    public IReadOnlySet<string> ColumnsOf(DatasetName name) => _columns.GetValueOrDefault(name) ?? NoColumns;

    /// <summary>The type of a dataset's column; null when it has none of that name.</summary>
    public string? TypeOf(DatasetName name, string column) => _columnTypes.GetValueOrDefault(name)?.GetValueOrDefault(column);

    public void Declare(DatasetName name, IReadOnlyList<ColumnSpec> specs)
    {
        var set = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var types = new Dictionary<string, string>(specs.Count, StringComparer.OrdinalIgnoreCase);
        var texts = new List<string>(specs.Count);
        foreach (var spec in specs)
        {
            if (!set.Add(spec.Name)) throw Wrong(name, ErrorCodes.SpecInvalid, $"two columns of {name} are called '{spec.Name}'", "names are compared without case; rename one");
            var type = FindType(spec.Type) ?? throw Wrong(name, ErrorCodes.TypeUnsupported, $"'{spec.Type}', the type of {name}.{spec.Name}, is not a type", "use a DuckDB type, for example BIGINT, DECIMAL(18,3) or VARCHAR");
            types[spec.Name] = type;
            texts.Add($"{SqlText.QuoteIdentifier(spec.Name)} {type}");
        }
        if (texts.Count == 0) throw Wrong(name, ErrorCodes.SpecInvalid, $"{name} has no columns", "declare at least one");
        var columns = string.Join(", ", texts);
        if (_texts.GetValueOrDefault(name) == columns) return;
        if (_schemas.Add(name.Namespace)) connection.Execute($"CREATE SCHEMA IF NOT EXISTS {SqlText.QuoteIdentifier(name.Namespace)}");
        connection.Execute($"CREATE OR REPLACE TABLE {SqlText.QuoteQualified(name.Namespace, name.Name)} ({columns})");
        _texts[name] = columns;
        _names.Add(name);
        _columns[name] = set;
        _columnTypes[name] = types;
        _allColumns.UnionWith(set);
    }

    /// <summary>DuckDB's text of a type; null when the text is anything else. Type texts come from users, so the text is proven to be one type first.</summary>
    public string? FindType(string type)
    {
        if (_types.TryGetValue(type, out var known)) return known;
        var text = $"SELECT CAST(NULL AS\n{type}\n)";
        string? found = null;
        if (parser.Parse(text).SingleExpression() is { } cast && Text(cast, "class") == "CAST" && Text(cast.GetProperty("child"), "class") == "CONSTANT")
        {
            try
            {
                using var statement = connection.Prepare(text);
                found = statement.Columns[0].Type.Sql;
            }
            catch (DuckDbException)
            {
                // Syntax of a type, but no type of the engine's.
            }
        }
        return _types[type] = found;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DataGridException Wrong(DatasetName dataset, string code, string message, string help) =>
        new(new Problem { Code = code, Message = message, Help = help, Dataset = dataset.ToString() });
}
