using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Silos;
using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace DataGrid.Silo.Telemetry;

/// <summary>All that a silo tells of itself while it lives: spans, metrics, health. Nothing of it is loaded unless it is asked for.</summary>
internal sealed class SiloVoice : IAsyncDisposable
{
    private readonly IDisposable? _export;
    private AdminServer? _admin;
    private volatile string? _objection = "the silo is starting";

    private SiloVoice(IDisposable? export) => _export = export;

    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are; null when no port is configured.</summary>
    public string? Address => _admin?.Address;

    /// <summary>Begins to speak, before the silo works.</summary>
    public static async Task<SiloVoice> StartAsync(SiloOptions options, IServiceProvider services)
    {
        var voice = new SiloVoice(OtlpExport.Start(options.Telemetry, options.Cluster?.SiloName ?? services.GetRequiredService<ISiloStatus>().Self));
        if (options.Telemetry.AdminPort is null) return voice;
        try
        {
            // The dispatcher answers only when grains do, and with them the metadata.
            var dispatch = GrainKeys.Workspace(options.Workspace);
            voice._admin = await AdminServer.StartAsync(options.Telemetry, async _ =>
            {
                if (voice._objection is { } objection) return objection;
                await services.GetRequiredService<IGrainFactory>().GetGrain<IDispatchGrain>(dispatch).Heartbeat("readiness", []);
                return null;
            });
            return voice;
        }
        catch
        {
            await voice.DisposeAsync();
            throw;
        }
    }

    /// <summary>The silo takes work.</summary>
    public void Ready() => _objection = null;

    /// <summary>It takes no more.</summary>
    public void Stopping() => _objection = "the silo is stopping";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_admin is not null) await _admin.DisposeAsync();
        _export?.Dispose();
    }
}
