using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Cli.Hosting;

/// <summary>A run that was started, or why it was not.</summary>
internal sealed record SubmitOutcome(RunId? Run, ImmutableArray<Problem> Problems);

/// <summary>The embedded silo, seen from the command: it owns the root while it lives.</summary>
internal interface IRunHost : IAsyncDisposable
{
    /// <summary>Runs of earlier processes that were finished or given up when the root was taken.</summary>
    ImmutableArray<RunRecord> Recovered { get; }

    /// <summary>Keeps the compiled project and starts a run of it.</summary>
    Task<SubmitOutcome> SubmitAsync(PipelineSpec spec, RunRequest request, CancellationToken stop);

    /// <summary>News after a number; waits a while for some.</summary>
    Task<RunEventPage> ReadEventsAsync(RunId run, long after, CancellationToken stop);

    /// <summary>The run as it stands.</summary>
    Task<RunRecord?> FindRunAsync(RunId run, CancellationToken stop);

    /// <summary>Asks a run to stop.</summary>
    Task<CancelOutcome> CancelAsync(RunId run, string reason);

    /// <summary>Brings a table back to an earlier version, as a new version.</summary>
    Task<MaintenanceReply> RollbackAsync(DatasetName dataset, long toVersion, bool isDryRun, CancellationToken stop);

    /// <summary>Deletes files that no version within the retention needs.</summary>
    Task<MaintenanceReply> VacuumAsync(DatasetName dataset, TimeSpan? retention, bool allowShort, bool isDryRun, CancellationToken stop);

    /// <summary>Joins small files.</summary>
    Task<MaintenanceReply> CompactAsync(DatasetName dataset, bool isDryRun, CancellationToken stop);
}
