using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Mirror;

/// <summary>How tasks name files that are not on their machine: <c>object://default/tables/…</c>, relative to the store's root. A worker puts its own copy in their place.</summary>
public static class RemoteFileName
{
    private const string Scheme = "object://";

    /// <summary>The name of an object.</summary>
    public static string Of(ObjectPath path) => Scheme + path.Value;

    /// <summary>Whether a name is one, and not that of a file of this machine.</summary>
    public static bool IsOne(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(Scheme, StringComparison.Ordinal);
    }

    /// <summary>The object of a name.</summary>
    public static ObjectPath Parse(string name) => IsOne(name) ? ObjectPath.Parse(name[Scheme.Length..]) : throw new ArgumentException($"'{name}' does not name an object.", nameof(name));
}
