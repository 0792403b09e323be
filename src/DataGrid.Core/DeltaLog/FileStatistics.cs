using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.DeltaLog;

/// <summary>What is known about one column of one file. Bounds are texts as SQL literals
/// without quotes: <c>42</c>, <c>2001-01-31</c>, <c>2001-01-31T12:00:00.000Z</c>.</summary>
/// <param name="Type">The column's type in the table.</param>
/// <param name="Minimum">No value is smaller; <c>null</c> when unknown or all are NULL.</param>
/// <param name="Maximum">No value is greater; <c>null</c> when unknown or all are NULL.</param>
/// <param name="NullCount">How many are NULL; <c>null</c> when unknown.</param>
public sealed record ColumnStatistics(DeltaType Type, string? Minimum, string? Maximum, long? NullCount);

/// <summary>The statistics of one file, typed by the table's schema.</summary>
/// <param name="Rows">Rows in the file, deleted ones included; <c>null</c> when unknown.</param>
/// <param name="IsTight">Whether bounds are values that occur, not only limits.</param>
/// <param name="Columns">By the column's path (<c>address.zip</c>), logical names. Columns without statistics are absent.</param>
public sealed record FileStatistics(long? Rows, bool IsTight, ImmutableSortedDictionary<string, ColumnStatistics> Columns)
{
    /// <summary>Nothing is known.</summary>
    public static FileStatistics Unknown { get; } = new(null, false, ImmutableSortedDictionary.Create<string, ColumnStatistics>(StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads a file's statistics. Statistics are advice: what is not sound JSON, or does not fit the schema, counts as unknown.</summary>
    public static FileStatistics Of(FileAction file, StructType schema)
    {
        if (file.Statistics is not { Length: > 0 } json) return Unknown;
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var columns = Unknown.Columns.ToBuilder();
            Collect(schema, "", Part(root, "minValues"), Part(root, "maxValues"), Part(root, "nullCount"), columns);
            var isTight = file.DeletionVector is null && !(root.TryGetProperty("tightBounds", out var tight) && tight.ValueKind == JsonValueKind.False);
            return new FileStatistics(Number(Part(root, "numRecords")), isTight, columns.ToImmutable());
        }
        catch (JsonException)
        {
            return Unknown;
        }
    }

    /// <summary>Rows of the file by its statistics, deleted ones included; <c>null</c> when they are not kept or not sound.</summary>
    public static long? RowsOf(FileAction file)
    {
        if (file.Statistics is not { Length: > 0 } json) return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Number(Part(document.RootElement, "numRecords"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Collect(StructType schema, string prefix, JsonElement? minimum, JsonElement? maximum, JsonElement? nulls, ImmutableSortedDictionary<string, ColumnStatistics>.Builder columns)
    {
        foreach (var field in schema.Fields)
        {
            var (low, high, empty) = (Part(minimum, field.PhysicalName), Part(maximum, field.PhysicalName), Part(nulls, field.PhysicalName));
            if (field.Type is StructType inner) Collect(inner, $"{prefix}{field.Name}.", low, high, empty, columns);
            else if (low is not null || high is not null || empty is not null)
                columns[prefix + field.Name] = new ColumnStatistics(field.Type, Text(low), Text(high), Number(empty));
        }
    }

    private static JsonElement? Part(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static long? Number(JsonElement? json) => json is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    private static string? Text(JsonElement? json) => json?.ValueKind switch
    {
        JsonValueKind.String => json.Value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => json.Value.GetRawText(),
        _ => null,
    };
}
