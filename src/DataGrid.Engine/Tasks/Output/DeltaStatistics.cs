using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>
/// Delta's statistics of a file from those that the engine reports. A bound that is left out costs a reader some speed, a wrong one costs it rows:
/// whatever is not certain is left out.
/// </summary>
internal static class DeltaStatistics
{
    /// <param name="file">The file.</param>
    /// <param name="types">Types of the top-level columns by name.</param>
    /// <returns>The JSON text of numRecords, minValues, maxValues and nullCount.</returns>
    public static string Build(WrittenFile file, IReadOnlyDictionary<string, DuckDbLogicalType> types)
    {
        var (minimum, maximum, nulls) = (new JsonObject(), new JsonObject(), new JsonObject());
        foreach (var (path, values) in file.Columns)
        {
            if (Resolve(path, types) is not ({ } names, { } type))
                continue;
            if (values.TryGetValue("null_count", out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                Put(nulls, names, count);
            if (values.GetValueOrDefault("has_nan") == "true" || !values.TryGetValue("min", out var min) || !values.TryGetValue("max", out var max))
                continue;
            if (Value(type, min, isMaximum: false) is { } low && Value(type, max, isMaximum: true) is { } high)
            {
                Put(minimum, names, low);
                Put(maximum, names, high);
            }
        }
        return new JsonObject { ["numRecords"] = file.Rows, ["minValues"] = minimum, ["maxValues"] = maximum, ["nullCount"] = nulls }
            .ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Statistics reach into structs; Delta has none inside lists and maps.</summary>
    private static (List<string>? Names, DuckDbLogicalType? Type) Resolve(string path, IReadOnlyDictionary<string, DuckDbLogicalType> types)
    {
        var names = SplitPath(path);
        if (!types.TryGetValue(names[0], out var type))
            return default;
        foreach (var name in names.Skip(1))
        {
            if (type.Kind != DuckDbTypeKind.Struct || type.Fields.FirstOrDefault(f => f.Name == name) is not { } field)
                return default;
            type = field.Type;
        }
        return (names, type);
    }

    /// <summary><c>"a"."b""c"</c> → a, b"c</summary>
    internal static List<string> SplitPath(string path)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '"')
            {
                if (path[i] != '.')
                    name.Append(path[i]);
                continue;
            }
            for (i++; i < path.Length && (path[i] != '"' || (i + 1 < path.Length && path[i + 1] == '"')); i++)
            {
                if (path[i] == '"')
                    i++;
                name.Append(path[i]);
            }
            names.Add(name.ToString());
            name.Clear();
        }
        return names.Count > 0 ? names : [path];
    }

    private static void Put(JsonObject root, List<string> names, JsonNode value)
    {
        foreach (var name in names.SkipLast(1))
        {
            if (root[name] is not JsonObject inner)
                root[name] = inner = [];
            root = inner;
        }
        root[names[^1]] = value;
    }

    private static JsonNode? Value(DuckDbLogicalType type, string text, bool isMaximum) => type.Kind switch
    {
        DuckDbTypeKind.TinyInt or DuckDbTypeKind.SmallInt or DuckDbTypeKind.Integer or DuckDbTypeKind.BigInt or DuckDbTypeKind.Decimal => Number(text),
        DuckDbTypeKind.Float or DuckDbTypeKind.Double =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? JsonValue.Create(number) : null,
        DuckDbTypeKind.Varchar => JsonValue.Create(text),
        DuckDbTypeKind.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? JsonValue.Create(text) : null,
        DuckDbTypeKind.Timestamp => Timestamp(text, isMaximum, ""),
        DuckDbTypeKind.TimestampTz => Timestamp(text, isMaximum, "Z"),
        // Delta has no bounds for booleans and bytes.
        _ => null,
    };

    private static JsonNode? Number(string text)
    {
        using var parsed = decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _) || text.TrimStart('-').All(c => char.IsAsciiDigit(c) || c == '.')
            ? JsonDocument.Parse(text)
            : null;
        return parsed is null ? null : JsonNode.Parse(parsed.RootElement.GetRawText());
    }

    /// <summary>Milliseconds, as the protocol has it: a minimum is rounded down, a maximum up.</summary>
    private static JsonValue? Timestamp(string text, bool isMaximum, string zone)
    {
        var bare = zone.Length > 0 && text.EndsWith("+00", StringComparison.Ordinal) ? text[..^3] : text;
        if (!DateTime.TryParseExact(bare, ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return null;
        var rest = time.Ticks % TimeSpan.TicksPerMillisecond;
        var rounded = time.AddTicks(-rest + (isMaximum && rest > 0 ? TimeSpan.TicksPerMillisecond : 0));
        return JsonValue.Create(rounded.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture) + zone);
    }
}
