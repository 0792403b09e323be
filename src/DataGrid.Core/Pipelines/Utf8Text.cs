using System.Text;

namespace DataGrid.Core.Pipelines;

/// <summary>Reads files of the project as UTF-8.</summary>
public static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a file's bytes, without a byte order mark. Null when they are not UTF-8; then <paramref name="line"/> is the line of the first
    /// byte that is wrong, from 1.</summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, out int line)
    {
        line = 0;
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            line = 1 + bytes[..Math.Clamp(error.Index, 0, bytes.Length)].Count((byte)'\n');
            return null;
        }
    }
}
