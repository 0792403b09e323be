namespace DataGrid.Contracts.Storage;

/// <summary>
/// Where tables live: a folder, Azure Blob Storage or S3. Every implementation passes the same conformance suite. What a caller may rely on:
/// <list type="bullet">
/// <item>An object appears whole or not at all; nobody ever reads half of one.</item>
/// <item>When a call that writes returns, the object survives a power cut.</item>
/// <item>Reads and lists see every write that was acknowledged before they began.</item>
/// <item>Of any number of racing <see cref="PutIfAbsentAsync"/> for one path, exactly one answers <see cref="PutOutcome.Created"/>.</item>
/// </list>
/// Faults are thrown as <see cref="ObjectStoreException"/>; only what a caller expects is a value.
/// </summary>
public interface IObjectStore
{
    /// <summary>What messages call this store, without secrets: <c>folder data/tables</c>, <c>container https://…</c>.</summary>
    string Description { get; }

    /// <summary>
    /// Creates the object unless one is there. The store never repeats this call by itself: a repeated success would look like a loss.
    /// <see cref="PutOutcome.Unknown"/> says that the request may or may not have been applied; reading the path settles it.
    /// </summary>
    Task<PutOutcome> PutIfAbsentAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Creates the object or replaces it whole. Repeating it is harmless.</summary>
    Task PutAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a finished local file the object at <paramref name="path"/>, durably: a folder store renames it (both on one volume), others upload it and then delete it.
    /// Idempotent: when the file is gone and the object is there, it was adopted before. Replaces an object of the same path.
    /// </summary>
    /// <exception cref="ObjectStoreException">Neither the file nor the object exists (<see cref="StoreFault.NotFound"/>), or the store failed.</exception>
    Task<ObjectEntry> AdoptAsync(string localFile, ObjectPath path, CancellationToken cancellationToken);

    /// <summary>The whole object; <c>null</c> when there is none. For objects that fit in memory (log entries, cursors), at most 1 GiB.</summary>
    Task<byte[]?> ReadAsync(ObjectPath path, CancellationToken cancellationToken);

    /// <summary>At most <paramref name="length"/> bytes from <paramref name="offset"/>; fewer only at the end of the object. <c>null</c> when there is no object.</summary>
    Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, CancellationToken cancellationToken);

    /// <summary>A stream over the object from its start, for objects of any size; <c>null</c> when there is none. The caller disposes it.</summary>
    Task<Stream?> OpenReadAsync(ObjectPath path, CancellationToken cancellationToken);

    /// <summary>Size and age of the object; <c>null</c> when there is none.</summary>
    Task<ObjectEntry?> StatAsync(ObjectPath path, CancellationToken cancellationToken);

    /// <summary>The objects below a folder in ordinal order of their paths; nothing when there is no such folder. Unfinished writes are never listed.</summary>
    IAsyncEnumerable<ObjectEntry> ListAsync(ObjectPath folder, ListScope scope, CancellationToken cancellationToken);

    /// <summary>Deletes the object; <c>false</c> when there was none. The one write that a power cut may undo.</summary>
    Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken);

    /// <summary>Deletes objects, many in one request where the store can; those that are not there are passed over. Repeating it is harmless.</summary>
    async Task DeleteManyAsync(IReadOnlyList<ObjectPath> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        foreach (var path in paths) await DeleteAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes what writers that died left unfinished below a folder and that no list shows (temporary files, open uploads). Answers how many.</summary>
    Task<int> DeleteUnfinishedAsync(ObjectPath folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken);

    /// <summary>
    /// The full name of the file behind <paramref name="path"/> when this store is a folder of this machine, so that the engine reads and writes in place; <c>null</c> otherwise.
    /// Whether the file exists is not checked. A file written there is data only after <see cref="AdoptAsync"/> of that very name has made it durable.
    /// </summary>
    string? LocalPath(ObjectPath path);
}

/// <summary>How <see cref="IObjectStore.PutIfAbsentAsync"/> ended.</summary>
public enum PutOutcome
{
    /// <summary>This call created the object; it is durable.</summary>
    Created,

    /// <summary>An object was there already; nothing was changed.</summary>
    Exists,

    /// <summary>The reply was lost (timeout, 5xx): the object may or may not have been created by this call.</summary>
    Unknown,
}

/// <summary>Which part of a folder to list.</summary>
/// <param name="StartAt">Only objects whose path relative to the folder is equal to this or after it in ordinal order; empty for all.</param>
/// <param name="Recursive">Whether objects in folders below are listed as well.</param>
public sealed record ListScope(string StartAt, bool Recursive)
{
    /// <summary>Everything directly in the folder.</summary>
    public static ListScope Folder { get; } = new("", Recursive: false);

    /// <summary>Everything below the folder.</summary>
    public static ListScope Tree { get; } = new("", Recursive: true);
}

/// <summary>One object as a store lists it.</summary>
/// <param name="Path">Its path.</param>
/// <param name="SizeBytes">Its length in bytes.</param>
/// <param name="LastModified">When it was last written, by the store's clock.</param>
/// <param name="ETag">The store's tag of this very content; <c>null</c> where the store has none (a folder).</param>
public sealed record ObjectEntry(ObjectPath Path, long SizeBytes, DateTimeOffset LastModified, string? ETag);
