using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataGrid.Contracts.Json;

/// <summary>An id or name that is one text: what <see cref="object.ToString"/> gives, <see cref="Parse"/> takes.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface ITextId<TSelf> where TSelf : struct, ITextId<TSelf>
{
    /// <summary>Checks and wraps a text.</summary>
    /// <exception cref="FormatException">The text is not one; the message says why.</exception>
    static abstract TSelf Parse(string text);
}

/// <summary>Writes an id as a plain JSON string, also as the key of an object, and checks it when it is read. An id that was never set is <c>null</c>.</summary>
/// <typeparam name="T">The id.</typeparam>
public sealed class IdJsonConverter<T> : JsonConverter<T> where T : struct, ITextId<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => default,
        JsonTokenType.String => Checked(reader.GetString()!),
        _ => throw new JsonException($"a {typeof(T).Name} is a JSON string"),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (IsUnset(value)) writer.WriteNullValue();
        else writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Checked(reader.GetString()!);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (IsUnset(value)) throw new JsonException($"a {typeof(T).Name} that was never set cannot be a key");
        writer.WritePropertyName(value.ToString()!);
    }

    private static bool IsUnset(T value) => EqualityComparer<T>.Default.Equals(value, default);

    private static T Checked(string text)
    {
        try
        {
            return T.Parse(text);
        }
        catch (FormatException wrong)
        {
            throw new JsonException(wrong.Message, wrong);
        }
    }
}
