using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DataGrid.Contracts.Json;

/// <summary>How messages are written as JSON wherever they are kept or shown: grain state, journals, run files, <c>--json</c>. Never the wire serializer, so that
/// every runtime and every version reads the same bytes.</summary>
public static class DataGridJson
{
    private static ImmutableArray<IJsonTypeInfoResolver> _known = [ContractsJson.Default];

    /// <summary>
    /// camelCase members, snake_case enum values, ids as plain strings; members that are null or computed are left out. A member that this version does not know is
    /// skipped; a required one that is missing, or null where null is not allowed, is a <see cref="JsonException"/>.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Build();

    private static readonly JsonWriterOptions ForPeople = new() { Indented = true, Encoder = Options.Encoder };

    /// <summary>Lets a project above this one add what its compiler knows of its own types, before it first writes or reads one. Reflection takes the rest, which is
    /// slower at the start of a process and else the same.</summary>
    public static JsonSerializerOptions With(IJsonTypeInfoResolver types)
    {
        ImmutableInterlocked.Update(ref _known, static (known, added) => known.Contains(added) ? known : known.Add(added), types);
        return Options;
    }

    /// <summary>Writes a document indented for people, as UTF-8.</summary>
    public static byte[] ToIndented<T>(T document)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, ForPeople)) JsonSerializer.Serialize(writer, document, Options);
        return buffer.ToArray();
    }

    /// <summary>Writes a document indented for people.</summary>
    public static string ToIndentedText<T>(T document) => Encoding.UTF8.GetString(ToIndented(document));

    private static JsonSerializerOptions Build()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            RespectNullableAnnotations = true,
            // The text goes to files and terminals, never into HTML: letters of every language stay readable.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
            TypeInfoResolver = new KnownFirst(),
        };
        options.MakeReadOnly();
        return options;
    }

    private sealed class KnownFirst : IJsonTypeInfoResolver
    {
        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
        {
            foreach (var known in _known)
                if (known.GetTypeInfo(type, options) is { } found) return found;
            return ByReflection.Types.GetTypeInfo(type, options);
        }
    }

    // Apart, so that a process that never needs it does not pay for it.
    private static class ByReflection
    {
        public static readonly DefaultJsonTypeInfoResolver Types = new();
    }
}
