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
    private readonly Func<Task<ReadinessReport>> _readiness;
    private AdminAnswers? _answers;
    private AdminServer? _admin;
    private volatile string? _objection = "the silo is starting";

    private SiloVoice(IDisposable? export, SiloOptions options, IServiceProvider services)
    {
        _export = export;
        var readiness = new Lazy<Readiness>(() => new Readiness(
            options.Workspace, services.GetRequiredService<IGrainFactory>(), services.GetService<MetadataHealth>(), services.GetRequiredService<IObjectStore>(), options.Telemetry,
            services.GetRequiredService<TimeProvider>()));
        _readiness = () => _objection is { } objection ? Task.FromResult(new ReadinessReport(false, objection, [])) : readiness.Value.LookAsync();
    }

    /// <summary>What it answers on its port; the gateway answers the same on its own.</summary>
    public AdminAnswers Answers => _answers ??= new AdminAnswers(_readiness);

    /// <summary>Whether the silo takes work now.</summary>
    public async Task<bool> IsReadyAsync() => (await _readiness()).Ready;

    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are; null when no port is configured.</summary>
    public string? Address => _admin?.Address;

    /// <summary>Begins to speak, before the silo works.</summary>
    public static async Task<SiloVoice> StartAsync(SiloOptions options, IServiceProvider services)
    {
        var voice = new SiloVoice(OtlpExport.Start(options.Telemetry, options.Cluster?.SiloName ?? services.GetRequiredService<ISiloStatus>().Self), options, services);
        if (options.Telemetry.AdminPort is null) return voice;
        try
        {
            voice._admin = await AdminServer.StartAsync(options.Telemetry, voice.Answers);
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
        _answers?.Dispose();
        _export?.Dispose();
    }
}
