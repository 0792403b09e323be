namespace DataGrid.Tests.Tidy;

/// <summary>Reports what a check found, one finding a line.</summary>
internal static class Found
{
    /// <summary>Passes when nothing was found.</summary>
    public static void None(IEnumerable<string?> findings)
    {
        var list = findings.Order(StringComparer.Ordinal).ToList();
        Assert.True(list.Count == 0, $"{list.Count} found:\n  {string.Join("\n  ", list)}");
    }
}
