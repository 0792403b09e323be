using System.Collections.Frozen;

namespace DataGrid.Gateway.Pipelines;

/// <summary>Which names files of a bundle may have: such that no file system takes them for anything but a file below the project's folder. Pure.</summary>
internal static class BundleNames
{
    private const int MaxLength = 400;
    private const int MaxDepth = 16;

    private static readonly FrozenSet<string> Devices = new[] { "CON", "PRN", "AUX", "NUL" }
        .Concat(Enumerable.Range(1, 9).SelectMany(static n => new[] { $"COM{n}", $"LPT{n}" }))
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Folders that tools leave beside a project and that are no part of it.</summary>
    private static readonly FrozenSet<string> Foreign = new[] { ".git", ".datagrid", "__MACOSX" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a name is refused; null when it is good.</summary>
    public static string? Objection(string name)
    {
        if (name.Length == 0) return "a file has no name";
        if (name.Length > MaxLength) return $"the name '{name[..40]}…' has {name.Length} characters; {MaxLength} are allowed";
        if (name.Any(static c => char.IsControl(c))) return "a name has control characters";
        if (name.Contains('\\', StringComparison.Ordinal)) return $"the name '{name}' has a backslash; write / between folders";
        if (name.Contains(':', StringComparison.Ordinal)) return $"the name '{name}' has a colon";
        if (name[0] == '/') return $"the name '{name}' is absolute";
        var parts = name.Split('/');
        if (parts.Length > MaxDepth) return $"the name '{name}' is more than {MaxDepth} folders deep";
        return parts.Select(part => PartObjection(name, part)).FirstOrDefault(static why => why is not null);
    }

    /// <summary>Whether a file belongs to a tool and not to the project.</summary>
    public static bool IsForeign(string name) => name.Split('/').Any(Foreign.Contains);

    private static string? PartObjection(string name, string part)
    {
        if (part.Length == 0) return $"the name '{name}' has an empty part";
        if (part is "." or "..") return $"the name '{name}' leads out of the project";
        if (part[^1] is '.' or ' ') return $"the name '{name}' has a part that ends with a dot or a space";
        return Devices.Contains(part.Split('.')[0]) ? $"the name '{name}' is that of a device on some systems" : null;
    }
}
