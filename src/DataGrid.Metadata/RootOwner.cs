using System.Collections.Concurrent;
using System.Text.Json;
using DataGrid.Contracts.Errors;

namespace DataGrid.Metadata;

/// <summary>
/// The right to write under a root folder: one process has it at a time, and within the process one owner. The operating system holds the
/// lock (<c>owner.lock</c>) and drops it when the process dies, so a dead owner is no obstacle; <c>owner.json</c> only says who it is.
/// </summary>
public sealed class RootOwner : IDisposable
{
    private static readonly ConcurrentDictionary<string, RootOwner> Owned = new(StringComparer.Ordinal);
    private readonly FileStream _lock;
    private bool _disposed;
    private bool _isForgotten;

    private RootOwner(string root, FileStream @lock)
    {
        Root = root;
        _lock = @lock;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    private string LockFile => LockFileOf(Root);

    private string InfoFile => InfoFileOf(Root);

    /// <summary>Whether an owner is there or has ended without giving the folder back, as one that was killed does.</summary>
    public static bool IsMarked(string root) => File.Exists(InfoFileOf(root));

    /// <summary>Takes the folder, creating it if need be.</summary>
    /// <exception cref="DataGridException">
    /// <see cref="ErrorCodes.RootOwned"/>: another owner has it, named with its process id. <see cref="ErrorCodes.RootUnusable"/>: it cannot be created or written.
    /// </exception>
    public static RootOwner Acquire(string root, TimeProvider time)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        ArgumentNullException.ThrowIfNull(time);
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        var owner = new RootOwner(path, Lock(path));
        if (!Owned.TryAdd(path, owner))
        {
            owner._lock.Dispose();
            throw Taken(path);
        }

        owner.WriteInfo(time);
        return owner;
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            File.Delete(InfoFile);
        }
        catch (IOException)
        {
            // The next owner overwrites it.
        }

        // Deleted while it is held: who waits for it finds that it is gone and makes a new one. Windows deletes no file that is open.
        if (_isForgotten && !OperatingSystem.IsWindows())
            File.Delete(LockFile);
        Owned.TryRemove(Root, out _);
        _lock.Dispose();
        if (_isForgotten && OperatingSystem.IsWindows())
            File.Delete(LockFile);
    }

    /// <summary>When the folder is given back, nothing is to tell that it ever was anybody's.</summary>
    public void Forget() => _isForgotten = true;

    private static string LockFileOf(string path) => Path.Combine(path, "owner.lock");

    private static string InfoFileOf(string path) => Path.Combine(path, "owner.json");

    private static FileStream Lock(string path)
    {
        var file = LockFileOf(path);
        try
        {
            while (true)
            {
                Directory.CreateDirectory(path);
                var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                // An owner that forgets the folder deletes the file; a lock on what has no name any more keeps nobody out.
                if (File.Exists(file))
                    return held;
                held.Dispose();
            }
        }
        catch (Exception error) when (error is UnauthorizedAccessException or PathTooLongException or DirectoryNotFoundException or NotSupportedException)
        {
            throw Unusable(path, error);
        }
        catch (IOException error)
        {
            throw IsHeld(error) ? Taken(path) : Unusable(path, error);
        }
    }

    // A lock that somebody holds, a full disk and a read-only one are all IO errors; .NET keeps the system's number in HResult.
    private static bool IsHeld(IOException error) => (error.HResult & 0xFFFF) switch
    {
        11 => OperatingSystem.IsLinux(), // EWOULDBLOCK
        35 => OperatingSystem.IsMacOS(), // EWOULDBLOCK
        32 or 33 => OperatingSystem.IsWindows(), // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
        _ => false,
    };

    private static bool IsDiskFull(Exception error) => error is IOException && (error.HResult & 0xFFFF) == (OperatingSystem.IsWindows() ? 112 : 28);

    private static DataGridException Unusable(string path, Exception error) => new(
        new Problem
        {
            Code = IsDiskFull(error) ? ErrorCodes.DiskFull : ErrorCodes.RootUnusable,
            Message = $"The folder {path} cannot be used: {error.Message.TrimEnd('.')}",
            Help = IsDiskFull(error) ? "Make room, then run again: nothing is lost." : "Choose a folder that this user may create and write.",
        },
        error);

    private static DataGridException Taken(string path)
    {
        var info = ReadInfo(path);
        var who = info is null ? "another process" : $"{info.Process} (process {info.ProcessId} on {info.Machine}, since {info.StartedAt:u})";
        return new DataGridException(new Problem
        {
            Code = ErrorCodes.RootOwned,
            Message = $"The folder {path} is in use by {who}",
            Help = "Wait until it has ended, stop it, or use another folder.",
        });
    }

    private static OwnerInfo? ReadInfo(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<OwnerInfo>(File.ReadAllText(InfoFileOf(path)));
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // By hand: it is the first document that a process writes, and a serializer takes a while to get ready.
    private static void WriteInfo(string file, DateTimeOffset now)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString(nameof(OwnerInfo.Process), Path.GetFileNameWithoutExtension(Environment.ProcessPath) ?? "a process");
        json.WriteNumber(nameof(OwnerInfo.ProcessId), Environment.ProcessId);
        json.WriteString(nameof(OwnerInfo.Machine), Environment.MachineName);
        json.WriteString(nameof(OwnerInfo.StartedAt), now);
        json.WriteEndObject();
    }

    private void WriteInfo(TimeProvider time)
    {
        var draft = InfoFile + ".tmp";
        try
        {
            WriteInfo(draft, time.GetUtcNow());
            File.Move(draft, InfoFile, overwrite: true);
        }
        catch (IOException)
        {
            // A full disk: the lock is what counts, and room may be just what this owner is going to make.
            File.Delete(draft);
        }
    }

    private sealed record OwnerInfo(string Process, int ProcessId, string Machine, DateTimeOffset StartedAt);
}
