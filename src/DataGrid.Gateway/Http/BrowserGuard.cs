using DataGrid.Contracts.Errors;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Http;

/// <summary>
/// Keeps web pages of others from using a gateway that trusts whoever reaches it. A page may send simple requests anywhere, and a name of its own that leads to this
/// machine makes it the same site: so the host must be this machine's, and an origin that is sent must be that host.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, GatewayOptions options)
{
    private static readonly string[] LocalNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Handles one request.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (!options.NeedsKeys && !LocalNames.Contains(http.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
            return Refuse(http, $"the request is for the host '{http.Request.Host.Host}', which is not this machine's own name");
        if (http.Request.Headers.Origin is [{ } origin, ..] && origin != "null" && !IsOwn(origin, http.Request))
            return Refuse(http, "the request comes from a page of another site");
        if (http.Request.Headers.Origin is ["null", ..]) return Refuse(http, "the request comes from a page without an origin");
        return next(http);
    }

    // What ends TLS before a gateway with keys speaks HTTP to it: the dashboard's origin is then the same host's with https.
    private bool IsOwn(string origin, HttpRequest request) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) || options.NeedsKeys && string.Equals(origin, $"https://{request.Host}", StringComparison.OrdinalIgnoreCase);

    private static Task Refuse(HttpContext http, string why) =>
        ProblemAnswer.WriteAsync(http, new Problem { Code = ErrorCodes.OriginRefused, Message = why, Help = "use http://localhost and the port, and no page of another site" });
}
