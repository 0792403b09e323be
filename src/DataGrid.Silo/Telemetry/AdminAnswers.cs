using DataGrid.Contracts.Json;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Silo.Telemetry;

/// <summary>What a silo says of itself at <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c>, on whatever port.</summary>
/// <param name="readiness">Whether the silo takes work now, and why not. It ends within a limit of its own and does not throw.</param>
internal sealed class AdminAnswers(Func<Task<ReadinessReport>> readiness) : IDisposable
{
    private readonly MetricsText _metrics = new();

    /// <inheritdoc/>
    public void Dispose() => _metrics.Dispose();

    /// <summary>Answers a request.</summary>
    public async Task WriteAsync(HttpContext http)
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
        var report = await readiness();
        return (report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, "application/json", DataGridJson.ToIndentedText(report) + "\n");
    }
}
