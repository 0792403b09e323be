using System.Text;

namespace DataGrid.Core.DeltaLog;

/// <summary>Paths of data files as log entries have them: URIs, relative to the table's folder or absolute.</summary>
public static class DataPath
{
    private const string Unreserved = "-._~!$&'()*+,;=:@/";

    /// <summary>The decoded path; two spellings of one file (encoded or not, <c>file:/x</c>, <c>file:///x</c> or <c>/x</c>) become one text.</summary>
    public static string Canonical(string path)
    {
        var decoded = Uri.UnescapeDataString(path);
        if (!decoded.StartsWith("file:", StringComparison.Ordinal)) return decoded;
        return "/" + decoded["file:".Length..].TrimStart('/');
    }

    /// <summary>Whether the (canonical) path lies outside the table's folder: absolute, with a scheme, or climbing out of it.</summary>
    public static bool IsOutsideTable(string canonical) =>
        canonical.Length == 0 || canonical[0] == '/' || HasScheme(canonical) || canonical.Split('/').Any(static segment => segment is ".." or "." or "");

    /// <summary>The URI-encoded form of a plain path relative to the table.</summary>
    public static string Encode(string plain)
    {
        var text = new StringBuilder(plain.Length);
        foreach (var rune in plain.EnumerateRunes())
        {
            if (rune.IsAscii && (Rune.IsLetterOrDigit(rune) || Unreserved.Contains((char)rune.Value, StringComparison.Ordinal))) text.Append(rune);
            else text.Append(Uri.EscapeDataString(rune.ToString()));
        }
        return text.ToString();
    }

    private static bool HasScheme(string path) => path.IndexOf("://", StringComparison.Ordinal) is var at and > 0 && path[..at].All(char.IsAsciiLetterOrDigit);
}
