using System.Net;
using DataGrid.Contracts.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataGrid.Silo.Telemetry;

/// <summary>What operators and their tools ask a silo: <c>/metrics</c>, <c>/healthz</c> (the process lives) and <c>/readyz</c> (it takes work, as JSON with what it depends on). Answers only; takes no orders.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly MetricsText _metrics = new();
    private readonly Func<Task<ReadinessReport>> _readiness;

    private AdminServer(TelemetryOptions options, Func<Task<ReadinessReport>> readiness)
    {
        _readiness = readiness;
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
    /// <param name="readiness">Whether the silo takes work now, and why not. It ends within a limit of its own and does not throw.</param>
    public static async Task<AdminServer> StartAsync(TelemetryOptions options, Func<Task<ReadinessReport>> readiness)
    {
        var server = new AdminServer(options, readiness);
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
            ("GET" or "HEAD", "/readyz") => await ReadinessAsync(),
            ("GET" or "HEAD", _) => (StatusCodes.Status404NotFound, "text/plain", "here are /metrics, /healthz and /readyz\n"),
            _ => (StatusCodes.Status405MethodNotAllowed, "text/plain", "only GET\n"),
        };
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        if (http.Request.Method == "GET") await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private async Task<(int Status, string Type, string Text)> ReadinessAsync()
    {
        var report = await _readiness();
        return (report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, "application/json", DataGridJson.ToIndentedText(report) + "\n");
    }
}
