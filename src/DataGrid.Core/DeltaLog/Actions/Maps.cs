using System.Collections.Immutable;

namespace DataGrid.Core.DeltaLog.Actions;

/// <summary>Text maps in one order on every machine, so that equal content is equal bytes.</summary>
public static class Maps
{
    /// <summary>The empty map.</summary>
    public static ImmutableSortedDictionary<string, string?> NoOptionalText { get; } = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>A map of these pairs in ordinal order; a later pair of the same key wins.</summary>
    public static ImmutableSortedDictionary<string, string?> Of(IEnumerable<KeyValuePair<string, string?>> pairs)
    {
        var map = NoOptionalText.ToBuilder();
        foreach (var (key, value) in pairs) map[key] = value;
        return map.ToImmutable();
    }
}
