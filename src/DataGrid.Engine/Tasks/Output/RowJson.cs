using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>
/// Values as JSON that every reader understands alike. Whole numbers beyond ±(2^53 − 1) and decimals of more than 15 digits are texts, because most readers
/// would round them; decimals keep their zeros; NaN and the infinities, for which JSON has no number, are the texts NaN, Infinity, -Infinity;
/// dates and times are ISO 8601; bytes are base64; a MAP is a list of {key, value}.
/// </summary>
internal static class RowJson
{
    private const long LargestExact = (1L << 53) - 1;
    private const int ExactDigits = 15;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One row as an object. Names that repeat get a number: <c>a</c>, <c>a_1</c>.</summary>
    public static string Object(IReadOnlyList<DuckDbColumn> columns, object?[] row)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            WriteObject(writer, UniqueNames([.. columns.Select(c => c.Name)]), row);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static void WriteObject(Utf8JsonWriter writer, IReadOnlyList<string> names, object?[] row)
    {
        writer.WriteStartObject();
        for (var i = 0; i < row.Length; i++)
        {
            writer.WritePropertyName(names[i]);
            Write(writer, row[i]);
        }
        writer.WriteEndObject();
    }

    public static IReadOnlyList<string> UniqueNames(IReadOnlyList<string> names)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. names.Select(name =>
        {
            var unique = name;
            for (var i = 1; !taken.Add(unique); i++)
                unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
            return unique;
        })];
    }

    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case float or double:
                WriteFloat(writer, value);
                break;
            case decimal or DuckDbDecimal:
                WriteDigits(writer, value.ToString()!.Count(char.IsAsciiDigit) <= ExactDigits, value);
                break;
            case sbyte or short or int or byte or ushort or uint:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case long or ulong or Int128 or UInt128 or BigInteger:
                var whole = value switch { long v => v, ulong v => v, Int128 v => v, UInt128 v => v, _ => (BigInteger)value };
                WriteDigits(writer, BigInteger.Abs(whole) <= LargestExact, value);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case DuckDbUnion union:
                Write(writer, union.Value);
                break;
            case DuckDbStruct fields:
                WriteObject(writer, UniqueNames([.. fields.Select((f, i) => f.Key.Length > 0 ? f.Key : $"{i + 1}")]), [.. fields.Select(f => f.Value)]);
                break;
            case KeyValuePair<object, object?>[] entries:
                WriteMap(writer, entries);
                break;
            case IEnumerable elements:
                writer.WriteStartArray();
                foreach (var element in elements)
                    Write(writer, element);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(ValueText.Of(value));
                break;
        }
    }

    private static void WriteFloat(Utf8JsonWriter writer, object value)
    {
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (double.IsNaN(number))
            writer.WriteStringValue("NaN");
        else if (double.IsInfinity(number))
            writer.WriteStringValue(number > 0 ? "Infinity" : "-Infinity");
        else if (value is float single)
            writer.WriteNumberValue(single);
        else
            writer.WriteNumberValue(number);
    }

    private static void WriteDigits(Utf8JsonWriter writer, bool isExact, object value)
    {
        var text = value is IFormattable number ? number.ToString(null, CultureInfo.InvariantCulture) : value.ToString()!;
        if (isExact)
            writer.WriteRawValue(text, skipInputValidation: true);
        else
            writer.WriteStringValue(text);
    }

    private static void WriteMap(Utf8JsonWriter writer, KeyValuePair<object, object?>[] entries)
    {
        writer.WriteStartArray();
        foreach (var (key, entry) in entries)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("key");
            Write(writer, key);
            writer.WritePropertyName("value");
            Write(writer, entry);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
