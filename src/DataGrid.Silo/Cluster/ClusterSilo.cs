using DataGrid.Contracts.Errors;
using DataGrid.Contracts;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.Metadata;
using DataGrid.Silo.Hosting;
using DataGrid.Silo.Owner;
using DataGrid.Silo.Telemetry;
using DataGrid.Silo.Web;
using DataGrid.Storage.Catalog;
using DataGrid.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Silo.Cluster;

/// <summary>
/// One silo of a cluster in this process: grains, worker, metadata in PostgreSQL. It shares its root with the other silos, and owns nothing there.
/// Runs whose silo died are found by all others, again and again: waking a run is harmless wherever it is.
/// </summary>
public sealed class ClusterSilo : WorkspaceCommands, IAsyncDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly SiloOptions _options;
    private readonly ServiceProvider _services;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SiloVoice _voice;
    private readonly Dictionary<PipelineId, Task> _tended = [];
    private OwnerServer? _server;
    private GatewayServer? _gateway;
    private Task _recovering = Task.CompletedTask;

    private ClusterSilo(SiloOptions options, ServiceProvider services, SiloVoice voice, ILogger logger)
        : base(options.Workspace, services.GetRequiredService<IGrainFactory>(), logger) => (_options, _services, _voice, _logger) = (options, services, voice, logger);

    /// <summary>Where the others reach it.</summary>
    public string Address => _services.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString();

    /// <summary>Whether its metadata can be reached.</summary>
    public MetadataHealth Health => _services.GetRequiredService<MetadataHealth>();

    /// <summary>Where <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c> are; null when no port is configured.</summary>
    public string? AdminAddress => _voice.Address;

    /// <summary>Where the gateway listens; null when there is none.</summary>
    public string? GatewayAddress => _gateway?.Address;

    /// <summary>Completes when the silo has to end: the others declared it dead.</summary>
    public Task<string> Ended => _services.GetRequiredService<SiloEnd>().Task;

    /// <summary>Starts: connects to the metadata, joins the cluster, and takes work.</summary>
    /// <exception cref="DataGridException">The metadata cannot be used, or an option is wrong.</exception>
    public static async Task<ClusterSilo> StartAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Cluster is null) throw new ArgumentException("A silo of a cluster needs its options.", nameof(options));
        if (options.Validate().ToArray() is { Length: > 0 } wrong)
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = string.Join("; ", wrong), Help = "correct the option" });
        var services = SiloServices.Build(options);
        SiloVoice? voice = null;
        try
        {
            voice = await SiloVoice.StartAsync(options, services);
            foreach (var part in services.GetServices<IHostedService>()) await part.StartAsync(cancellationToken);
            var silo = new ClusterSilo(options, services, voice, services.GetRequiredService<ILogger<ClusterSilo>>());
            services.GetRequiredService<TaskWorker>().Start();
            silo._recovering = Task.WhenAll(silo.RebuildOnceAsync(silo._stopping.Token), silo.TendAllAsync(silo._stopping.Token), silo.SweepAsync(silo._stopping.Token));
            silo._server = OwnerServer.Start(options.RootPath, silo, options.Cluster.SiloName);
            if (options.Gateway is { } gateway) silo._gateway = await GatewayServer.StartAsync(options, gateway, services, silo, voice, cancellationToken);
            voice.Ready();
            return silo;
        }
        catch
        {
            await services.DisposeAsync();
            if (voice is not null) await voice.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task<RecoveryOutcome> RebuildAsync(CancellationToken cancellationToken) =>
        _services.GetRequiredService<WorkspaceRecovery>().RunAsync(_options.Runs.RecoveryLookAfterLoss, cancellationToken);

    /// <summary>A part of it, for tests.</summary>
    internal T Service<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Stops: hands tasks and grains over and leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        _voice.Stopping();
        if (_gateway is not null) await _gateway.DisposeAsync();
        await _stopping.CancelAsync();
        if (_server is not null) await _server.DisposeAsync();
        await _recovering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _services.GetRequiredService<TaskWorker>().DisposeAsync();
        foreach (var part in _services.GetServices<IHostedService>().Reverse()) await part.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        await _voice.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Once: metadata may have been lost or restored since the cluster ran last.</summary>
    private async Task RebuildOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RebuildAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            SiloLog.NotRecovered(_logger, fault);
        }
    }

    /// <summary>Again and again, and beside the rebuilding: a run there whose silo does not answer must not keep the others from being looked after.</summary>
    private async Task TendAllAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Cluster!.RecoveryEvery, _services.GetRequiredService<TimeProvider>());
        var catalog = _services.GetRequiredService<PipelineCatalog>();
        do
        {
            try
            {
                foreach (var name in await catalog.ListAsync(cancellationToken)) Tend(name);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                SiloLog.NotRecovered(_logger, fault);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Removes what writers that were killed left unfinished, when it is so old that nobody can be at it, also by a clock that is off.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SweepEvery, _services.GetRequiredService<TimeProvider>());
        do
        {
            try
            {
                var before = _services.GetRequiredService<TimeProvider>().GetUtcNow() - _options.Tables.LongestTask - _options.Tables.ClockSkew;
                var count = await _services.GetRequiredService<IObjectStore>().DeleteUnfinishedAsync(_services.GetRequiredService<WorkspacePaths>().Folder, before, cancellationToken);
                if (count > 0) SiloLog.Swept(_logger, count);
            }
            catch (ObjectStoreException fault)
            {
                SiloLog.NotSwept(_logger, fault);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Looks after a pipeline beside the others: one that takes long, or whose silo does not answer, keeps none of them waiting.</summary>
    private void Tend(PipelineId name)
    {
        if (_tended.TryGetValue(name, out var before) && !before.IsCompleted) return;
        _tended[name] = Task.Run(() => TendAsync(name));
    }

    private async Task TendAsync(PipelineId name)
    {
        try
        {
            // A run that goes on answers as it stands; with one whose silo died its grain goes on.
            if ((await Pipeline(name).Tend()).ActiveRun is { } run) await Run(run).Resume();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            if (!_stopping.IsCancellationRequested) SiloLog.NotRecovered(_logger, fault);
        }
    }
}

/// <summary>Told when the silo has to end.</summary>
internal sealed class SiloEnd
{
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the reason.</summary>
    public Task<string> Task => _ended.Task;

    /// <summary>It has to end.</summary>
    public void Tell(string reason) => _ended.TrySetResult(reason);
}
