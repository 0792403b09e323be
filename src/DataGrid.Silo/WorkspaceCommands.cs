using System.Runtime.CompilerServices;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;
using DataGrid.Core.Errors;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Silo;

/// <summary>What people ask of a workspace, asked of its grains.</summary>
public abstract class WorkspaceCommands : IRunService
{
    /// <summary>How long one wait for news of a run lasts; shorter than a call's timeout.</summary>
    private static readonly TimeSpan NewsWait = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger;

    private protected WorkspaceCommands(WorkspaceId workspace, IGrainFactory grains, ILogger logger) => (Workspace, Grains, _logger) = (workspace, grains, logger);

    /// <summary>Which one.</summary>
    public WorkspaceId Workspace { get; }

    private protected IGrainFactory Grains { get; }

    /// <inheritdoc/>
    public async Task<SubmitOutcome> SubmitAsync(PipelineSpec spec, RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var pipeline = Pipeline(spec.Id);
        using var span = DataGridTelemetry.Begin(SpanNames.Submit, System.Diagnostics.Activity.Current?.Id)?.SetTag("datagrid.pipeline", spec.Id.Value);
        if (span is not null) request = request with { TraceParent = span.Id };
        try
        {
            var problems = await pipeline.Submit(spec);
            return problems.Length > 0 ? new SubmitOutcome(null, problems) : new SubmitOutcome(await pipeline.StartRun(request), []);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // The store or the metadata failed before there was a run: that is an answer too.
            SiloLog.NotSubmitted(_logger, spec.Id, fault);
            return new SubmitOutcome(null, [ProblemOf(fault, spec.Id)]);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RunEventPage> WatchAsync(RunId run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long after = 0; ;)
        {
            var page = await ReadEventsAsync(run, after, int.MaxValue, NewsWait, cancellationToken);
            yield return page;
            if (page.IsComplete) yield break;
            if (page.Events.Length > 0) after = page.Events[^1].Sequence;
        }
    }

    /// <summary>News of a run after a number; waits up to <paramref name="wait"/> for some.</summary>
    public Task<RunEventPage> ReadEventsAsync(RunId run, long after, int max, TimeSpan wait, CancellationToken cancellationToken) => Run(run).ReadEvents(after, max, wait, cancellationToken);

    /// <inheritdoc/>
    public Task<RunRecord?> GetRunAsync(RunId run) => Run(run).Get();

    /// <inheritdoc/>
    public Task<CancelOutcome> CancelAsync(RunId run, string reason) => Run(run).Cancel(reason);

    /// <summary>Brings a table back to an earlier version, as a new one.</summary>
    public Task<MaintenanceReply> RollbackAsync(DatasetName dataset, long version, bool dryRun) => Dataset(dataset).Rollback(version, dryRun);

    /// <summary>Deletes files that no version within the retention needs.</summary>
    public Task<MaintenanceReply> VacuumAsync(DatasetName dataset, TimeSpan? retention, bool allowShort, bool dryRun) => Dataset(dataset).Vacuum(retention, allowShort, dryRun);

    /// <summary>Joins small files.</summary>
    public Task<MaintenanceReply> CompactAsync(DatasetName dataset, bool dryRun) => Dataset(dataset).Compact(dryRun);

    /// <summary>Rebuilds metadata that were lost from what the store holds, and finishes or gives up runs that nobody drives any more.</summary>
    public abstract Task<RecoveryOutcome> RebuildAsync(CancellationToken cancellationToken);

    private protected IRunGrain Run(RunId run) => Grains.GetGrain<IRunGrain>(GrainKeys.Run(Workspace, run));

    private protected IPipelineGrain Pipeline(PipelineId pipeline) => Grains.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(Workspace, pipeline));

    /// <summary>A silo that dies, and two that take each other's place, pass by themselves.</summary>
    private static Problem ProblemOf(Exception fault, PipelineId pipeline) => fault is OrleansMessageRejectionException or TimeoutException or InconsistentStateException
        ? new Problem { Code = ErrorCodes.StoreUnavailable, Message = $"the pipeline '{pipeline}' moves to another silo: {fault.Message.TrimEnd('.')}", Help = "try again in a few seconds" }
        : FaultProblems.From(fault);

    private IDatasetGrain Dataset(DatasetName dataset) => Grains.GetGrain<IDatasetGrain>(GrainKeys.Dataset(Workspace, dataset));
}
