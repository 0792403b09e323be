using System.Collections.Immutable;

namespace DataGrid.Contracts.Runs;

/// <summary>Reads past and present runs of a workspace from their files.</summary>
public interface IRunReader
{
    /// <summary>The ids of all runs, oldest first.</summary>
    Task<IReadOnlyList<RunId>> ListRunsAsync(CancellationToken cancellationToken);

    /// <summary>A run's record; null when there is no such run.</summary>
    Task<RunRecord?> ReadRunAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>A run's story; empty when there is none.</summary>
    Task<ImmutableArray<RunEvent>> ReadRunEventsAsync(RunId run, CancellationToken cancellationToken);
}
