using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataGrid.Core.Pipelines.Keys;

/// <summary>Writes the JSON Schema of the project format from the key table, for editors that complete and check YAML.</summary>
internal static class SchemaWriter
{
    private const string Draft = "https://json-schema.org/draft/2020-12/schema";
    private const string DatasetPattern = "^[A-Za-z][A-Za-z0-9_]*\\.[A-Za-z][A-Za-z0-9_]*$";

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema's text: <c>datagrid.yaml</c> at its root, the header of a model as <c>$defs/model</c>.</summary>
    public static string Write() => Write(
        "DataGrid pipeline project",
        "Written from the parser's key table; a test compares the two. The header of a model (the comment /* datagrid … */) is $defs/model.",
        ProjectShapes.Project, ModelShapes.Model);

    /// <summary>A schema's text: <paramref name="shape"/> at its root, <paramref name="others"/> beside it as definitions.</summary>
    public static string Write(string title, string comment, ShapeSpec shape, params ReadOnlySpan<ShapeSpec> others)
    {
        var definitions = new JsonObject();
        var root = Object(shape, definitions);
        foreach (var other in others) Define(other, definitions);
        var schema = new JsonObject { ["$schema"] = Draft, ["title"] = title, ["$comment"] = comment };
        foreach (var (key, value) in root.ToList())
        {
            root.Remove(key);
            schema[key] = value;
        }
        schema["$defs"] = new JsonObject(definitions.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        return schema.ToJsonString(Options) + "\n";
    }

    private static JsonObject Define(ShapeSpec shape, JsonObject definitions)
    {
        if (!definitions.ContainsKey(shape.Name))
        {
            definitions[shape.Name] = null;
            definitions[shape.Name] = Object(shape, definitions);
        }
        return new JsonObject { ["$ref"] = "#/$defs/" + shape.Name };
    }

    private static JsonObject Object(ShapeSpec shape, JsonObject definitions)
    {
        var properties = new JsonObject();
        foreach (var key in shape.Keys) properties[key.Name] = Property(key, definitions);
        var schema = new JsonObject { ["description"] = shape.Description, ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        var required = shape.Keys.Where(static key => key.IsRequired).Select(static key => JsonValue.Create(key.Name)).ToArray<JsonNode>();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        if (!shape.ExactlyOneOf.IsEmpty)
            schema["oneOf"] = new JsonArray([.. shape.ExactlyOneOf.Select(static key => (JsonNode)new JsonObject { ["required"] = new JsonArray(JsonValue.Create(key)) })]);
        return schema;
    }

    private static JsonObject Property(KeySpec key, JsonObject definitions)
    {
        var schema = new JsonObject { ["description"] = key.ChoicesMean is { } mean ? $"{key.Description} {mean}." : key.Description };
        foreach (var (name, value) in Type(key, definitions).ToList()) schema[name] = value?.DeepClone();
        if (key.Min is { } min) schema["minimum"] = min;
        if (key.Max is { } max) schema["maximum"] = max;
        if (key.Default is { } text) schema["default"] = key.Kind is KeyKind.Integer or KeyKind.Flag ? JsonNode.Parse(text) : JsonValue.Create(text);
        if (!key.Examples.IsEmpty) schema["examples"] = new JsonArray([.. key.Examples.Select(static example => JsonNode.Parse(example))]);
        return schema;
    }

    private static JsonObject Type(KeySpec key, JsonObject definitions) => key.Kind switch
    {
        KeyKind.Text => new() { ["type"] = "string" },
        KeyKind.Integer => new() { ["type"] = "integer" },
        KeyKind.Flag => new() { ["type"] = "boolean" },
        KeyKind.Duration => new() { ["type"] = "string", ["pattern"] = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$", ["minLength"] = 2 },
        KeyKind.Choice => new() { ["enum"] = new JsonArray([.. key.Choices.Select(static choice => (JsonNode)JsonValue.Create(choice))]) },
        KeyKind.Texts => new()
        {
            ["oneOf"] = new JsonArray(
                new JsonObject { ["type"] = "string" },
                new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = new JsonObject { ["type"] = "string" } }),
        },
        KeyKind.Scalar => new() { ["type"] = Scalars() },
        KeyKind.Scalars => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = new JsonObject { ["type"] = Scalars() } },
        KeyKind.Object => Define(key.Shape!, definitions),
        KeyKind.Objects => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = Define(key.Shape!, definitions) },
        KeyKind.Map => Map(key, Define(key.Shape!, definitions)),
        KeyKind.MapOrText => Map(key, new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, Define(key.Shape!, definitions)) }),
        _ => throw new InvalidOperationException($"no schema for {key.Kind}"),
    };

    private static JsonObject Map(KeySpec key, JsonObject value)
    {
        var map = new JsonObject { ["type"] = "object", ["additionalProperties"] = value };
        if (key.Shape == ProjectShapes.Source) map["propertyNames"] = new JsonObject { ["pattern"] = DatasetPattern };
        return map;
    }

    private static JsonArray Scalars() => new("string", "number", "boolean");
}
