using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DataGrid.FakeS3;

/// <summary>What a request asks for.</summary>
internal sealed record S3Call(string Operation, string Bucket, string Key)
{
    public static S3Call Of(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0].TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = Uri.UnescapeDataString(slash < 0 ? path : path[..slash]);
        var key = slash < 0 ? "" : Uri.UnescapeDataString(path[(slash + 1)..]);
        return new S3Call(OperationOf(request, key), bucket, key);
    }

    private static string OperationOf(HttpRequest request, string key)
    {
        var query = request.Query;
        return (request.Method, key.Length > 0) switch
        {
            ("GET", false) => query.ContainsKey("uploads") ? "ListMultipartUploads" : "ListObjectsV2",
            ("POST", false) => "DeleteObjects",
            ("PUT", true) => query.ContainsKey("partNumber") ? "UploadPart" : "PutObject",
            ("POST", true) => query.ContainsKey("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload",
            ("DELETE", true) => query.ContainsKey("uploadId") ? "AbortMultipartUpload" : "DeleteObject",
            ("GET", true) => "GetObject",
            ("HEAD", true) => "HeadObject",
            _ => "Unknown",
        };
    }
}
