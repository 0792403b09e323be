using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataGrid.Contracts.Json;

/// <summary>How messages are written as JSON wherever they are kept or shown: grain state, journals, run files, <c>--json</c>. Never the wire serializer, so that
/// every runtime and every version reads the same bytes.</summary>
public static class DataGridJson
{
    /// <summary>
    /// camelCase members, snake_case enum values, ids as plain strings; members that are null or computed are left out. A member that this version does not know is
    /// skipped; a required one that is missing, or null where null is not allowed, is a <see cref="JsonException"/>.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Build(isIndented: false);

    /// <summary><see cref="Options"/>, indented for people.</summary>
    public static JsonSerializerOptions Indented { get; } = Build(isIndented: true);

    private static JsonSerializerOptions Build(bool isIndented)
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            RespectNullableAnnotations = true,
            // The text goes to files and terminals, never into HTML: letters of every language stay readable.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = isIndented,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
