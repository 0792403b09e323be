using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Mirror;

/// <summary>
/// The copy of one content: a folder with the file, the list of what of it is here, and two locks. Invariants: the list names only bytes that are on disk; nothing is removed while
/// somebody holds <c>use</c>; one at a time brings more, holding <c>fetch</c>. The operating system gives locks free when their process dies.
/// </summary>
internal sealed class MirrorEntry
{
    private const string RangesName = "ranges";

    private readonly string _identity;

    private MirrorEntry(string folder, string file, string identity, long bytes) => (Folder, File, _identity, Bytes) = (folder, file, identity, bytes);

    public string Folder { get; }

    /// <summary>The copy. It has the length of the original; only what the list names is like it.</summary>
    public string File { get; }

    public long Bytes { get; }

    private string UseLock => UseLockOf(Folder);

    private string Ranges => Path.Combine(Folder, RangesName);

    /// <summary>The entry of a content. A data file's name is never used again, so its path and size tell its content.</summary>
    public static MirrorEntry Of(string root, string store, ObjectPath path, long bytes)
    {
        var identity = string.Create(CultureInfo.InvariantCulture, $"{store} {path} {bytes}");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
        var folder = Path.Combine(root, hash[..2], hash);
        // Folders that name a partition keep their names: readers look at them.
        var segments = path.Value.Split('/');
        var names = segments.SkipLast(1).Where(static segment => segment.Contains('=', StringComparison.Ordinal)).Append(segments[^1]);
        return new MirrorEntry(folder, Path.Combine([folder, "data", .. names]), identity, bytes);
    }

    public static string UseLockOf(string folder) => Path.Combine(folder, "use");

    /// <summary>Keeps the entry from being removed until the result is disposed.</summary>
    public FileStream Use(TimeProvider clock)
    {
        Directory.CreateDirectory(Folder);
        while (true)
        {
            try
            {
                if (!System.IO.File.Exists(UseLock)) new FileStream(UseLock, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
                var use = new FileStream(UseLock, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
                System.IO.File.SetLastWriteTimeUtc(UseLock, clock.GetUtcNow().UtcDateTime);
                return use;
            }
            catch (IOException) when (IsBeingRemoved())
            {
                // Whoever removes it is done in a moment; the lock's file itself stays.
            }
        }
    }

    /// <summary>Tries to be the one that brings more of the file; null while another is.</summary>
    public FileStream? TryFetch()
    {
        try
        {
            return new FileStream(Path.Combine(Folder, "fetch"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException) when (Directory.Exists(Folder))
        {
            return null;
        }
    }

    /// <summary>What of the file is here.</summary>
    public ByteRanges Read()
    {
        try
        {
            if (!System.IO.File.Exists(Ranges) || new FileInfo(File) is not { Exists: true } copy || copy.Length != Bytes) return ByteRanges.None;
            var lines = System.IO.File.ReadAllLines(Ranges);
            if (lines.Length < 2 || lines[1] != _identity) return ByteRanges.None;
            return ByteRanges.Of(lines.Skip(2).Select(static line => line.Split(' ')).Select(static ends =>
                new ByteRange(long.Parse(ends[0], CultureInfo.InvariantCulture), long.Parse(ends[1], CultureInfo.InvariantCulture))));
        }
        catch (Exception damaged) when (damaged is IOException or FormatException or IndexOutOfRangeException)
        {
            return ByteRanges.None;
        }
    }

    /// <summary>Makes the list of what is here durable. The bytes are on disk by now.</summary>
    public void Write(ByteRanges ranges)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{ranges.Bytes}\n{_identity}\n");
        foreach (var piece in ranges.Pieces) text.Append(CultureInfo.InvariantCulture, $"{piece.Start} {piece.End}\n");
        var next = Ranges + ".next";
        System.IO.File.WriteAllText(next, text.ToString());
        System.IO.File.Move(next, Ranges, overwrite: true);
    }

    /// <summary>Bytes that the entry in a folder takes; 0 for one that was removed.</summary>
    public static long SizeOf(string folder)
    {
        try
        {
            using var reader = new StreamReader(Path.Combine(folder, RangesName));
            return long.TryParse(reader.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Removes the copy in a folder unless it is in use.</summary>
    public static bool TryRemove(string folder)
    {
        try
        {
            using var alone = new FileStream(UseLockOf(folder), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1);
            System.IO.File.Delete(Path.Combine(folder, RangesName));
            if (Directory.Exists(Path.Combine(folder, "data"))) Directory.Delete(Path.Combine(folder, "data"), recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool IsBeingRemoved() => System.IO.File.Exists(UseLock);
}
