using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Contracts.Runs;

/// <summary>What submitting a pipeline came to.</summary>
/// <param name="Run">The run; null when it was refused.</param>
/// <param name="Problems">Why it was refused.</param>
public sealed record SubmitOutcome(RunId? Run, ImmutableArray<Problem> Problems);

/// <summary>Somebody who can be asked to run pipelines: a silo of this process, or one that is reached through its socket.</summary>
public interface IRunService
{
    /// <summary>Submits a compiled project and starts a run of it.</summary>
    Task<SubmitOutcome> SubmitAsync(PipelineSpec spec, RunRequest request);

    /// <summary>A run's news from its start until it ends. Progress comes with pages that may have no events.</summary>
    IAsyncEnumerable<RunEventPage> WatchAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>A run as it stands; null when there is none of that id.</summary>
    Task<RunRecord?> GetRunAsync(RunId run);

    /// <summary>Asks for a cancel.</summary>
    Task<CancelOutcome> CancelAsync(RunId run, string reason);
}
