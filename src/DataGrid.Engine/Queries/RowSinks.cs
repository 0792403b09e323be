using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;

namespace DataGrid.Engine.Queries;

/// <summary>Where the rows of a query go, chunk after chunk.</summary>
internal interface IRowSink
{
    Task BeginAsync(IReadOnlyList<DuckDbColumn> columns, CancellationToken cancellation);

    /// <summary>Takes the first <paramref name="rows"/> rows of a chunk, which is gone afterwards.</summary>
    Task WriteAsync(DuckDbChunk chunk, int rows, CancellationToken cancellation);

    Task EndAsync(CancellationToken cancellation);
}

/// <summary>Hands rows over as text for people. A result without rows is handed over once, so that its columns can be shown.</summary>
internal sealed class TextBatches(Action<ImmutableArray<ColumnSpec>, IReadOnlyList<string?[]>> onRows) : IRowSink
{
    private ImmutableArray<ColumnSpec> _columns;
    private bool _any;

    public Task BeginAsync(IReadOnlyList<DuckDbColumn> columns, CancellationToken cancellation)
    {
        _columns = [.. columns.Select(c => new ColumnSpec { Name = c.Name, Type = c.Type.Sql })];
        return Task.CompletedTask;
    }

    public Task WriteAsync(DuckDbChunk chunk, int rows, CancellationToken cancellation)
    {
        if (rows == 0)
            return Task.CompletedTask;
        var texts = new string?[rows][];
        for (var row = 0; row < rows; row++)
        {
            texts[row] = new string?[chunk.ColumnCount];
            for (var column = 0; column < chunk.ColumnCount; column++)
                texts[row][column] = ValueText.Of(chunk[column].GetValue(row));
        }
        _any = true;
        onRows(_columns, texts);
        return Task.CompletedTask;
    }

    public Task EndAsync(CancellationToken cancellation)
    {
        if (!_any)
            onRows(_columns, []);
        return Task.CompletedTask;
    }
}
