using System.Net;
using System.Text;

namespace DataGrid.Client.Tests;

/// <summary>Servers that answer what a test says, one request after the other.</summary>
internal sealed class ScriptedHandler(params Func<HttpRequestMessage, HttpResponseMessage>[] script) : HttpMessageHandler
{
    /// <summary>What was asked: method, address, and the idempotency key.</summary>
    public List<(string Asked, string? Key)> Requests { get; } = [];

    /// <summary>A server that cannot be reached: the request never left.</summary>
    public static HttpResponseMessage Refuse(HttpRequestMessage request) => throw new HttpRequestException(HttpRequestError.ConnectionError, $"nobody listens at {request.RequestUri!.Authority}");

    /// <summary>A server that dies while it has the request.</summary>
    public static HttpResponseMessage Die(HttpRequestMessage request) => throw new HttpRequestException(HttpRequestError.ResponseEnded, "the response ended");

    /// <summary>An answer.</summary>
    public static Func<HttpRequestMessage, HttpResponseMessage> Say(string body, HttpStatusCode status = HttpStatusCode.OK, string type = "application/json") =>
        _ => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    /// <summary>An answer that breaks off after some text.</summary>
    public static Func<HttpRequestMessage, HttpResponseMessage> Break(string body, string type) => _ => new HttpResponseMessage
    {
        Content = new StreamContent(new BrokenStream(Encoding.UTF8.GetBytes(body))) { Headers = { { "Content-Type", type } } },
    };

    /// <summary>A problem of the server.</summary>
    public static Func<HttpRequestMessage, HttpResponseMessage> Fail(HttpStatusCode status, string code) =>
        Say($$"""{"type":"urn:datagrid:error:{{code}}","title":"x","status":{{(int)status}},"detail":"what happened","code":"{{code}}","help":"what to do"}""", status, "application/problem+json");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Requests.Add(($"{request.Method} {request.RequestUri!.Authority}{request.RequestUri.PathAndQuery}", request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null));
        return Task.FromResult(script[Math.Min(Requests.Count, script.Length) - 1](request));
    }

    private sealed class BrokenStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var read and > 0 ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, "the response ended");
    }
}
