namespace DataGrid.Contracts;

/// <summary>Hashes that are the same in every process, on every machine and in every version (FNV-1a, 64 bit, over UTF-8).</summary>
public static class StableHash
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The hash of a text's UTF-8 bytes.</summary>
    public static ulong Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var hash = OffsetBasis;
        Span<byte> buffer = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(buffer);
            foreach (var b in buffer[..length]) hash = (hash ^ b) * Prime;
        }
        return hash;
    }
}
