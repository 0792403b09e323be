using System.Globalization;
using System.Text;

namespace DataGrid.Core.Pipelines;

/// <summary>Time spans as people write them: <c>500ms</c>, <c>2s</c>, <c>30m</c>, <c>1h30m</c>, <c>1d</c>.</summary>
public static class Durations
{
    private const long MaxMilliseconds = 10_000L * 86_400_000;
    private static readonly (string Unit, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Reads a time span: whole numbers with units d, h, m, s, ms, the larger before the smaller, without spaces. At most 10 000 days.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        duration = default;
        long total = 0;
        var next = 0;
        var position = 0;
        if (text.Length is 0 or > 40) return false;
        while (position < text.Length)
        {
            var digits = position;
            while (position < text.Length && char.IsAsciiDigit(text[position])) position++;
            if (position == digits || position - digits > 12) return false;
            var amount = long.Parse(text.AsSpan(digits, position - digits), CultureInfo.InvariantCulture);
            var letters = position;
            while (position < text.Length && char.IsAsciiLetter(text[position])) position++;
            var unit = Array.FindIndex(Units, next, row => text.AsSpan(letters, position - letters).SequenceEqual(row.Unit));
            if (unit < 0) return false;
            next = unit + 1;
            if (amount > (MaxMilliseconds - total) / Units[unit].Milliseconds) return false;
            total += amount * Units[unit].Milliseconds;
        }
        duration = TimeSpan.FromMilliseconds(total);
        return true;
    }

    /// <summary>Writes a time span so that <see cref="TryParse"/> reads it; parts of a millisecond are left out.</summary>
    public static string Format(TimeSpan duration)
    {
        var rest = Math.Max(0, (long)duration.TotalMilliseconds);
        if (rest == 0) return "0s";
        var text = new StringBuilder();
        foreach (var (unit, milliseconds) in Units)
        {
            if (rest >= milliseconds) text.Append(CultureInfo.InvariantCulture, $"{rest / milliseconds}{unit}");
            rest %= milliseconds;
        }
        return text.ToString();
    }
}
