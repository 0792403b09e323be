using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Remote;

namespace DataGrid.Storage.Azure;

/// <summary>A container, one request a call. All blobs are block blobs.</summary>
internal sealed class AzureObjects(BlobContainerClient container, string prefix, AzureFaults faults, string description) : IRemoteObjects
{
    private const int PageSize = 5000;

    public string Description => description;

    public string Prefix => prefix;

    /// <summary>There is no request that deletes many without another package; so many are sent side by side.</summary>
    public int DeleteBatch => 16;

    public Task<PutOutcome> CreateAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync("create", key, async () =>
        {
            try
            {
                var options = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
                await PutAsync(key, content, options, cancellationToken).ConfigureAwait(false);
                return PutOutcome.Created;
            }
            catch (RequestFailedException fault) when (fault.Status == 412 || fault is { Status: 409, ErrorCode: "BlobAlreadyExists" })
            {
                return PutOutcome.Exists;
            }
        }, cancellationToken);

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync("write", key, () => PutAsync(key, content, new BlobUploadOptions(), cancellationToken), cancellationToken);

    public Task<IRemoteUpload> BeginUploadAsync(string key, CancellationToken cancellationToken) => Task.FromResult<IRemoteUpload>(new AzureUpload(this, key));

    public Task<byte[]?> ReadAsync(string key, long offset, int? length, string? etag, CancellationToken cancellationToken) =>
        RunAsync("read", key, async () =>
        {
            var options = new BlobDownloadOptions
            {
                Range = new HttpRange(offset, length),
                Conditions = etag is null ? null : new BlobRequestConditions { IfMatch = new ETag(etag) },
            };
            try
            {
                using var found = (await container.GetBlobClient(key).DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false)).Value;
                var content = new byte[found.Details.ContentLength];
                await found.Content.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
                return (byte[]?)content;
            }
            catch (RequestFailedException fault) when (IsMissing(fault))
            {
                return null;
            }
            catch (RequestFailedException fault) when (fault.Status == 416)
            {
                return [];
            }
        }, cancellationToken);

    public Task<RemoteObject?> StatAsync(string key, CancellationToken cancellationToken) =>
        RunAsync("look at", key, async () =>
        {
            try
            {
                var found = (await container.GetBlobClient(key).GetPropertiesAsync(null, cancellationToken).ConfigureAwait(false)).Value;
                return new RemoteObject(key, found.ContentLength, found.LastModified, found.ETag.ToString());
            }
            catch (RequestFailedException fault) when (IsMissing(fault))
            {
                return null;
            }
        }, cancellationToken);

    public Task<RemotePage> ListAsync(string from, bool recursive, string after, string? continuation, CancellationToken cancellationToken) =>
        RunAsync("list", from, async () =>
        {
            if (recursive)
            {
                await foreach (var page in container.GetBlobsAsync(prefix: from, cancellationToken: cancellationToken).AsPages(continuation, PageSize).ConfigureAwait(false))
                    return new RemotePage([.. page.Values.Select(Of)], Next(page.ContinuationToken));
            }
            else
            {
                await foreach (var page in container.GetBlobsByHierarchyAsync(delimiter: "/", prefix: from, cancellationToken: cancellationToken).AsPages(continuation, PageSize).ConfigureAwait(false))
                    return new RemotePage([.. page.Values.Where(static item => item.IsBlob).Select(static item => Of(item.Blob))], Next(page.ContinuationToken));
            }
            return new RemotePage([], null);
        }, cancellationToken);

    public Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) =>
        RunAsync("delete", key, async () =>
        {
            try
            {
                await container.GetBlobClient(key).DeleteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException fault) when (IsMissing(fault))
            {
                return false;
            }
        }, cancellationToken);

    public Task DeleteManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => Task.WhenAll(keys.Select(key => DeleteAsync(key, cancellationToken)));

    /// <summary>Azure itself drops blocks that were never made a blob, after a week; nobody else can.</summary>
    public Task<int> DeleteUnfinishedAsync(string from, DateTimeOffset begunBefore, CancellationToken cancellationToken) => Task.FromResult(0);

    public void Dispose() { }

    /// <summary>Runs a request and lets out only <see cref="ObjectStoreException"/>, or the cancel that was asked for.</summary>
    internal async Task<T> RunAsync<T>(string verb, string key, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RequestFailedException or AuthenticationFailedException or AggregateException or HttpRequestException or IOException or TimeoutException or OperationCanceledException && fault is not ObjectStoreException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw faults.From(fault, verb, key);
        }
    }

    // The SDK reports an empty marker where there is no next page.
    private static string? Next(string? token) => string.IsNullOrEmpty(token) ? null : token;

    private static RemoteObject Of(BlobItem item) => new(item.Name, item.Properties.ContentLength ?? 0, item.Properties.LastModified ?? DateTimeOffset.MinValue, item.Properties.ETag?.ToString());

    private static bool IsMissing(RequestFailedException fault) => fault.Status == 404 && fault.ErrorCode != "ContainerNotFound";

    private async Task<bool> PutAsync(string key, ReadOnlyMemory<byte> content, BlobUploadOptions options, CancellationToken cancellationToken)
    {
        using var stream = MemoryMarshal.TryGetArray(content, out var array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : new MemoryStream(content.ToArray());
        await container.GetBlockBlobClient(key).UploadAsync(stream, options, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private sealed class AzureUpload(AzureObjects owner, string key) : IRemoteUpload
    {
        // Blocks of two uploads of one name must not be taken for each other's.
        private readonly string _id = Guid.NewGuid().ToString("N");
        private int _parts;

        private BlockBlobClient Blob => owner.Container.GetBlockBlobClient(key);

        public Task PutPartAsync(int number, Stream content, CancellationToken cancellationToken) => owner.RunAsync("upload", key, async () =>
        {
            await Blob.StageBlockAsync(BlockId(number), content, null, cancellationToken).ConfigureAwait(false);
            for (var seen = _parts; seen < number; seen = _parts) Interlocked.CompareExchange(ref _parts, number, seen);
            return true;
        }, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken) => owner.RunAsync("upload", key, () =>
            Blob.CommitBlockListAsync(Enumerable.Range(1, _parts).Select(BlockId), new CommitBlockListOptions(), cancellationToken), cancellationToken);

        public Task AbortAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        private string BlockId(int number) => Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_id}{number:D6}")));
    }

    private BlobContainerClient Container => container;
}
