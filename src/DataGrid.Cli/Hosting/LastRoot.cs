using System.Globalization;
using DataGrid.Contracts;

namespace DataGrid.Cli.Hosting;

/// <summary>Remembers, for the folder that one stands in, which root was run last, so that <c>datagrid run shop</c> can be followed by <c>datagrid
/// datasets</c>. Only a convenience: where it cannot be kept, --root does the same.</summary>
internal static class LastRoot
{
    /// <summary>Remembers a root for the current folder.</summary>
    public static void Remember(string root)
    {
        try
        {
            if (FileOf(Directory.GetCurrentDirectory()) is not { } file) return;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, Path.GetFullPath(root));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A home that cannot be written must not fail a run.
        }
    }

    /// <summary>The root that was run last from the current folder or the nearest one above; null when there is none any more.</summary>
    public static string? Find()
    {
        for (var folder = Directory.GetCurrentDirectory(); folder is not null; folder = Path.GetDirectoryName(folder))
            if (FileOf(folder) is { } file && Read(file) is { } root && Directory.Exists(root)) return root;
        return null;
    }

    private static string? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null for a user without a home: a relative path would lie in the current folder.</summary>
    private static string? FileOf(string folder) =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } home
            ? Path.Combine(home, "datagrid", "last-root", StableHash.Of(folder).ToString("x16", CultureInfo.InvariantCulture))
            : null;
}
