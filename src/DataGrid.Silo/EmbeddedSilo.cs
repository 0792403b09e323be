using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Errors;
using DataGrid.Silo.Hosting;
using DataGrid.Silo.Owner;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Runs;
using DataGrid.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Silo;

/// <summary>What submitting a pipeline came to.</summary>
/// <param name="Run">The run; null when it was refused.</param>
/// <param name="Problems">Why it was refused.</param>
public sealed record SubmitOutcome(RunId? Run, ImmutableArray<Problem> Problems);

/// <summary>A whole DataGrid in this process: grains, metadata, worker. Owns its root folder until it is disposed.</summary>
public sealed class EmbeddedSilo : IAsyncDisposable
{
    /// <summary>How long one wait for news of a run lasts; shorter than a call's timeout.</summary>
    private static readonly TimeSpan NewsWait = TimeSpan.FromSeconds(10);

    private readonly SiloOptions _options;
    private readonly ServiceProvider _services;
    private readonly NewRoot _newRoot;
    private readonly IGrainFactory _grains;
    private OwnerServer? _server;

    private EmbeddedSilo(SiloOptions options, ServiceProvider services, NewRoot newRoot) =>
        (_options, _services, _newRoot, _grains) = (options, services, newRoot, services.GetRequiredService<IGrainFactory>());

    /// <summary>Runs of an earlier process that were finished, or given up, when this one started.</summary>
    public ImmutableArray<RunRecord> Recovered { get; private set; } = [];

    /// <summary>Starts: takes the root, opens the metadata, starts grains and worker, and finishes what an earlier process left half-published.</summary>
    /// <exception cref="DataGridException">The root cannot be used, belongs to another process, or an option is wrong.</exception>
    public static async Task<EmbeddedSilo> StartAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().ToArray() is { Length: > 0 } wrong)
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = string.Join("; ", wrong), Help = "correct the option" });
        var newRoot = NewRoot.Before(options.RootPath);
        var services = SiloServices.Build(options);
        try
        {
            foreach (var part in services.GetServices<IHostedService>()) await part.StartAsync(cancellationToken);
            var silo = new EmbeddedSilo(options, services, newRoot);
            services.GetRequiredService<TaskWorker>().Start();
            silo.Recovered = await silo.RecoverAsync(cancellationToken);
            silo._server = OwnerServer.Start(options.RootPath, silo);
            return silo;
        }
        catch
        {
            await services.DisposeAsync();
            newRoot.RemoveIfUnused();
            throw;
        }
    }

    /// <summary>Submits a compiled project and starts a run of it.</summary>
    public async Task<SubmitOutcome> SubmitAsync(PipelineSpec spec, RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var pipeline = _grains.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(_options.Workspace, spec.Id));
        try
        {
            var problems = await pipeline.Submit(spec);
            return problems.Length > 0 ? new SubmitOutcome(null, problems) : new SubmitOutcome(await pipeline.StartRun(request), []);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The store or the metadata failed before there was a run: that is an answer too.
            SiloLog.NotSubmitted(_services.GetRequiredService<ILogger<EmbeddedSilo>>(), spec.Id, fault);
            return new SubmitOutcome(null, [FaultProblems.From(fault)]);
        }
    }

    /// <summary>A run's news from its start until it ends. Progress comes with pages that may have no events.</summary>
    public async IAsyncEnumerable<RunEventPage> WatchAsync(RunId run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var grain = Run(run);
        for (long after = 0; ;)
        {
            var page = await grain.ReadEvents(after, int.MaxValue, NewsWait, cancellationToken);
            yield return page;
            if (page.IsComplete) yield break;
            if (page.Events.Length > 0) after = page.Events[^1].Sequence;
        }
    }

    /// <summary>A run as it stands; null when there is none of that id.</summary>
    public Task<RunRecord?> GetRunAsync(RunId run) => Run(run).Get();

    /// <summary>Asks for a cancel.</summary>
    public Task<CancelOutcome> CancelAsync(RunId run, string reason) => Run(run).Cancel(reason);

    /// <summary>Brings a table back to an earlier version, as a new one.</summary>
    public Task<MaintenanceReply> RollbackAsync(DatasetName dataset, long version, bool dryRun) => Dataset(dataset).Rollback(version, dryRun);

    /// <summary>Deletes files that no version within the retention needs.</summary>
    public Task<MaintenanceReply> VacuumAsync(DatasetName dataset, TimeSpan? retention, bool allowShort, bool dryRun) => Dataset(dataset).Vacuum(retention, allowShort, dryRun);

    /// <summary>Joins small files.</summary>
    public Task<MaintenanceReply> CompactAsync(DatasetName dataset, bool dryRun) => Dataset(dataset).Compact(dryRun);

    /// <summary>Stops: interrupts tasks, drains grains, closes the metadata and gives the root free. A root that was made for this silo and never used is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        await _services.GetRequiredService<TaskWorker>().DisposeAsync();
        foreach (var part in _services.GetServices<IHostedService>().Reverse()) await part.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        _newRoot.RemoveIfUnused();
    }

    private IRunGrain Run(RunId run) => _grains.GetGrain<IRunGrain>(GrainKeys.Run(_options.Workspace, run));

    private IDatasetGrain Dataset(DatasetName dataset) => _grains.GetGrain<IDatasetGrain>(GrainKeys.Dataset(_options.Workspace, dataset));

    private async Task<ImmutableArray<RunRecord>> RecoverAsync(CancellationToken cancellationToken)
    {
        var recovered = new Dictionary<RunId, RunRecord>();
        var look = _options.Runs.RecoveryLook;
        foreach (var name in await _services.GetRequiredService<PipelineCatalog>().ListAsync(cancellationToken))
        {
            var pipeline = _grains.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(_options.Workspace, name));
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
