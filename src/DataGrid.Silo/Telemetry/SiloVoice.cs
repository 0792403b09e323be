using DataGrid.Contracts.Silos;
using DataGrid.Contracts.Storage;
using DataGrid.Metadata;
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
            var readiness = new Lazy<Readiness>(() => new Readiness(
                options.Workspace, services.GetRequiredService<IGrainFactory>(), services.GetService<MetadataHealth>(), services.GetRequiredService<IObjectStore>(), options.Telemetry,
                services.GetRequiredService<TimeProvider>()));
            voice._admin = await AdminServer.StartAsync(
                options.Telemetry, () => voice._objection is { } objection ? Task.FromResult(new ReadinessReport(false, objection, [])) : readiness.Value.LookAsync());
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
