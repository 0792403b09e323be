using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.Metadata;
using DataGrid.Silo.Hosting;
using DataGrid.Silo.Owner;
using DataGrid.Silo.Roots;
using DataGrid.Silo.Telemetry;
using DataGrid.Silo.Web;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Runs;
using DataGrid.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Silo;

/// <summary>A whole DataGrid in this process: grains, metadata, worker. Owns its root folder until it is disposed.</summary>
public sealed class EmbeddedSilo : WorkspaceCommands, IAsyncDisposable
{
    private readonly SiloOptions _options;
    private readonly ServiceProvider _services;
    private readonly NewRoot _newRoot;
    private readonly SiloVoice _voice;
    private OwnerServer? _server;
    private GatewayServer? _gateway;

    private EmbeddedSilo(SiloOptions options, ServiceProvider services, NewRoot newRoot, SiloVoice voice)
        : base(options.Workspace, services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<ILogger<EmbeddedSilo>>()) =>
        (_options, _services, _newRoot, _voice) = (options, services, newRoot, voice);

    /// <summary>Runs of an earlier process that were finished, or given up, when this one started.</summary>
    public ImmutableArray<RunRecord> Recovered { get; private set; } = [];

    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are; null when no port is configured.</summary>
    public string? AdminAddress => _voice.Address;

    /// <summary>Where the gateway listens; null when there is none.</summary>
    public string? GatewayAddress => _gateway?.Address;

    /// <summary>Starts: takes the root, opens the metadata, starts grains and worker, and finishes what an earlier process left half-published.</summary>
    /// <exception cref="DataGridException">The root cannot be used, belongs to another process, or an option is wrong.</exception>
    public static async Task<EmbeddedSilo> StartAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().ToArray() is { Length: > 0 } wrong)
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = string.Join("; ", wrong), Help = "correct the option" });
        var newRoot = NewRoot.Before(options.RootPath);
        var isLeftBehind = RootOwner.IsMarked(options.RootPath);
        var begun = TimeProvider.System.GetUtcNow();
        var services = SiloServices.Build(options);
        SiloVoice? voice = null;
        try
        {
            voice = await SiloVoice.StartAsync(options, services);
            foreach (var part in services.GetServices<IHostedService>()) await part.StartAsync(cancellationToken);
            if (StoreAddress.Of(options.RootPath) is not null) await RootClaim.TakeAsync(services.GetRequiredService<IObjectStore>(), options.RootPath, TimeProvider.System, cancellationToken);
            // Nothing of this process has been written yet, and the lock says that no other writes: every unfinished file is of one that was killed.
            if (isLeftBehind) await SweepAsync(services, begun, cancellationToken);
            var silo = new EmbeddedSilo(options, services, newRoot, voice);
            services.GetRequiredService<TaskWorker>().Start();
            silo.Recovered = await silo.RecoverAsync(cancellationToken);
            silo._server = OwnerServer.Start(options.RootPath, silo);
            if (options.Gateway is { } gateway) silo._gateway = await GatewayServer.StartAsync(options, gateway, services, silo, voice, cancellationToken);
            voice.Ready();
            return silo;
        }
        catch
        {
            await services.DisposeAsync();
            if (voice is not null) await voice.DisposeAsync();
            newRoot.RemoveIfUnused();
            throw;
        }
    }

    /// <summary>Stops: interrupts tasks, drains grains, closes the metadata and gives the root free. A root that was made for this silo and never used is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        _voice.Stopping();
        if (_gateway is not null) await _gateway.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
        await _services.GetRequiredService<TaskWorker>().DisposeAsync();
        foreach (var part in _services.GetServices<IHostedService>().Reverse()) await part.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        await _voice.DisposeAsync();
        _newRoot.RemoveIfUnused();
    }

    /// <summary>The gateway; null when there is none.</summary>
    internal GatewayServer? Gateway => _gateway;

    /// <summary>A grain, for tests and benchmarks of less than whole runs.</summary>
    internal T Grain<T>(string key) where T : IGrainWithStringKey => Grains.GetGrain<T>(key);

    /// <summary>A part of it.</summary>
    internal T Service<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <inheritdoc/>
    public override Task<RecoveryOutcome> RebuildAsync(CancellationToken cancellationToken) =>
        _services.GetRequiredService<WorkspaceRecovery>().RunAsync(_options.Runs.RecoveryLookAfterLoss, cancellationToken);

    private static async Task SweepAsync(ServiceProvider services, DateTimeOffset begun, CancellationToken cancellationToken)
    {
        var logger = services.GetRequiredService<ILogger<EmbeddedSilo>>();
        try
        {
            var count = await services.GetRequiredService<IObjectStore>().DeleteUnfinishedAsync(services.GetRequiredService<WorkspacePaths>().Folder, begun, cancellationToken);
            if (count > 0) SiloLog.Swept(logger, count);
        }
        catch (ObjectStoreException fault)
        {
            SiloLog.NotSwept(logger, fault);
        }
    }

    private async Task<ImmutableArray<RunRecord>> RecoverAsync(CancellationToken cancellationToken)
    {
        var recovered = new Dictionary<RunId, RunRecord>();
        var look = _options.Runs.RecoveryLook;
        foreach (var name in await _services.GetRequiredService<PipelineCatalog>().ListAsync(cancellationToken))
        {
            var pipeline = Pipeline(name);
            // A pipeline that was submitted and does not know it: the metadata was lost.
            if ((await pipeline.Get()).Fingerprint is null) look = _options.Runs.RecoveryLookAfterLoss;
            foreach (var record in await RecoverAsync(() => pipeline.Recover(), [])) recovered[record.Run] = record;
        }
        await foreach (var record in _services.GetRequiredService<RunStore>().ReadNewestAsync(cancellationToken).Take(look))
        {
            if (record.IsTerminal || recovered.ContainsKey(record.Run)) continue;
            if (await RecoverAsync(Run(record.Run).Resume, null) is { } resumed) recovered[resumed.Run] = resumed;
        }
        return [.. recovered.Values];
    }

    /// <summary>One run that cannot be finished must not keep the others, and reading, from going on: it is tried again at the next start and before the next run.</summary>
    private async Task<T> RecoverAsync<T>(Func<Task<T>> recover, T otherwise)
    {
        try
        {
            return await recover();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            SiloLog.NotRecovered(_services.GetRequiredService<ILogger<EmbeddedSilo>>(), fault);
            return otherwise;
        }
    }
}
