namespace DataGrid.Runtime;

/// <summary>FNV-1a over UTF-16 units with a final mix: the same in every process and on every machine, which <c>string.GetHashCode</c> is not.</summary>
internal static class UniformHash
{
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
}
