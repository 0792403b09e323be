namespace DataGrid.Runtime;

/// <summary>FNV-1a over UTF-16 units with a final mix: the same in every process and on every machine, which <c>string.GetHashCode</c> is not.</summary>
internal static class UniformHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static uint Of(string? value)
    {
        var hash = 2166136261u;
        foreach (var unit in value ?? string.Empty)
        {
            hash = (hash ^ (byte)unit) * 16777619u;
            hash = (hash ^ (byte)(unit >> 8)) * 16777619u;
        }

        // FNV alone leaves neighbouring keys on neighbouring hashes.
        hash ^= hash >> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >> 13;
        return hash;
    }

    /// <summary>64 bits of one text, or of two with a boundary between them.</summary>
    public static ulong Of64(string first, string? second = null)
    {
        var hash = Append(Offset, first);
        if (second is not null)
            hash = Append((hash ^ 0xFF) * Prime, second);
        return Mix(hash);
    }

    /// <summary>Spreads every bit over all.</summary>
    public static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xff51afd7ed558ccd;
        value ^= value >> 33;
        value *= 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }

    private static ulong Append(ulong hash, string text)
    {
        foreach (var unit in text)
        {
            hash = (hash ^ (byte)unit) * Prime;
            hash = (hash ^ (byte)(unit >> 8)) * Prime;
        }

        return hash;
    }
}
