using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>Up to 2 048 rows, as one vector per column.</summary>
public sealed class DuckDbChunk : IDisposable
{
    private readonly ChunkHandle _handle;
    private readonly DuckDbVector[] _vectors;

    internal DuckDbChunk(ChunkHandle handle, IReadOnlyList<DuckDbColumn> columns)
    {
        _handle = handle;
        RowCount = (int)NativeMethods.DataChunkSize(handle.Raw);
        _vectors = new DuckDbVector[columns.Count];
        for (var i = 0; i < _vectors.Length; i++)
            _vectors[i] = new DuckDbVector(handle, NativeMethods.DataChunkVector(handle.Raw, (ulong)i), columns[i].Type, RowCount);
    }

    /// <summary>The number of rows, at least 1.</summary>
    public int RowCount { get; }

    /// <summary>The number of columns.</summary>
    public int ColumnCount => _vectors.Length;

    /// <summary>A column's values.</summary>
    public DuckDbVector this[int column] => _vectors[column];

    /// <summary>Gives the memory back; spans taken from its vectors must not be used any more.</summary>
    public void Dispose() => _handle.Dispose();
}
