using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Metadata;

namespace DataGrid.Silo.Owner;

/// <summary>
/// Folders that did not exist before a silo took its root. A silo starts while the project is still compiled; when that finds mistakes, or starting fails, the
/// folders go again. Invariant: nothing is removed but what a silo that never worked leaves in its root.
/// </summary>
internal sealed class NewRoot
{
    private static readonly string[] Folders = ["metadata", "tmp"];
    private static readonly string[] Files = ["silo.log", "owner.json", "owner.json.tmp", "owner.lock"];

    // The root first, then what lies above it; empty when the root was there.
    private readonly ImmutableArray<string> _made;

    private NewRoot(ImmutableArray<string> made) => _made = made;

    /// <summary>Notes which folders will have to be made for a root. Call it before anything makes them.</summary>
    public static NewRoot Before(string root)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        for (var folder = Path.TrimEndingDirectorySeparator(root); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) missing.Add(folder);
        return new NewRoot(missing.DrainToImmutable());
    }

    /// <summary>Removes the root when nothing was ever done in it. Whoever uses it meanwhile keeps it. Call it when the silo has given the root free.</summary>
    public void RemoveIfUnused()
    {
        if (_made.IsEmpty || !Directory.Exists(_made[0])) return;
        try
        {
            using (var owner = RootOwner.Acquire(_made[0], TimeProvider.System))
            {
                var names = Directory.EnumerateFileSystemEntries(_made[0]).Select(static entry => Path.GetFileName(entry)!);
                if (names.Any(static name => !Folders.Contains(name, StringComparer.Ordinal) && !Files.Contains(name, StringComparer.Ordinal))) return;
                foreach (var folder in Folders.Select(name => Path.Combine(_made[0], name)).Where(Directory.Exists)) Directory.Delete(folder, recursive: true);
                File.Delete(Path.Combine(_made[0], "silo.log"));
                owner.Forget();
            }
            foreach (var folder in _made) Directory.Delete(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DataGridException)
        {
            // Somebody else uses it, or it cannot be removed: an unused root does no harm.
        }
    }
}
