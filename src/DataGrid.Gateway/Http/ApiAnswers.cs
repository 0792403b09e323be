using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Http;

/// <summary>JSON answers, with a tag of their content where a client may keep them.</summary>
internal static class ApiAnswers
{
    /// <summary>An answer with an entity tag: who has that content already gets 304.</summary>
    public static IResult Tagged<T>(T value) => new TaggedAnswer(JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Answers));

    /// <summary>A plain answer.</summary>
    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) => Results.Json(value, ApiJson.Answers, statusCode: status);

    /// <summary>Something was made.</summary>
    public static IResult Created<T>(HttpContext http, string location, T value)
    {
        http.Response.Headers.Location = location;
        return Json(value, StatusCodes.Status201Created);
    }

    private sealed class TaggedAnswer(byte[] body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12))}\"";
            httpContext.Response.Headers.ETag = tag;
            httpContext.Response.Headers.CacheControl = "private, no-cache";
            if (httpContext.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag.Value == "*" || known.Tag.Value == tag))
            {
                httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            httpContext.Response.ContentLength = body.Length;
            return httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
        }
    }
}
