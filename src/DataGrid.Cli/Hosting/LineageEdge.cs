using DataGrid.Contracts.Lineage;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Hosting;

/// <summary>One column acts on another.</summary>
internal sealed record LineageEdge(ColumnRef From, ColumnRef To, LineageKind Kind)
{
    /// <summary>Every column edge of a workspace.</summary>
    public static async Task<IReadOnlyList<LineageEdge>> ReadAsync(WorkspaceReader reader, CancellationToken stop) =>
    [
        .. from dataset in await reader.LineageOfAllAsync(stop).ConfigureAwait(false)
           from column in dataset.Columns
           from source in column.Sources
           select new LineageEdge(source.Column, new ColumnRef(dataset.Dataset, column.Column), source.Kind),
    ];
}
