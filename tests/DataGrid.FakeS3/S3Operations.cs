using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace DataGrid.FakeS3;

/// <summary>What each operation does and answers.</summary>
internal static class S3Operations
{
    public static S3Reply Run(FakeBucket bucket, S3Call call, HttpRequest request, byte[] body, int pageSize) => call.Operation switch
    {
        "PutObject" => Tagged(bucket.Put(call.Key, body, request.Headers.IfNoneMatch == "*").ETag),
        "GetObject" => Get(bucket, call, request),
        "HeadObject" => Head(bucket, call),
        "DeleteObject" => Deleted(bucket, call.Key),
        "DeleteObjects" => DeleteMany(bucket, body),
        "ListObjectsV2" => List(bucket, request, pageSize),
        "CreateMultipartUpload" => S3Reply.Xml("InitiateMultipartUploadResult", S3Reply.Element("Bucket", call.Bucket), S3Reply.Element("Key", call.Key), S3Reply.Element("UploadId", bucket.Begin(call.Key))),
        "UploadPart" => Tagged(bucket.PutPart(call.Key, Query(request, "uploadId"), int.Parse(Query(request, "partNumber"), CultureInfo.InvariantCulture), body)),
        "CompleteMultipartUpload" => Complete(bucket, call, request, body),
        "AbortMultipartUpload" => Abort(bucket, call, request),
        "ListMultipartUploads" => Uploads(bucket, request),
        _ => throw new S3RefusedException(501, "NotImplemented"),
    };

    private static string Query(HttpRequest request, string name) => request.Query[name].ToString();

    private static S3Reply Tagged(string etag)
    {
        var reply = S3Reply.Empty();
        reply.Headers["ETag"] = etag;
        return reply;
    }

    private static S3Reply Get(FakeBucket bucket, S3Call call, HttpRequest request)
    {
        var found = bucket.Find(call.Key) ?? throw new S3RefusedException(404, "NoSuchKey");
        if (request.Headers.IfMatch.ToString() is { Length: > 0 } tag && tag != found.ETag) throw new S3RefusedException(412, "PreconditionFailed");
        if (request.Headers.Range.ToString() is not { Length: > 0 } range) return new S3Reply(200, found.Content).With(found);
        var ends = range["bytes=".Length..].Split('-');
        var first = long.Parse(ends[0], CultureInfo.InvariantCulture);
        var last = ends[1].Length == 0 ? long.MaxValue : long.Parse(ends[1], CultureInfo.InvariantCulture);
        if (first >= found.Content.Length) throw new S3RefusedException(416, "InvalidRange");
        last = Math.Min(last, found.Content.Length - 1);
        var reply = new S3Reply(206, found.Content[(int)first..(int)(last + 1)]).With(found);
        reply.Headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{found.Content.Length}");
        return reply;
    }

    private static S3Reply Head(FakeBucket bucket, S3Call call)
    {
        var found = bucket.Find(call.Key) ?? throw new S3RefusedException(404, "NoSuchKey");
        return new S3Reply(200, []) { ToldLength = found.Content.Length }.With(found);
    }

    private static S3Reply Deleted(FakeBucket bucket, string key)
    {
        bucket.Delete(key);
        return S3Reply.Empty(204);
    }

    private static S3Reply DeleteMany(FakeBucket bucket, byte[] body)
    {
        var keys = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(static element => element.Name.LocalName == "Key").Select(static element => element.Value).ToList();
        if (keys.Count is 0 or > 1000) throw new S3RefusedException(400, "MalformedXML");
        keys.ForEach(bucket.Delete);
        return S3Reply.Xml("DeleteResult");
    }

    private static S3Reply List(FakeBucket bucket, HttpRequest request, int pageSize)
    {
        var (prefix, delimiter) = (Query(request, "prefix"), Query(request, "delimiter"));
        var after = Query(request, "continuation-token") is { Length: > 0 } token ? Encoding.UTF8.GetString(Convert.FromBase64String(token)) : Query(request, "start-after");
        var inUrl = Query(request, "encoding-type") == "url";
        var page = new List<XElement>();
        var folders = new HashSet<string>(StringComparer.Ordinal);
        var last = "";
        var isTruncated = false;
        foreach (var found in bucket.Objects.Where(found => found.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(found.Key, after) > 0))
        {
            var end = delimiter.Length == 0 ? -1 : found.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var folder = end < 0 ? null : found.Key[..(end + delimiter.Length)];
            if (folder is not null && (folders.Contains(folder) || string.CompareOrdinal(folder, after) <= 0 && after.StartsWith(folder, StringComparison.Ordinal))) continue;
            if (page.Count + folders.Count == pageSize)
            {
                isTruncated = true;
                break;
            }
            if (folder is not null) folders.Add(folder);
            else page.Add(Contents(found, inUrl));
            last = folder is null ? found.Key : folder + char.MaxValue;
        }
        var content = page.Concat(folders.Select(folder => S3Reply.Element("CommonPrefixes", S3Reply.Element("Prefix", folder))));
        return S3Reply.Xml("ListBucketResult", S3Reply.Element("IsTruncated", isTruncated ? "true" : "false"), S3Reply.Element("KeyCount", page.Count + folders.Count), content,
            isTruncated ? S3Reply.Element("NextContinuationToken", Convert.ToBase64String(Encoding.UTF8.GetBytes(last))) : new XElement("Prefix", prefix));
    }

    private static XElement Contents(FakeObject found, bool inUrl) => S3Reply.Element("Contents",
        S3Reply.Element("Key", inUrl ? Uri.EscapeDataString(found.Key) : found.Key),
        S3Reply.Element("LastModified", found.Written.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        S3Reply.Element("ETag", found.ETag),
        S3Reply.Element("Size", found.Content.Length));

    private static S3Reply Complete(FakeBucket bucket, S3Call call, HttpRequest request, byte[] body)
    {
        var parts = XDocument.Parse(Encoding.UTF8.GetString(body)).Descendants().Where(static element => element.Name.LocalName == "Part")
            .Select(static part => (int.Parse(part.Elements().First(static e => e.Name.LocalName == "PartNumber").Value, CultureInfo.InvariantCulture), part.Elements().First(static e => e.Name.LocalName == "ETag").Value)).ToList();
        var made = bucket.Complete(call.Key, Query(request, "uploadId"), parts);
        return S3Reply.Xml("CompleteMultipartUploadResult", S3Reply.Element("Bucket", call.Bucket), S3Reply.Element("Key", call.Key), S3Reply.Element("ETag", made.ETag));
    }

    private static S3Reply Abort(FakeBucket bucket, S3Call call, HttpRequest request)
    {
        bucket.Abort(call.Key, Query(request, "uploadId"));
        return S3Reply.Empty(204);
    }

    private static S3Reply Uploads(FakeBucket bucket, HttpRequest request) => S3Reply.Xml("ListMultipartUploadsResult", S3Reply.Element("IsTruncated", "false"),
        bucket.Uploads(Query(request, "prefix")).Select(static upload => S3Reply.Element("Upload", S3Reply.Element("Key", upload.Key), S3Reply.Element("UploadId", upload.Id),
            S3Reply.Element("Initiated", upload.Begun.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)))));
}
