using System.Globalization;

namespace DataGrid.DuckDb.Native;

/// <summary>
/// DuckDB's dates and times to .NET's. DuckDB has infinities and years far outside 1 to 9999: these come as DuckDB's own text,
/// because a wrong date would be worse than an unexpected type.
/// </summary>
internal static class Times
{
    /// <summary>The largest offset of a TIMETZ, 15:59:59; it is stored as the distance from it.</summary>
    internal const int LargestOffsetSeconds = 16 * 60 * 60 - 1;

    internal const int OffsetBits = 24;

    private const long MicrosPerDay = 86_400_000_000;
    private static readonly int FirstDay = DateOnly.MinValue.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private static readonly int LastDay = DateOnly.MaxValue.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    internal static object Date(int days) => days switch
    {
        int.MaxValue => "infinity",
        -int.MaxValue => "-infinity",
        _ when days < FirstDay || days > LastDay => DateText(days),
        _ => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(days),
    };

    internal static object Time(long micros) => micros >= MicrosPerDay ? "24:00:00" : new TimeOnly(micros * TimeSpan.TicksPerMicrosecond);

    internal static DuckDbTimeTz TimeTz(ulong bits)
    {
        var offset = LargestOffsetSeconds - (int)(bits & ((1UL << OffsetBits) - 1));
        return new DuckDbTimeTz((long)(bits >> OffsetBits), TimeSpan.FromSeconds(offset));
    }

    /// <param name="value">The stored count.</param>
    /// <param name="microsPerUnit">Microseconds in one.</param>
    internal static object Timestamp(long value, long microsPerUnit) => Infinity(value) is { } infinity ? infinity : FromMicros((Int128)value * microsPerUnit, "");

    internal static object TimestampNs(long value) => Infinity(value) is { } infinity ? infinity : new DuckDbTimestampNs(value);

    internal static object TimestampTz(long micros) =>
        Infinity(micros) is { } infinity ? infinity : FromMicros(micros, "+00") is DateTime time ? new DateTimeOffset(time, TimeSpan.Zero) : FromMicros(micros, "+00");

    private static string? Infinity(long value) => value switch { long.MaxValue => "infinity", -long.MaxValue => "-infinity", _ => null };

    private static object FromMicros(Int128 micros, string zone)
    {
        var day = Int128.IsNegative(micros) ? (micros + 1) / MicrosPerDay - 1 : micros / MicrosPerDay;
        var rest = (long)(micros - day * MicrosPerDay);
        if (day >= FirstDay && day <= LastDay)
            return new DateTime(DateTime.UnixEpoch.Ticks + (long)day * TimeSpan.TicksPerDay + rest * TimeSpan.TicksPerMicrosecond, DateTimeKind.Unspecified);
        var time = new TimeOnly(rest * TimeSpan.TicksPerMicrosecond);
        var format = rest % 1_000_000 == 0 ? "HH:mm:ss" : "HH:mm:ss.FFFFFF";
        return $"{DateText((long)day)} {time.ToString(format, CultureInfo.InvariantCulture)}{zone}";
    }

    /// <summary>The proleptic Gregorian date, DuckDB's way: year 0 is 1 BC.</summary>
    private static string DateText(long days)
    {
        // Days since 0000-03-01, so that the leap day is the last of its year; eras of 400 years repeat.
        var shifted = days + 719_468;
        var era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097;
        var dayOfEra = shifted - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var monthFromMarch = (5 * dayOfYear + 2) / 153;
        var day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        var month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        var year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        return year > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{1 - year:0000}-{month:00}-{day:00} (BC)");
    }
}
