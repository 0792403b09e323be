using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>A column of a result.</summary>
/// <param name="Name">Its name; names may repeat.</param>
/// <param name="Type">Its type.</param>
public sealed record DuckDbColumn(string Name, DuckDbLogicalType Type);

/// <summary>The rows of a query, read once, chunk after chunk, by one thread.</summary>
public sealed class DuckDbResult : IDisposable
{
    private readonly ResultHandle _handle;
    private readonly ConnectionHandle _connection;
    private readonly string _sql;
    private bool _ended;

    internal unsafe DuckDbResult(ResultHandle handle, ConnectionHandle connection, string sql)
    {
        _handle = handle;
        _connection = connection;
        _sql = sql;
        var columns = new DuckDbColumn[NativeMethods.ColumnCount(handle.Pointer)];
        for (var i = 0UL; i < (ulong)columns.Length; i++)
        {
            var name = Utf8.Borrowed(NativeMethods.ColumnName(handle.Pointer, i));
            columns[i] = new DuckDbColumn(name, DuckDbLogicalType.Take(NativeMethods.ColumnLogicalType(handle.Pointer, i)));
        }
        Columns = columns;
    }

    /// <summary>The columns. A statement without rows has one or none.</summary>
    public IReadOnlyList<DuckDbColumn> Columns { get; }

    /// <summary>Rows inserted, updated or deleted; 0 for a query.</summary>
    public unsafe long RowsChanged
    {
        get
        {
            using var use = new HandleUse(_handle);
            return (long)NativeMethods.RowsChanged(_handle.Pointer);
        }
    }

    /// <summary>The next rows, at most 2 048, never none.</summary>
    /// <returns>null at the end. Dispose the chunk: its vectors' spans are gone then.</returns>
    /// <exception cref="DuckDbException">A streaming query failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public unsafe DuckDbChunk? ReadChunk(CancellationToken cancellation = default)
    {
        while (!_ended)
        {
            using var use = new HandleUse(_handle);
            nint native;
            using (InterruptGuard.Begin(_connection, cancellation))
                native = NativeMethods.FetchChunk(*_handle.Pointer);
            if (native != 0)
            {
                var chunk = new DuckDbChunk(new ChunkHandle(_handle, native), Columns);
                if (chunk.RowCount > 0)
                    return chunk;
                chunk.Dispose();
                continue;
            }
            // The end and a failure look alike, except for the error text.
            _ended = true;
            var error = NativeMethods.ResultError(_handle.Pointer);
            if (error != null && *error != 0)
                throw DuckDbConnection.Failure(Utf8.Borrowed(error), NativeMethods.ResultErrorType(_handle.Pointer), _sql, cancellation);
        }
        return null;
    }

    /// <summary>The rows as values (see <see cref="DuckDbVector.GetValue"/>). Convenient, not fast: for many rows use chunks.</summary>
    public IEnumerable<object?[]> ReadRows(CancellationToken cancellation = default)
    {
        while (true)
        {
            using var chunk = ReadChunk(cancellation);
            if (chunk is null)
                yield break;
            for (var row = 0; row < chunk.RowCount; row++)
            {
                var values = new object?[chunk.ColumnCount];
                for (var column = 0; column < values.Length; column++)
                    values[column] = chunk[column].GetValue(row);
                yield return values;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
