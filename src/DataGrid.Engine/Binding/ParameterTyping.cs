using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataGrid.Contracts.Errors;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Binding;

/// <summary>Gives parameters their declared types before a plan is asked for, because the engine cannot show a plan with a parameter whose type it does not
/// know. Every <c>$day</c> of the tree becomes <c>CAST(NULL AS DATE)</c>; the text made of it is only ever bound.</summary>
internal sealed class ParameterTyping(DuckDbConnection connection) : IDisposable
{
    private const string DefaultType = "VARCHAR";

    private readonly DuckDbStatement _deserialize = connection.Prepare("SELECT json_deserialize_sql($1::JSON)");
    private readonly DuckDbStatement _serialize = connection.Prepare("SELECT json_serialize_sql($1::VARCHAR, skip_null := true)");

    /// <summary>The first parameter whose declared type is none, as a problem; null when all are types.</summary>
    public static Problem? Check(ImmutableArray<string> parameters, IReadOnlyDictionary<string, string>? types, Func<string, string?> findType)
    {
        foreach (var parameter in parameters)
        {
            var type = TypeOf(parameter, types);
            if (findType(type) is not null) continue;
            return new Problem
            {
                Code = ErrorCodes.ParameterInvalid, Message = $"'{type}', the type of the parameter ${parameter}, is not a type", Help = "use a DuckDB type, for example DATE or BIGINT",
            };
        }
        return null;
    }

    /// <summary>The text of the tree with typed NULLs in the place of parameters.</summary>
    public string WriteTypes(JsonElement tree, IReadOnlyDictionary<string, string>? types)
    {
        var root = JsonNode.Parse(tree.GetRawText(), null, new JsonDocumentOptions { MaxDepth = Core.Sql.SqlTreeReader.MaxJsonDepth })!;
        var replacements = new Dictionary<string, JsonNode>(StringComparer.OrdinalIgnoreCase);
        Replace(root, name => (replacements.TryGetValue(name, out var made) ? made : replacements[name] = Cast(TypeOf(name, types))).DeepClone());
        using var result = _deserialize.Bind(1, root.ToJsonString(new JsonSerializerOptions { MaxDepth = Core.Sql.SqlTreeReader.MaxJsonDepth })).Execute();
        return (string)result.ReadRows().Single()[0]!;
    }

    public void Dispose()
    {
        _deserialize.Dispose();
        _serialize.Dispose();
    }

    private static string TypeOf(string parameter, IReadOnlyDictionary<string, string>? types)
    {
        if (types is null) return DefaultType;
        foreach (var (name, type) in types)
            if (string.Equals(name, parameter, StringComparison.OrdinalIgnoreCase)) return type;
        return DefaultType;
    }

    private JsonNode Cast(string type)
    {
        using var result = _serialize.Bind(1, $"SELECT CAST(NULL AS\n{type}\n)").Execute();
        var tree = JsonNode.Parse((string)result.ReadRows().Single()[0]!)!;
        return tree["statements"]![0]!["node"]!["select_list"]![0]!;
    }

    private static void Replace(JsonNode node, Func<string, JsonNode> make)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (name, value) in map.ToList())
                {
                    if (value is null) continue;
                    if (ParameterName(value) is { } parameter) map[name] = WithAlias(make(parameter), value);
                    else Replace(value, make);
                }
                // Nothing is left to be bound by name.
                if (map["named_param_map"] is JsonArray parameters) parameters.Clear();
                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is not { } value) continue;
                    if (ParameterName(value) is { } parameter) list[i] = WithAlias(make(parameter), value);
                    else Replace(value, make);
                }
                break;
        }
    }

    private static JsonNode WithAlias(JsonNode made, JsonNode parameter)
    {
        if (parameter["alias"] is { } alias) made["alias"] = alias.DeepClone();
        return made;
    }

    private static string? ParameterName(JsonNode node) =>
        node is JsonObject map && map["class"] is JsonValue kind && kind.TryGetValue<string>(out var text) && text == "PARAMETER" ? (string?)map["identifier"] : null;
}
