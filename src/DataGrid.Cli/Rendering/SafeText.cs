using System.Globalization;
using System.Text;

namespace DataGrid.Cli.Rendering;

/// <summary>Makes text from data harmless on a terminal, and measures it.</summary>
internal static class SafeText
{
    /// <summary>Shows control characters instead of obeying them: data must not move the cursor or set colours.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsUnsafe)) return text;
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c == '\n') result.Append("\\n");
            else if (c == '\t') result.Append("\\t");
            else if (c == '\r') result.Append("\\r");
            else if (IsUnsafe(c)) result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else result.Append(c);
        }
        return result.ToString();
    }

    /// <summary>Columns that a text takes on a terminal: East Asian wide letters and emoji take two, combining marks none.</summary>
    public static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes()) width += Width(rune);
        return width;
    }

    /// <summary>Cuts a text to a width, with an ellipsis.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width) return text;
        var result = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            used += Width(rune);
            if (used > width - 1) break;
            result.Append(rune.ToString());
        }
        return result.Append('…').ToString();
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static int Width(Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format) return 0;
        return rune.Value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe4f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6) or (>= 0x1f300 and <= 0x1f64f)
            or (>= 0x1f900 and <= 0x1f9ff) or (>= 0x20000 and <= 0x3fffd) ? 2 : 1;
    }
}
