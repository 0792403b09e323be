using System.Globalization;
using System.Text;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Values as plain text: ISO 8601 for dates and times, exact digits, JSON for what is nested.</summary>
internal static class ValueText
{
    public static string? Of(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        float or double => Number(value),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + "Z",
        DuckDbTimeNs time => Nanoseconds(time.Nanoseconds),
        DuckDbTimeTz time => Nanoseconds(time.Micros * 1000) + Offset(time.Offset),
        DuckDbInterval interval => Interval(interval),
        Guid id => id.ToString("D"),
        byte[] bytes => Convert.ToBase64String(bytes),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        DuckDbDecimal or DuckDbTimestampNs => value.ToString(),
        _ => Json(value),
    };

    private static string Number(object value)
    {
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return double.IsNaN(number) ? "NaN"
            : double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity"
            : ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture);
    }

    private static string Nanoseconds(long nanoseconds)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, 1_000_000_000);
        var text = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}.{rest:000000000}");
        return text.TrimEnd('0').TrimEnd('.');
    }

    private static string Offset(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.Duration().ToString(offset.Seconds == 0 ? @"hh\:mm" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);

    /// <summary>ISO 8601: <c>P1Y2M3DT4H5M6.7S</c>. The parts keep their own signs, as the engine has them.</summary>
    private static string Interval(DuckDbInterval interval)
    {
        var text = new StringBuilder("P");
        void Part(long count, char unit)
        {
            if (count != 0)
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
        }
        Part(interval.Months / 12, 'Y');
        Part(interval.Months % 12, 'M');
        Part(interval.Days, 'D');
        if (interval.Micros != 0)
        {
            text.Append('T');
            Part(interval.Micros / 3_600_000_000, 'H');
            Part(interval.Micros / 60_000_000 % 60, 'M');
            if (interval.Micros % 60_000_000 is var rest && rest != 0)
                text.Append(CultureInfo.InvariantCulture, $"{rest / 1_000_000m:0.######}S");
        }
        return text.Length == 1 ? "PT0S" : text.ToString();
    }

    private static string Json(object value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            RowJson.Write(writer, value);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
