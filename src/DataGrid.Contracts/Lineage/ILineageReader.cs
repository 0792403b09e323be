using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Contracts.Lineage;

/// <summary>Reads where the datasets of a workspace come from.</summary>
public interface ILineageReader
{
    /// <summary>The column lineage of the whole workspace: tables as their newest versions were made, views as their projects say.</summary>
    Task<ImmutableArray<DatasetLineage>> LineageOfAllAsync(CancellationToken cancellationToken);

    /// <summary>What made the rows of a table; null when that is not known.</summary>
    Task<TableLineage?> LineageAsync(DatasetName name, CancellationToken cancellationToken);

    /// <summary>The column lineage of one version of a table: how it was made then, how the versions that it read were made, and so on. Views as they are now.</summary>
    Task<ImmutableArray<DatasetLineage>> LineageAtAsync(DatasetName name, long version, CancellationToken cancellationToken);
}

/// <summary>What is known about where one dataset comes from.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Reads">Every dataset that it reads, also those of which no column counts (<c>SELECT count(*) FROM x</c>).</param>
/// <param name="Columns">Its columns.</param>
public sealed record DatasetLineage(DatasetName Dataset, ImmutableArray<DatasetName> Reads, ImmutableArray<ColumnLineage> Columns);
