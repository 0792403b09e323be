using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.DeltaLog.Maintenance;

/// <summary>The statistics of a file that holds the rows of several others. Nothing is read: bounds of all are bounds of each.</summary>
public static class StatisticsMerge
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Merges. Rows that deletion vectors hide are counted out; bounds may then
    /// be wider than the rows that are left, and counts of NULL are unknown.</summary>
    /// <returns>The protocol's JSON.</returns>
    public static string Merge(IReadOnlyList<AddFile> files, StructType schema)
    {
        var statistics = files.Select(file => FileStatistics.Of(file, schema)).ToList();
        var rows = files.Sum(static file => (FileStatistics.RowsOf(file) ?? 0) - (file.DeletionVector?.Cardinality ?? 0));
        var isTight = statistics.TrueForAll(static one => one.IsTight);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("numRecords", rows);
            json.WriteBoolean("tightBounds", isTight);
            Part(json, "minValues", schema, "", (path, type) => Bound(statistics, path, type, wantsLeast: true));
            Part(json, "maxValues", schema, "", (path, type) => Bound(statistics, path, type, wantsLeast: false));
            if (isTight) Part(json, "nullCount", schema, "", (path, _) => Nulls(statistics, path));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Part(Utf8JsonWriter json, string name, StructType schema, string prefix, Func<string, DeltaType, string?> value)
    {
        json.WriteStartObject(name);
        foreach (var field in schema.Fields)
        {
            if (field.Type is StructType inner) Part(json, field.PhysicalName, inner, $"{prefix}{field.Name}.", value);
            else if (value(prefix + field.Name, field.Type) is { } raw)
            {
                json.WritePropertyName(field.PhysicalName);
                json.WriteRawValue(raw);
            }
        }
        json.WriteEndObject();
    }

    private static string? Nulls(List<FileStatistics> files, string path)
    {
        long nulls = 0;
        foreach (var file in files)
        {
            if (!file.Columns.TryGetValue(path, out var column) || column.NullCount is not { } count) return null;
            nulls += count;
        }
        return nulls.ToString(CultureInfo.InvariantCulture);
    }

    private static string? Bound(List<FileStatistics> files, string path, DeltaType type, bool wantsLeast)
    {
        string? best = null;
        foreach (var file in files)
        {
            if (!file.Columns.TryGetValue(path, out var column)) return null;
            if (column.NullCount is { } nulls && nulls == file.Rows) continue; // Only NULLs: no bound needed.
            if ((wantsLeast ? column.Minimum : column.Maximum) is not { } bound) return null;
            if (best is null)
            {
                best = bound;
                continue;
            }
            if (Compare(type, bound, best) is not { } order) return null;
            if (wantsLeast ? order < 0 : order > 0) best = bound;
        }
        return best is null ? null : Raw(type, best);
    }

    private static string Raw(DeltaType type, string bound) => IsNumber(type) || type == PrimitiveType.Boolean ? bound : JsonSerializer.Serialize(bound, RawOptions);

    private static readonly JsonSerializerOptions RawOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static bool IsNumber(DeltaType type) => type is DecimalType or PrimitiveType { Name: "long" or "integer" or "short" or "byte" or "float" or "double" };

    /// <summary>Orders two bounds of a type; <c>null</c> when one of them is not of that type.</summary>
    public static int? Compare(DeltaType type, string left, string right) => type switch
    {
        DecimalType => Exact(left) is { } l && Exact(right) is { } r ? Scaled(l, r).CompareTo(Scaled(r, l)) : null,
        PrimitiveType { Name: "long" or "integer" or "short" or "byte" } =>
            long.TryParse(left, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) && long.TryParse(right, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var r) ? l.CompareTo(r) : null,
        PrimitiveType { Name: "float" or "double" } =>
            double.TryParse(left, NumberStyles.Float, CultureInfo.InvariantCulture, out var l) && double.TryParse(right, NumberStyles.Float, CultureInfo.InvariantCulture, out var r) ? l.CompareTo(r) : null,
        PrimitiveType { Name: "string" } => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)),
        PrimitiveType { Name: "date" } => string.CompareOrdinal(left, right),
        PrimitiveType { Name: "timestamp" or "timestamp_ntz" } => Time(left) is { } l && Time(right) is { } r ? l.CompareTo(r) : null,
        _ => null,
    };

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static (BigInteger Digits, int Scale)? Exact(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : text.Remove(point, 1);
        return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? (number, point < 0 ? 0 : text.Length - point - 1) : null;
    }

    private static BigInteger Scaled((BigInteger Digits, int Scale) number, (BigInteger Digits, int Scale) other) =>
        number.Digits * BigInteger.Pow(10, Math.Max(0, other.Scale - number.Scale));
}
