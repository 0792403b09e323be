using System.Collections.Concurrent;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;

namespace DataGrid.Storage.Mirror;

/// <summary>
/// Copies of a remote store's files on this machine, for an engine that reads files only. A copy may hold only the pieces that were asked for, at their places in a sparse file.
/// Shared by all readers of this process and by other processes: a piece is brought once, and what is in use stays.
/// </summary>
public sealed class FileMirror
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly IObjectStore _store;
    private readonly MirrorOptions _options;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, Lazy<SemaphoreSlim>> _turns = new(StringComparer.Ordinal);
    private long _brought;

    /// <summary>Opens the mirror of a store; its folder is made when it is first needed.</summary>
    public FileMirror(IObjectStore store, MirrorOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().FirstOrDefault() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        (_store, _options, _clock) = (store, options, clock);
    }

    /// <summary>Bytes that were brought since this was made.</summary>
    public long BroughtBytes => Interlocked.Read(ref _brought);

    internal MirrorOptions Options => _options;

    /// <summary>Brings a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its length, as its table's log tells it.</param>
    /// <param name="cancellationToken">Ends the transfer; what was brought is kept.</param>
    /// <exception cref="ObjectStoreException">The store failed.</exception>
    /// <exception cref="Contracts.Errors.DataGridException">The file is not there, or has another length.</exception>
    public async Task<MirroredFile> BringAsync(ObjectPath path, long bytes, CancellationToken cancellationToken)
    {
        var file = Open(path, bytes);
        try
        {
            await file.BringAsync([new ByteRange(0, bytes)], cancellationToken).ConfigureAwait(false);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The copy of a file, with what of it is here; nothing is brought yet.</summary>
    internal MirroredFile Open(ObjectPath path, long bytes)
    {
        var entry = MirrorEntry.Of(_options.Folder, _store.Description, path, bytes);
        return new MirroredFile(this, path, entry, entry.Use(_clock));
    }

    internal async Task BringAsync(ObjectPath path, MirrorEntry entry, ByteRanges wanted, CancellationToken cancellationToken)
    {
        if (wanted.Without(entry.Read()).Pieces.IsEmpty && File.Exists(entry.File)) return;
        var turn = _turns.GetOrAdd(entry.Folder, static _ => new Lazy<SemaphoreSlim>(static () => new SemaphoreSlim(1, 1))).Value;
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            FileStream? alone;
            while ((alone = entry.TryFetch()) is null) await Task.Delay(LookAgain, _clock, cancellationToken).ConfigureAwait(false);
            await using (alone.ConfigureAwait(false))
            {
                var here = entry.Read();
                var missing = wanted.Without(here);
                if (missing.Pieces.IsEmpty && File.Exists(entry.File)) return;
                if (here.Pieces.IsEmpty) await CheckAsync(path, entry, cancellationToken).ConfigureAwait(false);
                await FillAsync(path, entry, missing, cancellationToken).ConfigureAwait(false);
                entry.Write(here.With(missing));
                Interlocked.Add(ref _brought, missing.Bytes);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Removes copies that were not used for longest until the rest takes no more than it may.</summary>
    internal void Trim()
    {
        if (!Directory.Exists(_options.Folder)) return;
        var entries = Directory.EnumerateDirectories(_options.Folder).SelectMany(Directory.EnumerateDirectories)
            .Select(static folder => (Folder: folder, Bytes: MirrorEntry.SizeOf(folder), Used: File.GetLastWriteTimeUtc(MirrorEntry.UseLockOf(folder))))
            .Where(static entry => entry.Bytes > 0).OrderBy(static entry => entry.Used).ToList();
        var total = entries.Sum(static entry => entry.Bytes);
        foreach (var entry in entries.TakeWhile(_ => total > _options.MaxBytes))
            if (MirrorEntry.TryRemove(entry.Folder)) total -= entry.Bytes;
    }

    private async Task CheckAsync(ObjectPath path, MirrorEntry entry, CancellationToken cancellationToken)
    {
        var found = await _store.StatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw DeltaFaults.Corrupt($"{path} is not there");
        if (found.SizeBytes != entry.Bytes) throw DeltaFaults.Corrupt($"{path} has {found.SizeBytes} bytes, but {entry.Bytes} were written");
    }

    private async Task FillAsync(ObjectPath path, MirrorEntry entry, ByteRanges missing, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(entry.File)!);
        using var copy = File.OpenHandle(entry.File, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        if (RandomAccess.GetLength(copy) != entry.Bytes) RandomAccess.SetLength(copy, entry.Bytes);
        var pieces = missing.Pieces.SelectMany(piece => Split(piece, _options.PieceBytes));
        await Parallel.ForEachAsync(pieces, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (piece, stop) =>
        {
            var content = await _store.ReadRangeAsync(path, piece.Start, (int)piece.Length, stop).ConfigureAwait(false) ?? throw DeltaFaults.Corrupt($"{path} is not there");
            if (content.Length != piece.Length) throw DeltaFaults.Corrupt($"{path} ended while it was read");
            await RandomAccess.WriteAsync(copy, content, piece.Start, stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        RandomAccess.FlushToDisk(copy);
    }

    private static IEnumerable<ByteRange> Split(ByteRange piece, int most)
    {
        for (var start = piece.Start; start < piece.End; start += most) yield return new ByteRange(start, Math.Min(piece.End, start + most));
    }
}

/// <summary>The copy of one file. It stays at least until this is disposed.</summary>
public sealed class MirroredFile : IDisposable
{
    private readonly FileMirror _mirror;
    private readonly ObjectPath _path;
    private readonly MirrorEntry _entry;
    private readonly FileStream _use;

    internal MirroredFile(FileMirror mirror, ObjectPath path, MirrorEntry entry, FileStream use) => (_mirror, _path, _entry, _use) = (mirror, path, entry, use);

    /// <summary>The copy's full name.</summary>
    public string LocalFile => _entry.File;

    /// <summary>The length of the whole file.</summary>
    public long Bytes => _entry.Bytes;

    /// <summary>How many of its bytes are here.</summary>
    public long BytesHere => _entry.Read().Bytes;

    /// <inheritdoc/>
    public void Dispose() => _use.Dispose();

    internal Task BringAsync(IEnumerable<ByteRange> pieces, CancellationToken cancellationToken) => _mirror.BringAsync(_path, _entry, ByteRanges.Of(pieces), cancellationToken);
}
