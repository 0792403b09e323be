using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>A prepared statement with its parameters. May be executed many times.</summary>
public sealed class DuckDbStatement : IDisposable
{
    private readonly StatementHandle _handle;
    private readonly ConnectionHandle _connection;
    private readonly string _sql;

    internal DuckDbStatement(StatementHandle handle, ConnectionHandle connection, string sql)
    {
        _handle = handle;
        _connection = connection;
        _sql = sql;
    }

    /// <summary>The number of parameters.</summary>
    public int ParameterCount
    {
        get
        {
            using var use = new HandleUse(_handle);
            return (int)NativeMethods.ParameterCount(_handle.Raw);
        }
    }

    /// <summary>The parameters' names in their order; positional ones are called <c>1</c>, <c>2</c> ….</summary>
    public unsafe IReadOnlyList<string> ParameterNames
    {
        get
        {
            using var use = new HandleUse(_handle);
            var names = new string[NativeMethods.ParameterCount(_handle.Raw)];
            for (var i = 0; i < names.Length; i++)
                names[i] = Utf8.Owned(NativeMethods.ParameterName(_handle.Raw, (ulong)i + 1)) ?? "";
            return names;
        }
    }

    /// <summary>DuckDB's number of the statement's kind, duckdb_statement_type: 1 is SELECT. Not a security check: some PRAGMAs say SELECT.</summary>
    public int StatementType
    {
        get
        {
            using var use = new HandleUse(_handle);
            return NativeMethods.PreparedStatementType(_handle.Raw);
        }
    }

    /// <summary>The columns that the statement will return, known without running it (while all parameters' types can be inferred).</summary>
    public unsafe IReadOnlyList<DuckDbColumn> Columns
    {
        get
        {
            using var use = new HandleUse(_handle);
            var columns = new DuckDbColumn[NativeMethods.PreparedColumnCount(_handle.Raw)];
            for (var i = 0UL; i < (ulong)columns.Length; i++)
            {
                var name = Utf8.Owned(NativeMethods.PreparedColumnName(_handle.Raw, i)) ?? "";
                columns[i] = new DuckDbColumn(name, DuckDbLogicalType.Take(NativeMethods.PreparedColumnLogicalType(_handle.Raw, i)));
            }
            return columns;
        }
    }

    /// <summary>
    /// Binds a positional parameter. Takes null, bool, all integers, <see cref="Int128"/>, <see cref="UInt128"/>, <see cref="System.Numerics.BigInteger"/>,
    /// float, double, decimal, <see cref="DuckDbDecimal"/>, string, byte arrays, <see cref="DateOnly"/>, <see cref="TimeOnly"/>,
    /// <see cref="DateTime"/> (TIMESTAMP), <see cref="DateTimeOffset"/> (TIMESTAMP WITH TIME ZONE), <see cref="TimeSpan"/> and <see cref="DuckDbInterval"/>,
    /// <see cref="Guid"/>, and lists of these.
    /// </summary>
    /// <param name="index">1 for the first.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">There is no such parameter, or the value's type is none of the above.</exception>
    public DuckDbStatement Bind(int index, object? value)
    {
        using var use = new HandleUse(_handle);
        using var native = ParameterValue.Create(value);
        if (index < 1 || NativeMethods.BindValue(_handle.Raw, (ulong)index, native.Raw) != 0)
            throw new ArgumentException($"The statement has no parameter {index}: it has {ParameterCount}.", nameof(index));
        return this;
    }

    /// <summary>Binds a named parameter.</summary>
    /// <param name="name">The name without <c>$</c>.</param>
    /// <param name="value">The value; see <see cref="Bind(int, object?)"/>.</param>
    /// <exception cref="ArgumentException">There is no such parameter, or the value's type cannot be bound.</exception>
    public DuckDbStatement Bind(string name, object? value)
    {
        using var use = new HandleUse(_handle);
        if (NativeMethods.BindParameterIndex(_handle.Raw, out var index, name) != 0)
            throw new ArgumentException($"The statement has no parameter ${name}; it has: {string.Join(", ", ParameterNames.Select(n => "$" + n))}.", nameof(name));
        return Bind((int)index, value);
    }

    /// <summary>Forgets all bound values.</summary>
    public void ClearBindings()
    {
        using var use = new HandleUse(_handle);
        _ = NativeMethods.ClearBindings(_handle.Raw);
    }

    /// <summary>Runs the statement.</summary>
    /// <param name="streaming">See <see cref="DuckDbConnection.Query(string, IReadOnlyDictionary{string, object?}?, bool, CancellationToken)"/>.</param>
    /// <param name="cancellation">Interrupts it.</param>
    public unsafe DuckDbResult Execute(bool streaming = false, CancellationToken cancellation = default)
    {
        using var use = new HandleUse(_handle);
        var result = new ResultHandle(_connection);
        try
        {
            var error = streaming ? Stream(result, cancellation) : Run(result, cancellation);
            if (error is null)
                return new DuckDbResult(result, _connection, _sql);
            throw DuckDbConnection.Failure(error, NativeMethods.ResultErrorType(result.Pointer), _sql, cancellation);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private unsafe string? Run(ResultHandle result, CancellationToken cancellation)
    {
        using (InterruptGuard.Begin(_connection, cancellation))
        {
            if (NativeMethods.ExecutePrepared(_handle.Raw, result.Pointer) == 0)
                return null;
        }
        return Utf8.Borrowed(NativeMethods.ResultError(result.Pointer));
    }

    private unsafe string? Stream(ResultHandle result, CancellationToken cancellation)
    {
        using var guard = InterruptGuard.Begin(_connection, cancellation);
        var state = NativeMethods.PendingPreparedStreaming(_handle.Raw, out var pending);
        try
        {
            if (state != 0)
                return Utf8.Borrowed(NativeMethods.PendingError(pending));
            return NativeMethods.ExecutePending(pending, result.Pointer) == 0 ? null : Utf8.Borrowed(NativeMethods.ResultError(result.Pointer));
        }
        finally
        {
            NativeMethods.DestroyPending(ref pending);
        }
    }
}
