using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Runs;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Silo;

/// <summary>What was rebuilt.</summary>
/// <param name="Pipelines">Pipelines that the metadata did not know any more, and know again.</param>
/// <param name="Runs">Runs that had no end, as they stand now: finished, given up, or going on.</param>
public sealed record RecoveryOutcome(ImmutableArray<PipelineId> Pipelines, ImmutableArray<RunRecord> Runs);

/// <summary>
/// Rebuilds metadata that were lost, or restored to an earlier time, from what the store holds: the specs in force, the runs' records and publish plans. The tables and the
/// catalog need nothing, because they are on the store. Doing it again is harmless, also while runs go on.
/// </summary>
internal sealed class WorkspaceRecovery(WorkspaceId workspace, IGrainFactory grains, PipelineCatalog catalog, RunStore runs, ILogger<WorkspaceRecovery> logger)
{
    /// <summary>Rebuilds.</summary>
    /// <param name="look">How many of the newest records are looked through for runs without an end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<RecoveryOutcome> RunAsync(int look, CancellationToken cancellationToken)
    {
        var known = ImmutableArray.CreateBuilder<PipelineId>();
        var found = new Dictionary<RunId, RunRecord>();
        var waiting = new HashSet<RunId>();
        foreach (var name in await catalog.ListAsync(cancellationToken))
        {
            var pipeline = grains.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(workspace, name));
            if (await TryAsync(() => IntroduceAsync(pipeline, name, cancellationToken), false)) known.Add(name);
            // What waits its turn is started by its pipeline, which has not forgotten it.
            foreach (var run in await TryAsync(async () => (await pipeline.Get()).Waiting, [])) waiting.Add(run);
        }
        await foreach (var record in runs.ReadNewestAsync(cancellationToken).Take(look))
        {
            if (record.IsTerminal || waiting.Contains(record.Run)) continue;
            var run = grains.GetGrain<IRunGrain>(GrainKeys.Run(workspace, record.Run));
            if (record.Status == RunStatus.Queued) await TryAsync(() => GiveUpUnlessWaitingAsync(run, record), false);
            // A run that goes on answers as it stands; with one that nobody drives its grain goes on, or finishes it.
            if (await TryAsync(run.Resume, null) is { } resumed) found[resumed.Run] = resumed;
        }
        return new RecoveryOutcome(known.ToImmutable(), [.. found.Values]);
    }

    /// <summary>A run that waits and that its pipeline has forgotten will never start.</summary>
    private async Task<bool> GiveUpUnlessWaitingAsync(IRunGrain run, RunRecord record)
    {
        var pipeline = await grains.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(workspace, record.Pipeline)).Get();
        if (pipeline.ActiveRun == record.Run || pipeline.Waiting.Contains(record.Run)) return false;
        await run.Cancel("the pipeline does not know any more that it waits");
        return true;
    }

    private async Task<bool> IntroduceAsync(IPipelineGrain pipeline, PipelineId name, CancellationToken cancellationToken)
    {
        if ((await pipeline.Get()).Fingerprint is not null) return false;
        if (await catalog.CurrentAsync(name, cancellationToken) is not { } current) return false;
        if (await catalog.ReadSpecAsync(name, current.Fingerprint, cancellationToken) is not { } spec) return false;
        return (await pipeline.Submit(spec)).IsEmpty;
    }

    /// <summary>What cannot be rebuilt now must not keep the rest from it.</summary>
    private async Task<T> TryAsync<T>(Func<Task<T>> work, T otherwise)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            SiloLog.NotRecovered(logger, fault);
            return otherwise;
        }
    }
}
