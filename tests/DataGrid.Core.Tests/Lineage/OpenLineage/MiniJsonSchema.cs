using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DataGrid.Core.Tests.Lineage.OpenLineage;

/// <summary>Validates JSON against the part of JSON Schema 2020-12 that OpenLineage's schemas use. A keyword that it does not know is an error of the test,
/// so that nothing passes because it was not looked at.</summary>
internal sealed class MiniJsonSchema
{
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$defs", "description", "title", "example", "examples", "deprecated", "default", "$comment", "contentMediaType",
    };

    private readonly Dictionary<string, JsonElement> _documents = new(StringComparer.Ordinal);

    /// <summary>Adds a schema document under its <c>$id</c>.</summary>
    public void Add(string json)
    {
        var document = JsonDocument.Parse(json).RootElement;
        _documents[document.GetProperty("$id").GetString()!] = document;
    }

    /// <summary>What is wrong with a value, each with its place; empty when nothing is.</summary>
    /// <param name="value">The value.</param>
    /// <param name="reference">A document's <c>$id</c>, with <c>#/…</c> for a part of it.</param>
    public IReadOnlyList<string> Validate(JsonElement value, string reference)
    {
        var errors = new List<string>();
        Check(value, Resolve(reference, "", out var home), home, "$", errors);
        return errors;
    }

    private JsonElement Resolve(string reference, string home, out string document)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        document = hash == 0 ? home : hash < 0 ? reference : reference[..hash];
        if (!_documents.TryGetValue(document, out var schema)) throw new InvalidOperationException($"no schema has the id {document}");
        if (hash < 0) return schema;
        foreach (var part in reference[(hash + 1)..].Split('/', StringSplitOptions.RemoveEmptyEntries)) schema = schema.GetProperty(part);
        return schema;
    }

    private void Check(JsonElement value, JsonElement schema, string home, string path, List<string> errors)
    {
        if (schema.ValueKind == JsonValueKind.True) return;
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Annotations.Contains(keyword.Name)) Apply(keyword.Name, keyword.Value, value, schema, (home, path), errors);
        }
    }

    private void Apply(string keyword, JsonElement rule, JsonElement value, JsonElement schema, (string Home, string Path) at, List<string> errors)
    {
        switch (keyword)
        {
            case "$ref":
                Check(value, Resolve(rule.GetString()!, at.Home, out var home), home, at.Path, errors);
                break;
            case "type" when !IsType(value, rule.GetString()!):
                errors.Add($"{at.Path} is not of type {rule.GetString()}");
                break;
            case "enum" when !rule.EnumerateArray().Any(allowed => allowed.GetRawText() == value.GetRawText()):
                errors.Add($"{at.Path} is none of {rule.GetRawText()}");
                break;
            case "format" when value.ValueKind == JsonValueKind.String && !IsFormat(value.GetString()!, rule.GetString()!):
                errors.Add($"{at.Path} is not a {rule.GetString()}: {value.GetString()}");
                break;
            case "minimum" when value.ValueKind == JsonValueKind.Number && value.GetDouble() < rule.GetDouble():
                errors.Add($"{at.Path} is below {rule.GetDouble()}");
                break;
            case "pattern" when value.ValueKind == JsonValueKind.String && !Regex.IsMatch(value.GetString()!, rule.GetString()!):
                errors.Add($"{at.Path} does not match {rule.GetString()}");
                break;
            case "required" when value.ValueKind == JsonValueKind.Object:
                errors.AddRange(rule.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at.Path} lacks {name.GetString()}"));
                break;
            case "properties" or "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                Members(keyword, rule, value, schema, at, errors);
                break;
            case "items" when value.ValueKind == JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index()) Check(item, rule, at.Home, string.Create(CultureInfo.InvariantCulture, $"{at.Path}[{index}]"), errors);
                break;
            case "allOf":
                foreach (var part in rule.EnumerateArray()) Check(value, part, at.Home, at.Path, errors);
                break;
            case "anyOf" when Passing(rule, value, at) == 0:
                errors.Add($"{at.Path} fits no alternative");
                break;
            case "oneOf" when Passing(rule, value, at) != 1:
                errors.Add($"{at.Path} fits {Passing(rule, value, at)} alternatives instead of one");
                break;
            case "not" when Fails(rule, value, at).Count == 0:
                errors.Add($"{at.Path} is what it must not be");
                break;
            case "type" or "enum" or "format" or "minimum" or "pattern" or "required" or "properties" or "additionalProperties" or "items" or "anyOf" or "oneOf" or "not":
                break;
            default:
                throw new InvalidOperationException($"the keyword '{keyword}' at {at.Path} is not known to this validator");
        }
    }

    private void Members(string keyword, JsonElement rule, JsonElement value, JsonElement schema, (string Home, string Path) at, List<string> errors)
    {
        foreach (var member in value.EnumerateObject())
        {
            var path = $"{at.Path}.{member.Name}";
            if (keyword == "properties")
            {
                if (rule.TryGetProperty(member.Name, out var own)) Check(member.Value, own, at.Home, path, errors);
            }
            else if (!schema.TryGetProperty("properties", out var named) || !named.TryGetProperty(member.Name, out _))
            {
                if (rule.ValueKind == JsonValueKind.False) errors.Add($"{path} is not allowed");
                else if (rule.ValueKind == JsonValueKind.Object) Check(member.Value, rule, at.Home, path, errors);
            }
        }
    }

    private int Passing(JsonElement alternatives, JsonElement value, (string Home, string Path) at) => alternatives.EnumerateArray().Count(part => Fails(part, value, at).Count == 0);

    private List<string> Fails(JsonElement schema, JsonElement value, (string Home, string Path) at)
    {
        var errors = new List<string>();
        Check(value, schema, at.Home, at.Path, errors);
        return errors;
    }

    private static bool IsType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => throw new InvalidOperationException($"the type '{type}' is not known to this validator"),
    };

    private static bool IsFormat(string text, string format) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "date-time" => DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        _ => throw new InvalidOperationException($"the format '{format}' is not known to this validator"),
    };
}
