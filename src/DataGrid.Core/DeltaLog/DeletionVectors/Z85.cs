namespace DataGrid.Core.DeltaLog.DeletionVectors;

/// <summary>The text form of bytes that deletion vectors use (ZeroMQ's Z85): five letters for four bytes.</summary>
internal static class Z85
{
    private const string Letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    /// <exception cref="FormatException">The text is not Z85.</exception>
    internal static byte[] Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 5 != 0) throw new FormatException($"{text.Length} letters are not a whole number of groups of five");
        var bytes = new byte[text.Length / 5 * 4];
        for (var group = 0; group < text.Length / 5; group++)
        {
            ulong value = 0;
            foreach (var letter in text.Slice(group * 5, 5))
            {
                var digit = Letters.IndexOf(letter, StringComparison.Ordinal);
                if (digit < 0) throw new FormatException($"'{letter}' is no letter of Z85");
                value = (value * 85) + (ulong)digit;
            }
            if (value > uint.MaxValue) throw new FormatException("a group is greater than 32 bits");
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(group * 4), (uint)value);
        }
        return bytes;
    }

    internal static string Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 4 != 0) throw new ArgumentException("Only whole groups of four bytes can be written.", nameof(bytes));
        var text = new char[bytes.Length / 4 * 5];
        for (var group = 0; group < bytes.Length / 4; group++)
        {
            var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.Slice(group * 4, 4));
            for (var at = 4; at >= 0; at--, value /= 85) text[(group * 5) + at] = Letters[(int)(value % 85)];
        }
        return new string(text);
    }
}
