using System.IO.Hashing;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Makes a written file durable and takes its fingerprint.</summary>
internal static class FileSeal
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Flushes the file to the disk and hashes it.</summary>
    /// <returns>Its length, and its XxHash128 in hexadecimal.</returns>
    public static (long Bytes, string Hash) Seal(string path, CancellationToken cancellation)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var hash = new XxHash128();
        var buffer = new byte[BufferBytes];
        var offset = 0L;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
                break;
            hash.Append(buffer.AsSpan(0, read));
            offset += read;
        }
        RandomAccess.FlushToDisk(file);
        return (offset, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }
}
