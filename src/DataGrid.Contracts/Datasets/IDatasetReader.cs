using System.Collections.Immutable;
using DataGrid.Contracts.Quality;

namespace DataGrid.Contracts.Datasets;

/// <summary>Reads the catalog of a workspace: what has a name, and what there is to know about it.</summary>
public interface IDatasetReader
{
    /// <summary>Everything that has a name, in the order of names.</summary>
    Task<ImmutableArray<DatasetSummary>> ListAsync(CancellationToken cancellationToken);

    /// <summary>All about one dataset; null when there is none of that name.</summary>
    Task<DatasetDetail?> FindAsync(DatasetName name, CancellationToken cancellationToken);

    /// <summary>A table's versions, newest first.</summary>
    Task<ImmutableArray<DatasetVersion>> HistoryAsync(DatasetName name, int limit, CancellationToken cancellationToken);

    /// <summary>The columns of a table as they were at a version; null when there is no such table.</summary>
    Task<ImmutableArray<ColumnSpec>?> ColumnsAtAsync(DatasetName name, long version, CancellationToken cancellationToken);

    /// <summary>What checks found in the versions that runs made, newest first.</summary>
    Task<ImmutableArray<CheckedVersion>> ChecksAsync(DatasetName name, int limit, CancellationToken cancellationToken);
}

/// <summary>What the checks of one version found.</summary>
/// <param name="Version">The version.</param>
/// <param name="At">When it was made, UTC.</param>
/// <param name="Run">The run that made it.</param>
/// <param name="Checks">The checks, without samples.</param>
/// <param name="Rows">Rows that the step wrote.</param>
/// <param name="RowsQuarantined">Rows that went to the quarantine.</param>
/// <param name="RowsDropped">Rows that were dropped.</param>
public sealed record CheckedVersion(long Version, DateTimeOffset? At, RunId Run, ImmutableArray<CheckResult> Checks, long Rows, long RowsQuarantined, long RowsDropped);
