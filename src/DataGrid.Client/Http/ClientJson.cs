using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataGrid.Client.Http;

/// <summary>Documents as the API writes them. A newer server may say more, and use words that this client does not know.</summary>
internal static class ClientJson
{
    /// <summary>How they are read and written.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new OpenEnums() },
    };

    /// <summary>The value of an enumeration as the API writes it.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>Enumerations as words; one that is not known is the first value, which all of them call unknown.</summary>
    private sealed class OpenEnums : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) => (JsonConverter)Activator.CreateInstance(typeof(OpenEnum<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class OpenEnum<T> : JsonConverter<T> where T : struct, Enum
    {
        private static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(Word, StringComparer.Ordinal);

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString() is { } text && Values.TryGetValue(text, out var value) ? value : default;

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Word(value));
    }
}
