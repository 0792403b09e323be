using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Core.Lineage;

namespace DataGrid.Gateway;

/// <summary>What has a name and where it comes from, kept in memory: a list or a walk reads no file of a table that did not change.</summary>
public interface IWorkspaceIndex
{
    /// <summary>Everything that has a name, in the order of names.</summary>
    Task<ImmutableArray<DatasetSummary>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads the column graph. It stays as it is until <paramref name="read"/> has answered, and must not be kept after that.</summary>
    Task<T> ReadGraphAsync<T>(Func<LineageGraph, T> read, CancellationToken cancellationToken);
}
