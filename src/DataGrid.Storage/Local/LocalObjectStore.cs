using System.Runtime.CompilerServices;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Local;

/// <summary>
/// An object store that is a folder. Objects are plain files that the engine reads in place. Safe among threads, processes and machines that share the folder,
/// as long as its file system keeps the promises of POSIX.
/// </summary>
public sealed class LocalObjectStore : IObjectStore
{
    private readonly string _root;
    private readonly INoReplace _noReplace;

    private LocalObjectStore(string root, INoReplace noReplace)
    {
        _root = root;
        _noReplace = noReplace;
    }

    /// <inheritdoc/>
    public string Description => $"folder {_root}";

    /// <summary>Opens the folder, making it if it is not there, and tries that its volume can create a name only when it is free.</summary>
    /// <param name="root">The folder; relative names are taken from the current folder.</param>
    /// <exception cref="ObjectStoreException">The folder cannot be made or written, or its volume cannot keep a table safe.</exception>
    public static LocalObjectStore Open(string root)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        return LocalFaults.Guard("open the store", full, () =>
        {
            Directory.CreateDirectory(full);
            return new LocalObjectStore(full, NoReplace.Choose(full));
        });
    }

    /// <summary>Opens the folder for reading: nothing is made or tried in it, so that a folder which this user may only read can be read.</summary>
    /// <param name="root">The folder; relative names are taken from the current folder.</param>
    public static LocalObjectStore OpenForReading(string root) => new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)), NoReplace.Never);

    /// <inheritdoc/>
    public Task<PutOutcome> PutIfAbsentAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Run("create", path, file => DurableFiles.CreateIfAbsent(file, content.Span, _noReplace) ? PutOutcome.Created : PutOutcome.Exists, cancellationToken);

    /// <inheritdoc/>
    public Task PutAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Run("write", path, file =>
        {
            DurableFiles.Replace(file, content.Span);
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectEntry> AdoptAsync(string localFile, ObjectPath path, CancellationToken cancellationToken) =>
        Run("adopt", path, file =>
        {
            var source = Path.GetFullPath(localFile);
            if (!File.Exists(source) && Entry(file, path) is { } adopted) return adopted;
            DurableFiles.Adopt(source, file);
            return Entry(file, path) ?? throw new ObjectStoreException(StoreFault.NotFound, $"'{file}' vanished while it was adopted: something else deletes files in this store.", null);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> ReadAsync(ObjectPath path, CancellationToken cancellationToken) =>
        Run("read", path, file => WhenThere<byte[]>(file, File.ReadAllBytes), cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return Run("read", path, file => WhenThere(file, name => ReadRange(name, offset, length)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(ObjectPath path, CancellationToken cancellationToken) =>
        Run("read", path, file => WhenThere<Stream>(file, name =>
            new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan)), cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectEntry?> StatAsync(ObjectPath path, CancellationToken cancellationToken) => Run("look at", path, file => Entry(file, path), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(ObjectPath folder, ListScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = await Run("list", folder, name => List(name, folder, scope), cancellationToken).ConfigureAwait(false);
        foreach (var entry in entries) yield return entry;
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken) =>
        Run("delete", path, file =>
        {
            if (!File.Exists(file)) return false;
            File.Delete(file);
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<int> DeleteUnfinishedAsync(ObjectPath folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken) =>
        // What Open tries lies directly in the root, where no object is.
        Run("clean", folder, name => DeleteUnfinished(_root, recursive: false, writtenBefore) + DeleteUnfinished(name, recursive: true, writtenBefore), cancellationToken);

    /// <inheritdoc/>
    public string? LocalPath(ObjectPath path)
    {
        foreach (var segment in path.Value.Split('/'))
            if (segment.Length == 0 || segment.StartsWith(DurableFiles.TemporaryPrefix, StringComparison.Ordinal))
                throw new ArgumentException($"'{path}' cannot be an object: names that begin with '{DurableFiles.TemporaryPrefix}' are unfinished writes.", nameof(path));
        return Path.Combine(_root, path.Value.Replace('/', Path.DirectorySeparatorChar));
    }

    // File calls block, and a caller may be a grain whose turn must stay short: they run on the pool.
    private Task<T> Run<T>(string verb, ObjectPath path, Func<string, T> work, CancellationToken cancellationToken)
    {
        var file = LocalPath(path)!; // Never null here: this store is a folder.
        return Task.Run(() => LocalFaults.Guard(verb, file, () => work(file)), cancellationToken);
    }

    private static T? WhenThere<T>(string file, Func<string, T> read) where T : class
    {
        try
        {
            return Directory.Exists(file) ? null : read(file);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static byte[] ReadRange(string file, long offset, int length)
    {
        using var handle = File.OpenHandle(file);
        var content = new byte[Math.Clamp(RandomAccess.GetLength(handle) - offset, 0, length)];
        var filled = 0;
        while (filled < content.Length && RandomAccess.Read(handle, content.AsSpan(filled), offset + filled) is var count and > 0) filled += count;
        return filled == content.Length ? content : content[..filled];
    }

    private static ObjectEntry? Entry(string file, ObjectPath path) => Entry(new FileInfo(file), path);

    private static ObjectEntry? Entry(FileInfo info, ObjectPath path)
    {
        try
        {
            return info.Exists ? new ObjectEntry(path, info.Length, new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero), null) : null;
        }
        catch (FileNotFoundException)
        {
            return null; // Deleted between the list and the look.
        }
    }

    private static int DeleteUnfinished(string folder, bool recursive, DateTimeOffset writtenBefore)
    {
        if (!Directory.Exists(folder)) return 0;
        var unfinished = new DirectoryInfo(folder).EnumerateFiles(DurableFiles.TemporaryPrefix + "*", Everything(recursive))
            .Where(file => file.LastWriteTimeUtc < writtenBefore.UtcDateTime).ToList();
        unfinished.ForEach(static file => file.Delete());
        return unfinished.Count;
    }

    private static List<ObjectEntry> List(string folder, ObjectPath path, ListScope scope)
    {
        var entries = new List<ObjectEntry>();
        if (!Directory.Exists(folder)) return entries;
        foreach (var info in new DirectoryInfo(folder).EnumerateFiles("*", Everything(scope.Recursive)))
        {
            if (info.Name.StartsWith(DurableFiles.TemporaryPrefix, StringComparison.Ordinal)) continue;
            var relative = Path.GetRelativePath(folder, info.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (string.CompareOrdinal(relative, scope.StartAt) < 0) continue;
            // A file whose name is no object path cannot have been written through a store; it is not ours to show or delete.
            if (!ObjectPath.TryParse($"{path}/{relative}", out var entry, out _)) continue;
            if (Entry(info, entry) is { } found) entries.Add(found);
        }
        entries.Sort((left, right) => left.Path.CompareTo(right.Path));
        return entries;
    }

    // Links are neither listed nor followed: what clean-up deletes by a list must lie in this folder.
    private static EnumerationOptions Everything(bool recursive) =>
        new() { RecurseSubdirectories = recursive, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
}
