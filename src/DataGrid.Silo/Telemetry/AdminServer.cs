using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DataGrid.Silo.Telemetry;

/// <summary>What operators and their tools ask a silo: <c>/metrics</c>, <c>/healthz</c> (the process lives) and <c>/readyz</c> (it takes work, as JSON with what it depends on). Answers only; takes no orders.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly AdminAnswers _answers;

    private AdminServer(TelemetryOptions options, AdminAnswers answers)
    {
        _answers = answers;
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
        _server.Run(_answers.WriteAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Address => _server.Urls.First();

    /// <summary>Listens.</summary>
    /// <param name="options">Where.</param>
    /// <param name="answers">What is answered; it stays the caller's.</param>
    public static async Task<AdminServer> StartAsync(TelemetryOptions options, AdminAnswers answers)
    {
        var server = new AdminServer(options, answers);
        await server._server.StartAsync();
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
