using DataGrid.Contracts.Storage;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>A store that fails where a test says so, before or after it has done what was asked.</summary>
internal sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    /// <summary>What a call throws before it does anything; null to let it pass. Gets the verb (put, create, adopt, read, stat) and the path.</summary>
    public Func<string, string, Exception?> Before { get; set; } = static (_, _) => null;

    /// <summary>What a call throws after it was applied: its reply is lost.</summary>
    public Func<string, string, Exception?> After { get; set; } = static (_, _) => null;

    public string Description => inner.Description;

    public static ObjectStoreException NoSpace(string path) => new(StoreFault.NoSpace, $"Could not write '{path}': the disk is full.", null);

    public Task<PutOutcome> PutIfAbsentAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync("create", path, () => inner.PutIfAbsentAsync(path, content, cancellationToken));

    public Task PutAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => RunAsync("put", path, async () =>
    {
        await inner.PutAsync(path, content, cancellationToken);
        return true;
    });

    public Task<ObjectEntry> AdoptAsync(string localFile, ObjectPath path, CancellationToken cancellationToken) =>
        RunAsync("adopt", path, () => inner.AdoptAsync(localFile, path, cancellationToken));

    public Task<byte[]?> ReadAsync(ObjectPath path, CancellationToken cancellationToken) => RunAsync("read", path, () => inner.ReadAsync(path, cancellationToken));

    public Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, CancellationToken cancellationToken) => inner.ReadRangeAsync(path, offset, length, cancellationToken);

    public Task<Stream?> OpenReadAsync(ObjectPath path, CancellationToken cancellationToken) => inner.OpenReadAsync(path, cancellationToken);

    public Task<ObjectEntry?> StatAsync(ObjectPath path, CancellationToken cancellationToken) =>
        RunAsync("stat", path, () => inner.StatAsync(path, cancellationToken));

    public IAsyncEnumerable<ObjectEntry> ListAsync(ObjectPath folder, ListScope scope, CancellationToken cancellationToken) => inner.ListAsync(folder, scope, cancellationToken);

    public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);

    public Task<int> DeleteUnfinishedAsync(ObjectPath folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken) => inner.DeleteUnfinishedAsync(folder, writtenBefore, cancellationToken);

    public string? LocalPath(ObjectPath path) => inner.LocalPath(path);

    private async Task<T> RunAsync<T>(string verb, ObjectPath path, Func<Task<T>> work)
    {
        if (Before(verb, path.Value) is { } early) throw early;
        var result = await work();
        return After(verb, path.Value) is { } late ? throw late : result;
    }
}
