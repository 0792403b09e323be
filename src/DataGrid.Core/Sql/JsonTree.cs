using System.Text.Json;

namespace DataGrid.Core.Sql;

/// <summary>Reading the engine's JSON without exceptions: what is absent is an empty element, an empty array or null.</summary>
internal static class JsonTree
{
    private const ulong NoLocation = ulong.MaxValue;

    public static JsonElement Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static JsonElement[] Items(this JsonElement element, string name) => element.Child(name).Items();

    public static JsonElement[] Items(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array) return [];
        var count = element.GetArrayLength();
        if (count == 0) return [];
        var items = new JsonElement[count];
        var index = 0;
        foreach (var item in element.EnumerateArray()) items[index++] = item;
        return items;
    }

    public static IEnumerable<JsonProperty> Properties(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    public static string? Text(this JsonElement element, string name) => element.Child(name).GetStringOrNull();

    public static string? GetStringOrNull(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    public static int? Number(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    /// <summary>The byte offset in <c>query_location</c>; null when the engine has none.</summary>
    public static long? Location(this JsonElement element) =>
        element.Child("query_location") is { ValueKind: JsonValueKind.Number } number && number.TryGetUInt64(out var value) && value < NoLocation && value <= long.MaxValue
            ? (long)value
            : null;

    /// <summary>Whether a value says nothing: null, false, "", 0, [] or {}.</summary>
    public static bool IsBlank(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => element.ValueEquals(""),
        JsonValueKind.Array => element.GetArrayLength() == 0,
        JsonValueKind.Object => !element.EnumerateObject().MoveNext(),
        _ => false,
    };
}
