namespace Orleans.Runtime;

/// <summary>Values that travel with every call made from here on, and from the calls that those make.</summary>
public static class RequestContext
{
    // The dictionary is never changed once it is set here, so calls share it instead of copying it.
    private static readonly AsyncLocal<Dictionary<string, object>?> Local = new();

    /// <summary>The keys of the values.</summary>
    public static IEnumerable<string> Keys => Local.Value?.Keys ?? Enumerable.Empty<string>();

    /// <summary>The values with their keys.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Entries => Local.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    internal static Dictionary<string, object>? Current
    {
        get => Local.Value;
        set
        {
            if (!ReferenceEquals(Local.Value, value))
                Local.Value = value;
        }
    }

    /// <summary>The value of <paramref name="key"/>, or null.</summary>
    public static object? Get(string key) => Local.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    /// <summary>Sets a value for calls made from here on; the caller of this method's request does not see it.</summary>
    public static void Set(string key, object value) =>
        Local.Value = new Dictionary<string, object>(Local.Value ?? [], StringComparer.Ordinal) { [key] = value };

    /// <summary>Removes a value, and says whether there was one.</summary>
    public static bool Remove(string key)
    {
        if (Local.Value is not { } values || !values.ContainsKey(key))
            return false;
        var left = new Dictionary<string, object>(values, StringComparer.Ordinal);
        left.Remove(key);
        Local.Value = left.Count == 0 ? null : left;
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear() => Current = null;
}
