using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataGrid.Silo.Telemetry;

/// <summary>What operators and their tools ask a silo: <c>/metrics</c>, <c>/healthz</c> (the process lives) and <c>/readyz</c> (it takes work). Answers only; takes no orders.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly WebApplication _server;
    private readonly MetricsText _metrics = new();
    private readonly Func<CancellationToken, Task<string?>> _objection;

    private AdminServer(TelemetryOptions options, Func<CancellationToken, Task<string?>> objection)
    {
        _objection = objection;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.Listen(IPAddress.Parse(options.AdminAddress), options.AdminPort!.Value);
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _server.Urls.First();

    /// <summary>Listens.</summary>
    /// <param name="options">Where.</param>
    /// <param name="objection">Why the silo takes no work now; null when it does.</param>
    public static async Task<AdminServer> StartAsync(TelemetryOptions options, Func<CancellationToken, Task<string?>> objection)
    {
        var server = new AdminServer(options, objection);
        await server._server.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _metrics.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var (status, type, text) = (http.Request.Method, http.Request.Path.Value) switch
        {
            ("GET" or "HEAD", "/metrics") => (StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8", _metrics.Write()),
            ("GET" or "HEAD", "/healthz") => (StatusCodes.Status200OK, "text/plain", "ok\n"),
            ("GET" or "HEAD", "/readyz") => await ObjectionAsync(http.RequestAborted) is { } why ? (StatusCodes.Status503ServiceUnavailable, "text/plain", why + "\n") : (StatusCodes.Status200OK, "text/plain", "ready\n"),
            ("GET" or "HEAD", _) => (StatusCodes.Status404NotFound, "text/plain", "here are /metrics, /healthz and /readyz\n"),
            _ => (StatusCodes.Status405MethodNotAllowed, "text/plain", "only GET\n"),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        if (http.Request.Method == "GET") await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private async Task<string?> ObjectionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _objection(cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return fault is TimeoutException ? "the silo does not answer" : $"the silo does not work: {fault.Message}";
        }
    }
}
