using System.Collections.Concurrent;
using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Engine.Projects;

/// <summary>The datasets whose columns are known by now. Safe for several threads; a name is added once.</summary>
internal sealed class KnownColumns
{
    private readonly ConcurrentDictionary<DatasetName, ImmutableArray<ColumnSpec>> _columns = new();

    public void Add(DatasetName name, ImmutableArray<ColumnSpec> columns) => _columns[name] = columns;

    /// <summary>The columns; null when the dataset is not known.</summary>
    public ImmutableArray<ColumnSpec>? Find(DatasetName name) => _columns.TryGetValue(name, out var columns) ? columns : null;
}
