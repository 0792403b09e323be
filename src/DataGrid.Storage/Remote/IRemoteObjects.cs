using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Remote;

/// <summary>
/// What a vendor's service can do, one request a call. Nothing here repeats anything: <see cref="RemoteObjectStore"/> does, where it is allowed.
/// Every fault is thrown as <see cref="ObjectStoreException"/> and names the store and the key, never a credential; a cancelled call throws <see cref="OperationCanceledException"/>.
/// </summary>
public interface IRemoteObjects : IDisposable
{
    /// <summary>What messages call this store, without secrets: <c>s3://bucket/prefix</c>.</summary>
    string Description { get; }

    /// <summary>What stands before every key; empty or ending with a slash.</summary>
    string Prefix { get; }

    /// <summary>Creates the object unless one is there, with exactly one request.</summary>
    Task<PutOutcome> CreateAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Creates or replaces the object.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Begins an upload in parts.</summary>
    Task<IRemoteUpload> BeginUploadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Bytes of the object; <c>null</c> when there is none. Beyond its end there are none.</summary>
    /// <param name="key">The object.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="length">How many; <c>null</c> for all that follow. Never zero.</param>
    /// <param name="etag">The content that is meant; another one is a fault of the kind <see cref="StoreFault.NotFound"/>. <c>null</c> for whatever is there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<byte[]?> ReadAsync(string key, long offset, int? length, string? etag, CancellationToken cancellationToken);

    /// <summary>Size, age and tag; <c>null</c> when there is no object.</summary>
    Task<RemoteObject?> StatAsync(string key, CancellationToken cancellationToken);

    /// <summary>One page of the objects whose keys begin with a prefix, in the order of keys.</summary>
    /// <param name="prefix">How keys begin.</param>
    /// <param name="recursive">Whether keys with a slash after the prefix are meant too.</param>
    /// <param name="after">Only keys after this one; a store that cannot do so lists all. Empty for all.</param>
    /// <param name="continuation">What the page before said; <c>null</c> for the first.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<RemotePage> ListAsync(string prefix, bool recursive, string after, string? continuation, CancellationToken cancellationToken);

    /// <summary>Deletes the object; <c>false</c> when there was none.</summary>
    Task<bool> DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>How many keys <see cref="DeleteManyAsync"/> takes.</summary>
    int DeleteBatch { get; }

    /// <summary>Deletes objects, whether they are there or not.</summary>
    Task DeleteManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Gives up uploads in parts that were begun before a time and never finished. Answers how many.</summary>
    Task<int> DeleteUnfinishedAsync(string prefix, DateTimeOffset begunBefore, CancellationToken cancellationToken);
}

/// <summary>An upload in parts. Nothing of it can be seen before it is completed.</summary>
public interface IRemoteUpload
{
    /// <summary>Sends a part. Parts may be sent in any order and again.</summary>
    /// <param name="number">The part's number, from 1 without gaps.</param>
    /// <param name="content">Its bytes, read from the start.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task PutPartAsync(int number, Stream content, CancellationToken cancellationToken);

    /// <summary>Makes the parts the object.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Gives the upload up.</summary>
    Task AbortAsync(CancellationToken cancellationToken);
}

/// <summary>An object as a service tells of it.</summary>
/// <param name="Key">The key, prefix and all.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="LastModified">When it was written, by the service's clock.</param>
/// <param name="ETag">The tag of its content.</param>
public sealed record RemoteObject(string Key, long Bytes, DateTimeOffset LastModified, string? ETag);

/// <summary>A page of a list.</summary>
/// <param name="Objects">The objects.</param>
/// <param name="Continuation">What to ask for the next page with; <c>null</c> when this is the last.</param>
public sealed record RemotePage(IReadOnlyList<RemoteObject> Objects, string? Continuation);
