using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataGrid.Core.DeltaLog.Schema;

/// <summary>The entries of a field's metadata that are understood here.</summary>
internal static class FieldMetadata
{
    internal const string CommentKey = "comment";
    internal const string PhysicalNameKey = "delta.columnMapping.physicalName";
    internal const string IdKey = "delta.columnMapping.id";
    internal const string TypeChangesKey = "delta.typeChanges";
    internal const string InvariantsKey = "delta.invariants";
    internal const string GenerationKey = "delta.generationExpression";
    internal const string IdentityPrefix = "delta.identity.";
    internal const string DefaultKey = "CURRENT_DEFAULT";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static string? Text(StructField field, string key)
    {
        if (!field.Metadata.TryGetValue(key, out var json)) return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : null;
    }

    internal static int? Number(StructField field, string key)
    {
        if (!field.Metadata.TryGetValue(key, out var json)) return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Number && document.RootElement.TryGetInt32(out var number) ? number : null;
    }

    /// <summary>The changes of type that the field, or something inside it, has gone through.</summary>
    internal static IReadOnlyList<(DeltaType From, DeltaType To)> TypeChanges(StructField field)
    {
        var changes = new List<(DeltaType From, DeltaType To)>();
        if (field.Metadata.TryGetValue(TypeChangesKey, out var json))
        {
            using var document = JsonDocument.Parse(json);
            foreach (var change in document.RootElement.EnumerateArray())
                changes.Add((SchemaJson.Type(change.GetProperty("fromType"), field.Name), SchemaJson.Type(change.GetProperty("toType"), field.Name)));
        }
        if (field.Type is StructType structure) changes.AddRange(structure.Fields.SelectMany(TypeChanges));
        return changes;
    }

    internal static StructField WithText(StructField field, string key, string text) =>
        field with { Metadata = field.Metadata.SetItem(key, JsonSerializer.Serialize(text, Readable)) };

    /// <summary>Appends one type change to the field's history, as type widening asks for.</summary>
    internal static StructField WithTypeChange(StructField field, DeltaType from, DeltaType to, string path)
    {
        var change = path.Length == 0
            ? $$"""{"fromType":{{SchemaJson.TypeText(from)}},"toType":{{SchemaJson.TypeText(to)}}}"""
            : $$"""{"fromType":{{SchemaJson.TypeText(from)}},"toType":{{SchemaJson.TypeText(to)}},"fieldPath":{{JsonSerializer.Serialize(path)}}}""";
        var history = field.Metadata.TryGetValue(TypeChangesKey, out var earlier) && earlier.TrimEnd() is { Length: > 2 } list && list[^1] == ']'
            ? $"{list[..^1]},{change}]"
            : $"[{change}]";
        return field with { Metadata = field.Metadata.SetItem(TypeChangesKey, history) };
    }
}
