using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Tests.Support;

/// <summary>What a faulty store does with one call.</summary>
internal enum Fault
{
    None,
    /// <summary>Nothing is applied, and the call throws.</summary>
    Fails,
    /// <summary>It is applied, but the caller does not learn of it.</summary>
    ReplyLost,
    /// <summary>Nothing is applied, and the caller does not learn of that either.</summary>
    RequestLost,
}

/// <summary>A store that fails as it is told to, call by call.</summary>
/// <param name="inner">The store behind it.</param>
/// <param name="decide">Given the operation, the path and the number of the call (from 0), what happens.</param>
internal sealed class FaultyStore(IObjectStore inner, Func<string, ObjectPath, int, Fault> decide) : IObjectStore
{
    private int _calls = -1;

    public int Calls => _calls + 1;

    public string Description => $"faulty {inner.Description}";

    public async Task<PutOutcome> PutIfAbsentAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        switch (Decide("put-if-absent", path))
        {
            case Fault.Fails: throw Down();
            case Fault.RequestLost: return PutOutcome.Unknown;
            case Fault.ReplyLost:
                await inner.PutIfAbsentAsync(path, content, cancellationToken);
                return PutOutcome.Unknown;
            default: return await inner.PutIfAbsentAsync(path, content, cancellationToken);
        }
    }

    public Task PutAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Do("put", path, async () =>
        {
            await inner.PutAsync(path, content, cancellationToken);
            return true;
        });

    public Task<ObjectEntry> AdoptAsync(string localFile, ObjectPath path, CancellationToken cancellationToken) => Do("adopt", path, () => inner.AdoptAsync(localFile, path, cancellationToken));

    public Task<byte[]?> ReadAsync(ObjectPath path, CancellationToken cancellationToken) => Do("read", path, () => inner.ReadAsync(path, cancellationToken));

    public Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, CancellationToken cancellationToken) =>
        Do("read", path, () => inner.ReadRangeAsync(path, offset, length, cancellationToken));

    public Task<Stream?> OpenReadAsync(ObjectPath path, CancellationToken cancellationToken) => Do("read", path, () => inner.OpenReadAsync(path, cancellationToken));

    public Task<ObjectEntry?> StatAsync(ObjectPath path, CancellationToken cancellationToken) => Do("stat", path, () => inner.StatAsync(path, cancellationToken));

    public IAsyncEnumerable<ObjectEntry> ListAsync(ObjectPath folder, ListScope scope, CancellationToken cancellationToken) =>
        Decide("list", folder) == Fault.None ? inner.ListAsync(folder, scope, cancellationToken) : throw Down();

    public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken) => Do("delete", path, () => inner.DeleteAsync(path, cancellationToken));

    public Task<int> DeleteUnfinishedAsync(ObjectPath folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken) => inner.DeleteUnfinishedAsync(folder, writtenBefore, cancellationToken);

    public string? LocalPath(ObjectPath path) => inner.LocalPath(path);

    private async Task<T> Do<T>(string operation, ObjectPath path, Func<Task<T>> work)
    {
        var fault = Decide(operation, path);
        if (fault is Fault.Fails or Fault.RequestLost) throw Down();
        var result = await work();
        return fault == Fault.ReplyLost ? throw Down() : result;
    }

    private Fault Decide(string operation, ObjectPath path) => decide(operation, path, Interlocked.Increment(ref _calls));

    private static ObjectStoreException Down() => new(StoreFault.Unavailable, "The store does not answer (as the test wants it).", null);
}
