using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.DeltaLog.Schema;

/// <summary>The protocol's JSON of schemas, both ways. Metadata of fields survives a round trip byte for byte.</summary>
public static class SchemaJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a table's schema.</summary>
    /// <exception cref="DataGridException">The text is no schema (<see cref="ErrorCodes.TableCorrupt"/>), or has a type that is not supported
    /// (<see cref="ErrorCodes.TableFeatureUnsupported"/>).</exception>
    public static StructType Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 256 });
            return Type(document.RootElement, "the schema") as StructType ?? throw new FormatException("the outermost type is not a struct");
        }
        catch (Exception unsound) when (unsound is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw DeltaFaults.Corrupt($"The table's schema cannot be read: {unsound.Message}", inner: unsound);
        }
    }

    /// <summary>Writes a table's schema.</summary>
    public static string Format(StructType schema) => Text(writer => Write(writer, schema));

    /// <summary>The JSON of one type: a quoted name, or an object.</summary>
    internal static string TypeText(DeltaType type) => Text(writer => Write(writer, type));

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options)) write(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    internal static DeltaType Type(JsonElement json, string where)
    {
        if (json.ValueKind == JsonValueKind.String) return Primitive(json.GetString()!, where); // A string token has text.
        switch (json.GetProperty("type").GetString())
        {
            case "struct":
                return new StructType([.. json.GetProperty("fields").EnumerateArray().Select(Field)]);
            case "array":
                return new ArrayType(Type(json.GetProperty("elementType"), where), json.GetProperty("containsNull").GetBoolean());
            case "map":
                return new MapType(Type(json.GetProperty("keyType"), where), Type(json.GetProperty("valueType"), where), json.GetProperty("valueContainsNull").GetBoolean());
            case var other:
                throw Unsupported(other ?? "null", where);
        }
    }

    private static StructField Field(JsonElement json)
    {
        var name = json.GetProperty("name").GetString() ?? throw new FormatException("a column has no name");
        var metadata = StructField.NoMetadata;
        if (json.TryGetProperty("metadata", out var entries) && entries.ValueKind == JsonValueKind.Object)
            foreach (var entry in entries.EnumerateObject()) metadata = metadata.SetItem(entry.Name, entry.Value.GetRawText());
        return new StructField { Name = name, Type = Type(json.GetProperty("type"), $"the column '{name}'"), Nullable = json.GetProperty("nullable").GetBoolean(), Metadata = metadata };
    }

    private static DeltaType Primitive(string name, string where)
    {
        if (PrimitiveType.IsKnown(name)) return new PrimitiveType(name);
        if (name == "decimal") return new DecimalType(10, 0);
        if (!name.StartsWith("decimal(", StringComparison.Ordinal) || !name.EndsWith(')')) throw Unsupported(name, where);
        var parts = name["decimal(".Length..^1].Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var precision)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var scale) && precision is >= 1 and <= 38 && scale <= precision)
            return new DecimalType(precision, scale);
        throw new FormatException($"{where} has the type '{name}', which is no decimal");
    }

    private static DataGridException Unsupported(string type, string where) =>
        DeltaFaults.Unsupported($"The type '{type}' of {where} is not supported", "Read the table with an engine that supports this type, or write the column in another type");

    private static void Write(Utf8JsonWriter writer, DeltaType type)
    {
        switch (type)
        {
            case PrimitiveType or DecimalType:
                writer.WriteStringValue(type.ToString());
                break;
            case ArrayType array:
                writer.WriteStartObject();
                writer.WriteString("type", "array");
                writer.WritePropertyName("elementType");
                Write(writer, array.Element);
                writer.WriteBoolean("containsNull", array.ContainsNull);
                writer.WriteEndObject();
                break;
            case MapType map:
                writer.WriteStartObject();
                writer.WriteString("type", "map");
                writer.WritePropertyName("keyType");
                Write(writer, map.Key);
                writer.WritePropertyName("valueType");
                Write(writer, map.Value);
                writer.WriteBoolean("valueContainsNull", map.ValueContainsNull);
                writer.WriteEndObject();
                break;
            case StructType structure:
                writer.WriteStartObject();
                writer.WriteString("type", "struct");
                writer.WriteStartArray("fields");
                foreach (var field in structure.Fields) Write(writer, field);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, StructField field)
    {
        writer.WriteStartObject();
        writer.WriteString("name", field.Name);
        writer.WritePropertyName("type");
        Write(writer, field.Type);
        writer.WriteBoolean("nullable", field.Nullable);
        writer.WriteStartObject("metadata");
        foreach (var (key, value) in field.Metadata)
        {
            writer.WritePropertyName(key);
            writer.WriteRawValue(value);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
