using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>
/// Bulk insert into one table. Rows are visible after <see cref="Flush"/> or <see cref="Close"/>; a Dispose without either throws what was not flushed away.
/// </summary>
public sealed class DuckDbAppender : IDisposable
{
    private readonly AppenderHandle _handle;
    private readonly ConnectionHandle _connection;
    private bool _closed;

    private DuckDbAppender(AppenderHandle handle, ConnectionHandle connection)
    {
        _handle = handle;
        _connection = connection;
        var types = new DuckDbLogicalType[NativeMethods.AppenderColumnCount(handle.Raw)];
        for (var i = 0; i < types.Length; i++)
            types[i] = DuckDbLogicalType.Take(NativeMethods.AppenderColumnType(handle.Raw, (ulong)i));
        ColumnTypes = types;
    }

    /// <summary>The table's column types in their order.</summary>
    public IReadOnlyList<DuckDbLogicalType> ColumnTypes { get; }

    /// <summary>Appends one row of values (see <see cref="DuckDbStatement.Bind(int, object?)"/>),
    /// cast to the columns' types. For many rows use chunks.</summary>
    public void AppendRow(params ReadOnlySpan<object?> values)
    {
        using var use = new HandleUse(_handle);
        if (values.Length != ColumnTypes.Count)
            throw new ArgumentException($"The table has {ColumnTypes.Count} columns, the row {values.Length}.", nameof(values));
        foreach (var value in values)
        {
            using var native = ParameterValue.Create(value);
            Check(NativeMethods.AppendValue(_handle.Raw, native.Raw));
        }
        Check(NativeMethods.AppenderEndRow(_handle.Raw));
    }

    /// <summary>Appends all rows of a chunk, which stays the caller's and may be reused.</summary>
    public void Append(DuckDbChunkBuilder chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        using var use = new HandleUse(_handle);
        Check(NativeMethods.AppendDataChunk(_handle.Raw, chunk.Seal()));
    }

    /// <summary>Writes what was appended so far to the table.</summary>
    /// <exception cref="DuckDbException">A constraint failed; everything not flushed before is lost.</exception>
    public void Flush(CancellationToken cancellation = default)
    {
        using var use = new HandleUse(_handle);
        using (InterruptGuard.Begin(_connection, cancellation))
            Check(NativeMethods.AppenderFlush(_handle.Raw));
    }

    /// <summary>Flushes and ends.</summary>
    public void Close(CancellationToken cancellation = default)
    {
        using var use = new HandleUse(_handle);
        if (_closed)
            return;
        using (InterruptGuard.Begin(_connection, cancellation))
            Check(NativeMethods.AppenderClose(_handle.Raw));
        _closed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Destroying an appender flushes it: what the caller did not ask to keep must not appear.
        if (!_closed && !_handle.IsDisposed)
            _ = NativeMethods.AppenderClear(_handle.Raw);
        _closed = true;
        _handle.Dispose();
    }

    internal static DuckDbAppender Create(ConnectionHandle connection, string? catalog, string? schema, string table)
    {
        var state = NativeMethods.AppenderCreate(connection.Raw, catalog, schema, table, out var native);
        var handle = new AppenderHandle(connection, native);
        if (state == 0)
            return new DuckDbAppender(handle, connection);
        using (handle)
            throw Failure(handle);
    }

    private void Check(int state)
    {
        if (state != 0)
            throw Failure(_handle);
    }

    private static unsafe DuckDbException Failure(AppenderHandle handle)
    {
        var error = NativeMethods.AppenderErrorData(handle.Raw);
        try
        {
            return NativeErrors.Parse(Utf8.Borrowed(NativeMethods.ErrorDataMessage(error)), NativeMethods.ErrorDataType(error), null);
        }
        finally
        {
            NativeMethods.DestroyErrorData(ref error);
        }
    }
}
