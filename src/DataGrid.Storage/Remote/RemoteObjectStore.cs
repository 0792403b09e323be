using System.Runtime.CompilerServices;
using System.Text;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Remote;

/// <summary>
/// An object store that is reached over the network. Invariants: a put-if-absent is one request, and what its reply does not tell is answered as unknown; everything else may be repeated,
/// and is, within limits; a file is uploaded whole or is not seen.
/// </summary>
public sealed class RemoteObjectStore : IObjectStore, IDisposable
{
    private const int MostParts = 10_000;

    private readonly IRemoteObjects _objects;
    private readonly RemoteStoreOptions _options;
    private readonly RemoteRetries _retries;

    /// <summary>Wraps a service.</summary>
    /// <param name="objects">The service; disposed with this.</param>
    /// <param name="options">Limits.</param>
    /// <param name="clock">Time.</param>
    public RemoteObjectStore(IRemoteObjects objects, RemoteStoreOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(objects);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().FirstOrDefault() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        (_objects, _options, _retries) = (objects, options, new RemoteRetries(options, clock, Random.Shared));
    }

    /// <inheritdoc/>
    public string Description => _objects.Description;

    /// <inheritdoc/>
    public async Task<PutOutcome> PutIfAbsentAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            return await _retries.OnceAsync(What("create", path), stop => _objects.CreateAsync(KeyOf(path), content, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException fault) when (fault.IsTransient)
        {
            // A request that failed may have been applied before it did.
            return PutOutcome.Unknown;
        }
    }

    /// <inheritdoc/>
    public Task PutAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        _retries.RunAsync(What("write", path), async stop =>
        {
            await _objects.PutAsync(KeyOf(path), content, stop).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public async Task<ObjectEntry> AdoptAsync(string localFile, ObjectPath path, CancellationToken cancellationToken)
    {
        if (!File.Exists(localFile))
            return await StatAsync(path, cancellationToken).ConfigureAwait(false)
                ?? throw new ObjectStoreException(StoreFault.NotFound, $"Could not adopt '{localFile}' as '{path}' in {Description}: neither the file nor the object is there.", null);
        var length = new FileInfo(localFile).Length;
        if (length <= _options.PartBytes) await PutAsync(path, await File.ReadAllBytesAsync(localFile, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        else await UploadAsync(localFile, length, path, cancellationToken).ConfigureAwait(false);

        var stored = await StatAsync(path, cancellationToken).ConfigureAwait(false);
        if (stored?.SizeBytes != length)
            throw new ObjectStoreException(StoreFault.Unavailable, $"'{path}' in {Description} has {stored?.SizeBytes.ToString() ?? "no"} bytes after {length} were uploaded: something else writes there.", null);
        File.Delete(localFile);
        return stored;
    }

    /// <inheritdoc/>
    public Task<byte[]?> ReadAsync(ObjectPath path, CancellationToken cancellationToken) =>
        _retries.RunAsync(What("read", path), stop => _objects.ReadAsync(KeyOf(path), 0, null, null, stop), cancellationToken);

    /// <inheritdoc/>
    public async Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        // A service takes an empty range for the whole object.
        if (length == 0) return await StatAsync(path, cancellationToken).ConfigureAwait(false) is null ? null : [];
        return await ReadRangeAsync(path, offset, length, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="ReadRangeAsync(ObjectPath, long, int, CancellationToken)"/>, of one content only.</summary>
    /// <exception cref="ObjectStoreException">Another content is there now.</exception>
    internal Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, string? etag, CancellationToken cancellationToken) =>
        _retries.RunAsync(What("read", path), stop => _objects.ReadAsync(KeyOf(path), offset, length, etag, stop), cancellationToken);

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(ObjectPath path, CancellationToken cancellationToken) =>
        await StatAsync(path, cancellationToken).ConfigureAwait(false) is { } entry ? new RemoteStream(this, entry, _options.ReadBytes) : null;

    /// <inheritdoc/>
    public async Task<ObjectEntry?> StatAsync(ObjectPath path, CancellationToken cancellationToken) =>
        await _retries.RunAsync(What("look at", path), stop => _objects.StatAsync(KeyOf(path), stop), cancellationToken).ConfigureAwait(false) is { } found
            ? new ObjectEntry(path, found.Bytes, found.LastModified, found.ETag)
            : null;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectEntry> ListAsync(ObjectPath folder, ListScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var prefix = $"{KeyOf(folder)}/";
        // Services list what comes after a key, not from it on: the start is widened a little and what is too early left out here.
        var after = scope.StartAt.Length > 1 ? prefix + scope.StartAt[..^1] : "";
        string? continuation = null;
        do
        {
            var from = continuation;
            var page = await _retries.RunAsync(What("list", folder), stop => _objects.ListAsync(prefix, scope.Recursive, after, from, stop), cancellationToken).ConfigureAwait(false);
            foreach (var found in page.Objects)
            {
                if (string.CompareOrdinal(found.Key, prefix.Length, scope.StartAt, 0, int.MaxValue) < 0) continue;
                // What has another kind of name was not written through a store; it is not ours to show or delete.
                if (ObjectPath.TryParse(found.Key[_objects.Prefix.Length..], out var path, out _)) yield return new ObjectEntry(path, found.Bytes, found.LastModified, found.ETag);
            }
            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken) =>
        _retries.RunAsync(What("delete", path), stop => _objects.DeleteAsync(KeyOf(path), stop), cancellationToken);

    /// <inheritdoc/>
    public async Task DeleteManyAsync(IReadOnlyList<ObjectPath> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (var batch in paths.Chunk(_objects.DeleteBatch))
            await _retries.RunAsync(What("delete", batch[0]), async stop =>
            {
                await _objects.DeleteManyAsync([.. batch.Select(KeyOf)], stop).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<int> DeleteUnfinishedAsync(ObjectPath folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken) =>
        _retries.RunAsync(What("clean", folder), stop => _objects.DeleteUnfinishedAsync($"{KeyOf(folder)}/", writtenBefore, stop), cancellationToken);

    /// <inheritdoc/>
    public string? LocalPath(ObjectPath path) => null;

    /// <inheritdoc/>
    public void Dispose() => _objects.Dispose();

    private string What(string verb, ObjectPath path) => $"{verb} '{path}' in {Description}";

    private string KeyOf(ObjectPath path)
    {
        var key = _objects.Prefix + path.Value;
        if (path.Value.Length == 0) throw new ArgumentException("A path is empty.", nameof(path));
        return Encoding.UTF8.GetByteCount(key) <= ObjectPath.MaximumLengthBytes
            ? key
            : throw new ObjectStoreException(StoreFault.Unsupported, $"The key '{key}' in {Description} is longer than {ObjectPath.MaximumLengthBytes} bytes.", null) { Help = "shorten the root's prefix, the dataset's name or the partition's values" };
    }

    private async Task UploadAsync(string file, long length, ObjectPath path, CancellationToken cancellationToken)
    {
        var key = KeyOf(path);
        var part = Math.Max(_options.PartBytes, (length + MostParts - 1) / MostParts);
        var upload = await _retries.RunAsync(What("upload", path), stop => _objects.BeginUploadAsync(key, stop), cancellationToken).ConfigureAwait(false);
        try
        {
            var parts = Enumerable.Range(1, (int)((length + part - 1) / part));
            await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken }, async (number, stop) =>
            {
                await _retries.RunAsync(What("upload", path), async once =>
                {
                    var content = new FileSlice(file, (number - 1) * part, Math.Min(part, length - (number - 1) * part));
                    await using (content.ConfigureAwait(false)) await upload.PutPartAsync(number, content, once).ConfigureAwait(false);
                    return true;
                }, stop).ConfigureAwait(false);
            }).ConfigureAwait(false);
            await CompleteAsync(upload, path, length, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await AbortAsync(upload).ConfigureAwait(false);
            throw;
        }
    }

    // A completion whose reply was lost has ended the upload: asked for again, the service knows of none. Then what stands there tells.
    private Task<bool> CompleteAsync(IRemoteUpload upload, ObjectPath path, long length, CancellationToken cancellationToken) =>
        _retries.RunAsync(What("upload", path), async stop =>
        {
            try
            {
                await upload.CompleteAsync(stop).ConfigureAwait(false);
            }
            catch (ObjectStoreException fault) when (fault.Fault == StoreFault.NotFound)
            {
                if ((await _objects.StatAsync(KeyOf(path), stop).ConfigureAwait(false))?.Bytes != length) throw;
            }
            return true;
        }, cancellationToken);

    private static async Task AbortAsync(IRemoteUpload upload)
    {
        try
        {
            await upload.AbortAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ObjectStoreException or OperationCanceledException)
        {
            // Clean-up takes what is left of it.
        }
    }
}
