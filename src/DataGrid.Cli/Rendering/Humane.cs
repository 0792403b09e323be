using System.Globalization;

namespace DataGrid.Cli.Rendering;

/// <summary>Numbers as people read them.</summary>
internal static class Humane
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB"];

    /// <summary><c>2,999,983</c></summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>1 row</c>, <c>2 rows</c></summary>
    public static string Count(long value, string noun) => $"{Count(value)} {noun}{(value == 1 ? "" : "s")}";

    /// <summary><c>13.5 MB</c>, in powers of 1 000.</summary>
    public static string Bytes(long value)
    {
        double shown = value;
        var unit = 0;
        while (shown >= 999.5 && unit < Units.Length - 1)
        {
            shown /= 1000;
            unit++;
        }
        var format = unit == 0 || shown >= 99.5 ? "0" : "0.0";
        return string.Create(CultureInfo.InvariantCulture, $"{shown.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}");
    }

    /// <summary><c>0.03 s</c>, <c>12.4 s</c>, <c>3 m 20 s</c>, <c>2 h 5 m</c></summary>
    public static string Duration(TimeSpan value) => value switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.00} s"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.0} s"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)value.TotalMinutes} m {value.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)value.TotalHours} h {value.Minutes} m"),
    };

    /// <summary>A moment in UTC, to the second.</summary>
    public static string Moment(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
