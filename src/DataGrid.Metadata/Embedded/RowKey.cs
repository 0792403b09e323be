using Orleans.Runtime;

namespace DataGrid.Metadata.Embedded;

/// <summary>Builds the keys of rows. Parts are parted by a control character that names cannot hold.</summary>
internal static class RowKey
{
    private const char Part = '\u001f';

    public static string Of(GrainId grain, string name)
    {
        if (name.Contains(Part, StringComparison.Ordinal))
            throw new ArgumentException($"The name '{name}' holds a control character.", nameof(name));
        return $"{grain}{Part}{name}";
    }
}
