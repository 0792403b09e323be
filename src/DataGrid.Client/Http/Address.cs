namespace DataGrid.Client.Http;

/// <summary>Writes addresses.</summary>
internal static class Address
{
    /// <summary>A path with parameters; those without a value are left out.</summary>
    public static string Of(string path, params (string Name, string? Value)[] query)
    {
        var said = query.Where(static part => part.Value is not null).Select(static part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}").ToList();
        return said.Count == 0 ? path : $"{path}?{string.Join('&', said)}";
    }

    /// <summary>A name as a part of a path.</summary>
    public static string Part(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Uri.EscapeDataString(name);
    }
}
