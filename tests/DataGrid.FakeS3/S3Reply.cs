using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace DataGrid.FakeS3;

/// <summary>A reply.</summary>
internal sealed record S3Reply(int Status, byte[] Body)
{
    private static readonly XNamespace Space = "http://s3.amazonaws.com/doc/2006-03-01/";

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The length that is told though no body follows (HEAD).</summary>
    public long? ToldLength { get; init; }

    public static S3Reply Empty(int status = 200) => new(status, []);

    public static S3Reply Xml(string root, params object[] content) => new(200, Encoding.UTF8.GetBytes(new XDocument(new XElement(Space + root, content)).ToString()))
    {
        Headers = { ["Content-Type"] = "application/xml" },
    };

    public static S3Reply Refusal(int status, string code, string key) =>
        new(status, Encoding.UTF8.GetBytes(new XElement("Error", new XElement("Code", code), new XElement("Message", $"The request was refused: {code}"), new XElement("Key", key), new XElement("RequestId", "FAKE1")).ToString()))
        {
            Headers = { ["Content-Type"] = "application/xml" },
        };

    public static XElement Element(string name, params object[] content) => new(Space + name, content);

    public S3Reply With(FakeObject found)
    {
        Headers["ETag"] = found.ETag;
        Headers["Last-Modified"] = found.Written.ToString("R", CultureInfo.InvariantCulture);
        Headers["Accept-Ranges"] = "bytes";
        return this;
    }

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.Headers["x-amz-request-id"] = "FAKE1";
        foreach (var (name, value) in Headers) response.Headers[name] = value;
        response.ContentLength = Status is 204 or 304 ? null : ToldLength ?? Body.Length;
        if (response.HttpContext.Request.Method != "HEAD" && Body.Length > 0) await response.Body.WriteAsync(Body);
    }
}
