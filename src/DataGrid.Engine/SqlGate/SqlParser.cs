using System.Globalization;
using System.Text.Json;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;

namespace DataGrid.Engine.SqlGate;

/// <summary>DuckDB's own parser, so that this reading of a query and the engine's can never differ. Safe for several threads; calls take turns.</summary>
/// <remarks>Nothing is ever bound or run here but <c>json_serialize_sql</c>, and its text travels as a parameter.</remarks>
public sealed class SqlParser : IDisposable
{
    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = SqlTreeReader.MaxJsonDepth };

    /// <summary>Texts come more than once: to be looked at, then to be judged; the same predicate at many tables.</summary>
    private const int MostKept = 64;
    private const int LongestKept = 1 << 14;

    private readonly Lock _turn = new();
    private readonly Dictionary<string, SqlTree> _kept = new(StringComparer.Ordinal);
    private readonly DuckDbInstance? _own;
    private readonly DuckDbConnection _connection;
    private readonly DuckDbStatement _serialize;

    /// <summary>Opens a parser on an empty instance without access to anything.</summary>
    public SqlParser() : this(DuckDbInstance.Open(":memory:", ScratchSettings.Locked), isOwn: true)
    {
    }

    /// <summary>A parser with a connection of its own to a scratch instance that stays the caller's; to open one takes longer than to parse a hundred texts.</summary>
    internal SqlParser(DuckDbInstance scratch) : this(scratch, isOwn: false)
    {
    }

    private SqlParser(DuckDbInstance instance, bool isOwn)
    {
        _own = isOwn ? instance : null;
        _connection = instance.Connect();
        _serialize = _connection.Prepare("SELECT json_serialize_sql($1::VARCHAR, skip_null := true)");
    }

    /// <summary>Parses a text. Never throws for what the text is.</summary>
    public SqlTree Parse(string sql)
    {
        string json;
        lock (_turn)
        {
            if (_kept.TryGetValue(sql, out var kept)) return kept;
            using var result = _serialize.Bind(1, sql).Execute();
            json = (string)result.ReadRows().Single()[0]!;
        }
        var tree = Read(json);
        if (sql.Length > LongestKept) return tree;
        lock (_turn)
        {
            if (_kept.Count == MostKept) _kept.Clear();
            _kept[sql] = tree;
        }
        return tree;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_turn)
        {
            _serialize.Dispose();
            _connection.Dispose();
            _own?.Dispose();
        }
    }

    private static SqlTree Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, JsonOptions);
            var root = document.RootElement;
            return root.GetProperty("error").GetBoolean() ? new SqlTree(default, ReadError(root)) : new SqlTree(root.Clone(), null);
        }
        catch (JsonException)
        {
            return new SqlTree(default, new SqlParseError("depth", "the tree nests too deeply", null));
        }
    }

    private static SqlParseError ReadError(JsonElement root)
    {
        var position = root.TryGetProperty("position", out var text) && int.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : (int?)null;
        return new SqlParseError(root.GetProperty("error_type").GetString() ?? "", root.GetProperty("error_message").GetString() ?? "", position);
    }
}
