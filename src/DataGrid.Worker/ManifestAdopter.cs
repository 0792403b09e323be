using System.Collections.Immutable;
using System.IO.Hashing;
using DataGrid.Contracts.Runs;
using DataGrid.Storage.Tables;

namespace DataGrid.Worker;

/// <summary>Checks what a task says it wrote and moves the files to their final names. The task itself never touches a table's folder.</summary>
/// <remarks>The content is hashed again, wherever the task ran: its files were written a moment ago, so they are read from memory, and what a table names for ever is
/// worth that (docs/decisions/0006-staging-then-adopt.md).</remarks>
internal sealed class ManifestAdopter(TableSet tables)
{
    private const int FilesAtOnce = 8;
    private const int BufferBytes = 1 << 16;

    /// <summary>Checks and adopts. Doing it again for the same attempt is harmless.</summary>
    /// <exception cref="InvalidDataException">The manifest names a file outside of the staging folder, or one that is not as it says.</exception>
    public async Task<ImmutableArray<AdoptedFile>> AdoptAsync(TaskSpec task, Manifest manifest, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(task.StagingDirectory) + Path.DirectorySeparatorChar;
        var limits = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken };
        // All are checked before the first is moved.
        await Parallel.ForEachAsync(manifest.Files, limits, (file, cancellation) =>
        {
            Check(task, root, file, cancellation);
            return ValueTask.CompletedTask;
        });
        var adopted = new AdoptedFile[manifest.Files.Length];
        // Side by side: each waits for the disk, and none for another.
        await Parallel.ForAsync(0, adopted.Length, limits, async (index, cancellation) =>
        {
            var file = manifest.Files[index];
            var dataset = file.Role == ManifestFileRole.Quarantine ? task.Step.Name.Quarantine : task.Step.Name;
            adopted[index] = await tables.AdoptAsync(dataset, task.Attempt, index, Staged(root, file), file, cancellation);
        });
        return [.. adopted];
    }

    private static string Staged(string root, ManifestFile file) => Path.GetFullPath(Path.Combine(root, file.StagedPath));

    private static void Check(TaskSpec task, string root, ManifestFile file, CancellationToken cancellationToken)
    {
        var staged = Staged(root, file);
        if (!staged.StartsWith(root, StringComparison.Ordinal)) throw Wrong(task, file, "it lies outside of the task's staging folder");
        var info = new FileInfo(staged);
        if (info.LinkTarget is not null) throw Wrong(task, file, "it is a link");
        // One that is not there any more was adopted before; else the table's own code finds that it is missing.
        if (!info.Exists) return;
        if (info.Length != file.Bytes) throw Wrong(task, file, $"it has {info.Length} bytes, not {file.Bytes}");
        if (HashOf(staged, cancellationToken) is var hash && hash != file.Hash) throw Wrong(task, file, $"its content has the hash {hash}, not {file.Hash}");
    }

    private static string HashOf(string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        var hash = new XxHash128();
        Span<byte> buffer = stackalloc byte[BufferBytes];
        for (long offset = 0; RandomAccess.Read(file, buffer, offset) is var count and > 0; offset += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.Append(buffer[..count]);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static InvalidDataException Wrong(TaskSpec task, ManifestFile file, string why) =>
        new($"task {task.Task} reported the file '{file.StagedPath}', but {why}");
}
