using System.IO.Hashing;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Makes a written file durable and takes its fingerprint.</summary>
internal static class FileSeal
{
    private const int BufferBytes = 1 << 16;
    private const int ParallelFlushes = 8;

    /// <summary>Seals several files. A flush waits for the disk: several wait together.</summary>
    public static (long Bytes, string Hash)[] SealAll(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var seals = new (long, string)[paths.Count];
        if (seals.Length == 1)
            seals[0] = Seal(paths[0], cancellation);
        else
            Parallel.For(0, seals.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelFlushes, CancellationToken = cancellation }, i => seals[i] = Seal(paths[i], cancellation));
        return seals;
    }

    /// <summary>Flushes the file to the disk and hashes it.</summary>
    /// <returns>Its length, and its XxHash128 in hexadecimal.</returns>
    public static (long Bytes, string Hash) Seal(string path, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var hash = new XxHash128();
        // On the stack: tasks are many and short, and large arrays are collected late.
        Span<byte> buffer = stackalloc byte[BufferBytes];
        var offset = 0L;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
                break;
            hash.Append(buffer[..read]);
            offset += read;
        }
        RandomAccess.FlushToDisk(file);
        return (offset, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }
}
