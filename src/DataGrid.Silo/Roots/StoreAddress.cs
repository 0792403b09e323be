using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DataGrid.Contracts;

namespace DataGrid.Silo.Roots;

/// <summary>
/// A root whose tables lie elsewhere: <c>s3://bucket/prefix</c> or <c>az://container/prefix</c>. What must be on this machine (metadata, spill space, copies of files, logs) lies in a
/// folder, the state; a file in it says where the tables are, so that the state is a root like any other.
/// </summary>
public sealed record StoreAddress
{
    /// <summary>The variable that says where states lie; otherwise below the user's own data.</summary>
    public const string StateVariable = "DATAGRID_STATE";

    private const string FileName = "store";

    private static readonly string[] Schemes = ["s3", "az"];

    private StoreAddress(string scheme, string container, string prefix) => (Scheme, Container, Prefix) = (scheme, container, prefix);

    /// <summary><c>s3</c> or <c>az</c>.</summary>
    public string Scheme { get; }

    /// <summary>The bucket or container.</summary>
    public string Container { get; }

    /// <summary>What stands before every key, without slashes at its ends; empty for none.</summary>
    public string Prefix { get; }

    /// <summary>Whether a text is such an address, and not the name of a folder.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out StoreAddress? address)
    {
        address = null;
        var split = text?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (split < 0 || !Schemes.Contains(text![..split], StringComparer.Ordinal)) return false;
        var parts = text[(split + 3)..].Trim('/').Split('/', 2);
        if (parts[0].Length == 0) return false;
        address = new StoreAddress(text[..split], parts[0], parts.Length > 1 ? parts[1].Trim('/') : "");
        return true;
    }

    /// <summary>The state's folder on this machine.</summary>
    public string StateFolder()
    {
        var home = Environment.GetEnvironmentVariable(StateVariable) is { Length: > 0 } set
            ? Path.GetFullPath(set)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "datagrid", "state");
        return Path.Combine(home, StableHash.Of(ToString()).ToString("x16", CultureInfo.InvariantCulture));
    }

    /// <summary>Makes the state's folder point here.</summary>
    /// <returns>The folder: a root.</returns>
    public string Enter()
    {
        var folder = StateFolder();
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) File.WriteAllText(file, ToString());
        return folder;
    }

    /// <summary>Where the tables of a root lie; null when they lie in it.</summary>
    public static StoreAddress? Of(string root)
    {
        var file = Path.Combine(root, FileName);
        return File.Exists(file) && TryParse(File.ReadAllText(file).Trim(), out var address) ? address : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Prefix.Length == 0 ? $"{Scheme}://{Container}" : $"{Scheme}://{Container}/{Prefix}";
}
