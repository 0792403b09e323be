using System.Net;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Remote;

namespace DataGrid.Storage.S3;

/// <summary>A bucket, one request a call.</summary>
internal sealed class S3Objects(AmazonS3Client client, S3StoreOptions options, string prefix, S3Faults faults, string description) : IRemoteObjects
{
    public string Description => description;

    public string Prefix => prefix;

    /// <summary>The most that S3 takes.</summary>
    public int DeleteBatch => 1000;

    public Task<PutOutcome> CreateAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync("create", key, async () =>
        {
            try
            {
                await client.PutObjectAsync(Put(key, content, "*"), cancellationToken).ConfigureAwait(false);
                return PutOutcome.Created;
            }
            catch (AmazonS3Exception fault) when (fault.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return PutOutcome.Exists;
            }
            catch (AmazonS3Exception fault) when (fault.StatusCode == HttpStatusCode.Conflict)
            {
                // Another write of this key is under way, and may yet fail: what is there in the end tells.
                return PutOutcome.Unknown;
            }
        }, cancellationToken);

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync("write", key, () => client.PutObjectAsync(Put(key, content, null), cancellationToken), cancellationToken);

    public Task<IRemoteUpload> BeginUploadAsync(string key, CancellationToken cancellationToken) =>
        RunAsync<IRemoteUpload>("upload", key, async () =>
        {
            var begun = await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key }, cancellationToken).ConfigureAwait(false);
            return new S3Upload(this, key, begun.UploadId);
        }, cancellationToken);

    public Task<byte[]?> ReadAsync(string key, long offset, int? length, string? etag, CancellationToken cancellationToken) =>
        RunAsync("read", key, async () =>
        {
            var request = new GetObjectRequest { BucketName = options.Bucket, Key = key, EtagToMatch = etag };
            if (length is { } count) request.ByteRange = new ByteRange(offset, offset + count - 1);
            else if (offset > 0) request.ByteRange = new ByteRange(offset, long.MaxValue);
            try
            {
                using var response = await client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
                return (byte[]?)await ReadAllAsync(response, cancellationToken).ConfigureAwait(false);
            }
            catch (AmazonS3Exception fault) when (IsMissing(fault))
            {
                return null;
            }
            catch (AmazonS3Exception fault) when (fault.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return [];
            }
        }, cancellationToken);

    public Task<RemoteObject?> StatAsync(string key, CancellationToken cancellationToken) =>
        RunAsync("look at", key, async () =>
        {
            try
            {
                var found = await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = options.Bucket, Key = key }, cancellationToken).ConfigureAwait(false);
                return new RemoteObject(key, found.ContentLength, Utc(found.LastModified), found.ETag);
            }
            catch (AmazonS3Exception fault) when (fault.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            catch (AmazonS3Exception fault) when ((int)fault.StatusCode is >= 300 and < 500 and not 429)
            {
                // The reply to HEAD has no body, so it does not say why: the same asked with GET does.
                await ReadAsync(key, 0, 1, null, cancellationToken).ConfigureAwait(false);
                throw;
            }
        }, cancellationToken);

    public Task<RemotePage> ListAsync(string from, bool recursive, string after, string? continuation, CancellationToken cancellationToken) =>
        RunAsync("list", from, async () =>
        {
            var response = await client.ListObjectsV2Async(new ListObjectsV2Request
            {
                BucketName = options.Bucket,
                Prefix = from,
                Delimiter = recursive ? null : "/",
                StartAfter = after.Length == 0 || continuation is not null ? null : after,
                ContinuationToken = continuation,
            }, cancellationToken).ConfigureAwait(false);
            var objects = (response.S3Objects ?? []).ConvertAll(static found => new RemoteObject(found.Key, found.Size ?? 0, Utc(found.LastModified), found.ETag));
            return new RemotePage(objects, response.IsTruncated == true ? response.NextContinuationToken : null);
        }, cancellationToken);

    public async Task<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        // S3 does not say whether there was anything to delete.
        if (await StatAsync(key, cancellationToken).ConfigureAwait(false) is null) return false;
        await RunAsync("delete", key, () => client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = options.Bucket, Key = key }, cancellationToken), cancellationToken).ConfigureAwait(false);
        return true;
    }

    public Task DeleteManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        RunAsync("delete", keys[0], async () =>
        {
            try
            {
                var request = new DeleteObjectsRequest { BucketName = options.Bucket, Quiet = true, Objects = [.. keys.Select(static key => new KeyVersion { Key = key })] };
                return await client.DeleteObjectsAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (DeleteObjectsException some) when (some.Response.DeleteErrors is [{ } first, ..])
            {
                var fault = first.Code == "AccessDenied" ? StoreFault.AccessDenied : StoreFault.Unavailable;
                throw new ObjectStoreException(fault, $"Could not delete '{first.Key}' in {description} ({first.Code}).", null);
            }
        }, cancellationToken);

    public Task<int> DeleteUnfinishedAsync(string from, DateTimeOffset begunBefore, CancellationToken cancellationToken) =>
        RunAsync("clean", from, async () =>
        {
            var count = 0;
            var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = from };
            while (true)
            {
                var page = await client.ListMultipartUploadsAsync(request, cancellationToken).ConfigureAwait(false);
                foreach (var upload in (page.MultipartUploads ?? []).Where(upload => Utc(upload.Initiated) < begunBefore))
                {
                    await new S3Upload(this, upload.Key, upload.UploadId).AbortAsync(cancellationToken).ConfigureAwait(false);
                    count++;
                }
                if (page.IsTruncated != true) return count;
                (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
            }
        }, cancellationToken);

    public void Dispose() => client.Dispose();

    /// <summary>Runs a request and lets out only <see cref="ObjectStoreException"/>, or the cancel that was asked for.</summary>
    internal async Task<T> RunAsync<T>(string verb, string key, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException or OperationCanceledException && fault is not ObjectStoreException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw faults.From(fault, verb, key);
        }
    }

    private static bool IsMissing(AmazonS3Exception fault) => fault.StatusCode == HttpStatusCode.NotFound && fault.ErrorCode != "NoSuchBucket";

    private static DateTimeOffset Utc(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : DateTimeOffset.MinValue;

    private static async Task<byte[]> ReadAllAsync(GetObjectResponse response, CancellationToken cancellationToken)
    {
        var content = new byte[response.ContentLength];
        await response.ResponseStream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    }

    private PutObjectRequest Put(string key, ReadOnlyMemory<byte> content, string? ifNoneMatch) => new()
    {
        BucketName = options.Bucket,
        Key = key,
        InputStream = MemoryMarshal.TryGetArray(content, out var array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false) : new MemoryStream(content.ToArray()),
        IfNoneMatch = ifNoneMatch,
        UseChunkEncoding = !options.UsesPlainUploads,
    };

    private sealed class S3Upload(S3Objects owner, string key, string id) : IRemoteUpload
    {
        private readonly SortedDictionary<int, PartETag> _parts = [];

        public Task PutPartAsync(int number, Stream content, CancellationToken cancellationToken) => owner.RunAsync("upload", key, async () =>
        {
            var request = new UploadPartRequest
            {
                BucketName = owner.Bucket, Key = key, UploadId = id, PartNumber = number, InputStream = content, PartSize = content.Length, UseChunkEncoding = owner.UsesChunks,
            };
            var response = await owner.Client.UploadPartAsync(request, cancellationToken).ConfigureAwait(false);
            lock (_parts) _parts[number] = new PartETag(response);
            return true;
        }, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken) => owner.RunAsync("upload", key, () => owner.Client.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest { BucketName = owner.Bucket, Key = key, UploadId = id, PartETags = [.. _parts.Values] }, cancellationToken), cancellationToken);

        public Task AbortAsync(CancellationToken cancellationToken) => owner.RunAsync("give up", key, async () =>
        {
            try
            {
                await owner.Client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = owner.Bucket, Key = key, UploadId = id }, cancellationToken).ConfigureAwait(false);
            }
            catch (AmazonS3Exception gone) when (gone.StatusCode == HttpStatusCode.NotFound)
            {
                // Completed or given up already.
            }
            return true;
        }, cancellationToken);
    }

    private AmazonS3Client Client => client;

    private string Bucket => options.Bucket;

    private bool UsesChunks => !options.UsesPlainUploads;
}
