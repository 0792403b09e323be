using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Local;

/// <summary>
/// Files that survive a power cut. Invariants: content is on the device before a final name points at it; a name is on the device before a call returns;
/// no reader sees a final name with half of its content.
/// </summary>
internal static class DurableFiles
{
    /// <summary>Names that begin so are unfinished writes; no list shows them and no object may be called so.</summary>
    internal const string TemporaryPrefix = ".dgtmp-";

    /// <summary>For tests: hears of each step of the calls made from here, in order: what was done, with what, and the name that it got.</summary>
    internal static readonly AsyncLocal<Action<DurableStep, string, string>?> Steps = new();

    /// <summary>Creates <paramref name="file"/> with this content unless the name is
    /// taken; <c>false</c> when it is. Either way the name is durable on return.</summary>
    internal static bool CreateIfAbsent(string file, ReadOnlySpan<byte> content, INoReplace noReplace)
    {
        var folder = EnsureFolder(file);
        var temporary = WriteTemporary(folder, content);
        try
        {
            var created = noReplace.Publish(temporary, file);
            if (created) Steps.Value?.Invoke(DurableStep.Named, temporary, file);
            // Also for the loser: whoever answers "exists" promises that it is there after a power cut.
            SyncFolder(folder);
            return created;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Creates or replaces <paramref name="file"/> whole.</summary>
    internal static void Replace(string file, ReadOnlySpan<byte> content)
    {
        var folder = EnsureFolder(file);
        RenameOver(WriteTemporary(folder, content), file);
    }

    /// <summary>Moves a finished file to its final name; copies where the two lie on
    /// different volumes. The same name twice only makes the file durable.</summary>
    internal static void Adopt(string source, string file)
    {
        var folder = EnsureFolder(file);
        SyncFile(source);
        if (string.Equals(source, file, StringComparison.Ordinal))
        {
            SyncFolder(folder);
            return;
        }
        var error = NativeFiles.Rename(source, file);
        if (error == NativeFiles.CrossDevice || (OperatingSystem.IsWindows() && error == WindowsNotSameDevice))
        {
            var copy = Path.Combine(folder, TemporaryPrefix + Guid.NewGuid().ToString("N"));
            File.Copy(source, copy);
            SyncFile(copy);
            RenameOver(copy, file);
            File.Delete(source);
            return;
        }
        LocalFaults.ThrowIfFailed(error, "move into place", file);
        Steps.Value?.Invoke(DurableStep.Named, source, file);
        SyncFolder(folder);
    }

    private const int WindowsNotSameDevice = 17;

    private static string EnsureFolder(string file)
    {
        var folder = Path.GetDirectoryName(file)!; // An object always lies below its store's root.
        if (Directory.Exists(folder)) return folder;
        var missing = new Stack<string>();
        for (var at = folder; !Directory.Exists(at) && Path.GetDirectoryName(at) is { } parent; at = parent) missing.Push(at);
        foreach (var level in missing)
        {
            Directory.CreateDirectory(level);
            Steps.Value?.Invoke(DurableStep.FolderMade, level, level);
            SyncFolder(Path.GetDirectoryName(level)!); // A level below a root has a parent.
        }
        return folder;
    }

    private static string WriteTemporary(string folder, ReadOnlySpan<byte> content)
    {
        var temporary = Path.Combine(folder, TemporaryPrefix + Guid.NewGuid().ToString("N"));
        try
        {
            // Not told how long it gets: when there is no room for that, .NET hides the system's number for a full disk.
            using var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            RandomAccess.Write(handle, content, 0);
            Steps.Value?.Invoke(DurableStep.Written, temporary, temporary);
            RandomAccess.FlushToDisk(handle);
            Steps.Value?.Invoke(DurableStep.FileSynced, temporary, temporary);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }
        return temporary;
    }

    private static void RenameOver(string temporary, string file)
    {
        var error = NativeFiles.Rename(temporary, file);
        if (error != 0) File.Delete(temporary);
        LocalFaults.ThrowIfFailed(error, "replace", file);
        Steps.Value?.Invoke(DurableStep.Named, temporary, file);
        SyncFolder(Path.GetDirectoryName(file)!); // As above.
    }

    private static void SyncFile(string file)
    {
        if (!File.Exists(file)) throw new ObjectStoreException(StoreFault.NotFound, $"The file '{file}' is not there: it was deleted before it became part of the store.", null);
        if (OperatingSystem.IsWindows())
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            RandomAccess.FlushToDisk(handle);
            return;
        }
        LocalFaults.ThrowIfFailed(NativeFiles.Sync(file), "make durable", file);
        Steps.Value?.Invoke(DurableStep.FileSynced, file, file);
    }

    private static void SyncFolder(string folder)
    {
        // Windows flushes the name with MOVEFILE_WRITE_THROUGH and cannot flush a folder.
        if (!OperatingSystem.IsWindows()) LocalFaults.ThrowIfFailed(NativeFiles.Sync(folder), "make durable", folder);
        Steps.Value?.Invoke(DurableStep.FolderSynced, folder, folder);
    }
}

/// <summary>What is done to a file or folder, as a power cut sees it.</summary>
internal enum DurableStep
{
    /// <summary>Content, which a power cut may take.</summary>
    Written,
    /// <summary>A file's content is on the device.</summary>
    FileSynced,
    /// <summary>A file has a final name, which a power cut may take.</summary>
    Named,
    /// <summary>A folder was made, which a power cut may take.</summary>
    FolderMade,
    /// <summary>The names in a folder are on the device.</summary>
    FolderSynced,
}
