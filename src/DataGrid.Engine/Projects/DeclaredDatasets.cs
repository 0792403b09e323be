using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Engine.Binding;

namespace DataGrid.Engine.Projects;

/// <summary>The datasets whose columns are known by now, declared in the binder.</summary>
internal sealed class DeclaredDatasets(ScratchBinder binder)
{
    private readonly Dictionary<DatasetName, ImmutableArray<ColumnSpec>> _columns = [];

    public void Add(DatasetName name, ImmutableArray<ColumnSpec> columns)
    {
        binder.Declare(name, columns);
        _columns[name] = columns;
    }

    /// <summary>The columns; null when the dataset is not known.</summary>
    public ImmutableArray<ColumnSpec>? Find(DatasetName name) => _columns.TryGetValue(name, out var columns) ? columns : null;
}
