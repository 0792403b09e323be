using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Tests.Support;

/// <summary>A store in memory for tests that need thousands of commits; it passes the same conformance suite as the real ones.</summary>
internal sealed class MemoryObjectStore(TimeProvider clock) : IObjectStore
{
    private readonly ConcurrentDictionary<ObjectPath, (byte[] Content, DateTimeOffset Written)> _objects = new();

    public string Description => "memory";

    public Task<PutOutcome> PutIfAbsentAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_objects.TryAdd(path, (content.ToArray(), clock.GetUtcNow())) ? PutOutcome.Created : PutOutcome.Exists);
    }

    public Task PutAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _objects[path] = (content.ToArray(), clock.GetUtcNow());
        return Task.CompletedTask;
    }

    public async Task<ObjectEntry> AdoptAsync(string localFile, ObjectPath path, CancellationToken cancellationToken)
    {
        if (File.Exists(localFile))
        {
            await PutAsync(path, await File.ReadAllBytesAsync(localFile, cancellationToken), cancellationToken);
            File.Delete(localFile);
        }
        return await StatAsync(path, cancellationToken)
            ?? throw new ObjectStoreException(StoreFault.NotFound, $"Neither '{localFile}' nor '{path}' exists.", null);
    }

    public Task<byte[]?> ReadAsync(ObjectPath path, CancellationToken cancellationToken) =>
        Task.FromResult(_objects.TryGetValue(path, out var found) ? found.Content.ToArray() : null);

    public Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, CancellationToken cancellationToken) =>
        Task.FromResult(_objects.TryGetValue(path, out var found) ? found.Content.Skip((int)offset).Take(length).ToArray() : null);

    public Task<Stream?> OpenReadAsync(ObjectPath path, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(_objects.TryGetValue(path, out var found) ? new MemoryStream(found.Content.ToArray(), writable: false) : null);

    public Task<ObjectEntry?> StatAsync(ObjectPath path, CancellationToken cancellationToken) =>
        Task.FromResult(_objects.TryGetValue(path, out var found) ? new ObjectEntry(path, found.Content.Length, found.Written, null) : null);

    public async IAsyncEnumerable<ObjectEntry> ListAsync(ObjectPath folder, ListScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var found = from one in _objects
                    where one.Key.IsBelow(folder)
                    let relative = one.Key.RelativeTo(folder)
                    where string.CompareOrdinal(relative, scope.StartAt) >= 0 && (scope.Recursive || !relative.Contains('/', StringComparison.Ordinal))
                    orderby one.Key
                    select new ObjectEntry(one.Key, one.Value.Content.Length, one.Value.Written, null);
        foreach (var entry in found.ToList()) yield return entry;
    }

    public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken) => Task.FromResult(_objects.TryRemove(path, out _));

    public Task<int> DeleteUnfinishedAsync(ObjectPath folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken) => Task.FromResult(0);

    public string? LocalPath(ObjectPath path) => null;
}
