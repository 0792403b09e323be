using DataGrid.DuckDb.Native;

namespace DataGrid.DuckDb;

/// <summary>How far a running query is.</summary>
/// <param name="Percent">0 to 100; -1 when DuckDB cannot tell (no query, or <c>enable_progress_bar</c> is off).</param>
/// <param name="RowsDone">Rows processed.</param>
/// <param name="RowsTotal">Rows to process, estimated.</param>
public readonly record struct DuckDbProgress(double Percent, long RowsDone, long RowsTotal);

/// <summary>
/// A connection. Calls block the calling thread, so callers use worker threads; one at a time. <see cref="Interrupt"/> and <see cref="Progress"/>
/// may be called from any thread. A cancelled token interrupts the running call, which then throws <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class DuckDbConnection : IDisposable
{
    private readonly ConnectionHandle _handle;

    internal DuckDbConnection(ConnectionHandle handle)
    {
        _handle = handle;
        try
        {
            // Positions, subtypes and candidates of errors come only in this form.
            Execute("SET errors_as_json = true");
        }
        catch (DuckDbException e) when (e.Kind is DuckDbErrorKind.InvalidInput)
        {
            // The configuration is locked: errors of this connection stay plain text, without positions.
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>How far the running query is.</summary>
    public DuckDbProgress Progress
    {
        get
        {
            using var use = Use();
            var progress = NativeMethods.QueryProgress(_handle.Raw);
            return new DuckDbProgress(progress.Percentage, (long)progress.RowsProcessed, (long)progress.TotalRows);
        }
    }

    internal ConnectionHandle Handle => _handle;

    /// <summary>Runs one or several statements and forgets their rows.</summary>
    /// <returns>The number of rows that the last statement changed; 0 for other statements.</returns>
    /// <exception cref="DuckDbException">DuckDB refused or failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public long Execute(string sql, CancellationToken cancellation = default)
    {
        using var result = Query(sql, cancellation);
        return result.RowsChanged;
    }

    /// <summary>Runs a statement with named parameters (see <see cref="DuckDbStatement.Bind(string, object?)"/>).</summary>
    /// <returns>The number of rows changed.</returns>
    public long Execute(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation = default)
    {
        using var result = Query(sql, parameters, cancellation: cancellation);
        return result.RowsChanged;
    }

    /// <summary>Runs one or several statements; the last one's rows are all in memory when this returns.</summary>
    public unsafe DuckDbResult Query(string sql, CancellationToken cancellation = default)
    {
        CheckText(sql);
        using var use = Use();
        var result = new ResultHandle(_handle);
        try
        {
            using (InterruptGuard.Begin(_handle, cancellation))
            {
                if (NativeMethods.Query(_handle.Raw, sql, result.Pointer) == 0)
                    return new DuckDbResult(result, _handle, sql);
            }
            throw Failure(Utf8.Borrowed(NativeMethods.ResultError(result.Pointer)), NativeMethods.ResultErrorType(result.Pointer), sql, cancellation);
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Runs one statement with named parameters.</summary>
    /// <param name="sql">One statement, e.g. <c>SELECT * FROM t WHERE day = $day</c>.</param>
    /// <param name="parameters">Values by name, without the <c>$</c>; null for none.</param>
    /// <param name="streaming">
    /// true: rows are computed while they are read, so memory stays small; the connection can run nothing else until the result is read or disposed.
    /// </param>
    /// <param name="cancellation">Interrupts the query.</param>
    public DuckDbResult Query(
        string sql, IReadOnlyDictionary<string, object?>? parameters, bool streaming = false, CancellationToken cancellation = default)
    {
        using var statement = Prepare(sql, cancellation);
        foreach (var (name, value) in parameters ?? new Dictionary<string, object?>())
            statement.Bind(name, value);
        return statement.Execute(streaming, cancellation);
    }

    /// <summary>The first column of the first row.</summary>
    /// <returns>The value converted to <typeparamref name="T"/>; default when there is no row or it is NULL.</returns>
    /// <exception cref="InvalidCastException">The value is not a <typeparamref name="T"/> and no number that fits it.</exception>
    public T? ExecuteScalar<T>(string sql, CancellationToken cancellation = default)
    {
        using var result = Query(sql, cancellation);
        return ValueConvert.To<T>(result.ReadRows(cancellation).FirstOrDefault()?[0]);
    }

    /// <summary>The first column of the first row of a statement with named parameters.</summary>
    public T? ExecuteScalar<T>(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation = default)
    {
        using var result = Query(sql, parameters, cancellation: cancellation);
        return ValueConvert.To<T>(result.ReadRows(cancellation).FirstOrDefault()?[0]);
    }

    /// <summary>Parses and binds one statement.</summary>
    /// <exception cref="DuckDbException">It is wrong, or not exactly one.</exception>
    public unsafe DuckDbStatement Prepare(string sql, CancellationToken cancellation = default)
    {
        CheckText(sql);
        using var use = Use();
        nint native;
        int state;
        using (InterruptGuard.Begin(_handle, cancellation))
            state = NativeMethods.Prepare(_handle.Raw, sql, out native);
        var statement = new StatementHandle(_handle, native);
        if (state == 0)
            return new DuckDbStatement(statement, _handle, sql);
        using (statement)
            throw Failure(Utf8.Borrowed(NativeMethods.PrepareError(native)), 0, sql, cancellation);
    }

    /// <summary>How many statements a text holds, by DuckDB's own parser; 0 for an empty text or comments only.</summary>
    /// <exception cref="DuckDbException">It cannot be parsed.</exception>
    public unsafe int CountStatements(string sql)
    {
        CheckText(sql);
        using var use = Use();
        var count = NativeMethods.ExtractStatements(_handle.Raw, sql, out var statements);
        try
        {
            var error = statements == 0 ? null : NativeMethods.ExtractStatementsError(statements);
            return count > 0 || error == null ? (int)count : throw NativeErrors.Parse(Utf8.Borrowed(error), (int)DuckDbErrorKind.Parser, sql);
        }
        finally
        {
            NativeMethods.DestroyExtracted(ref statements);
        }
    }

    /// <summary>Starts a bulk insert into a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="schema">Its schema; null for the default one.</param>
    /// <param name="catalog">Its database; null for the default one.</param>
    public DuckDbAppender CreateAppender(string table, string? schema = null, string? catalog = null)
    {
        using var use = Use();
        return DuckDbAppender.Create(_handle, catalog, schema, table);
    }

    /// <summary>Stops the running query, if any; it fails with <see cref="DuckDbErrorKind.Interrupt"/>.</summary>
    public void Interrupt()
    {
        using var use = Use();
        NativeMethods.Interrupt(_handle.Raw);
    }

    /// <summary>
    /// Keeps the native connection and its instance for the life of the process, whatever is disposed. For an instance that hostile SQL has poisoned
    /// (<c>enable_logging</c> to a place that it may not write): closing it would end the process.
    /// </summary>
    public void Abandon()
    {
        var held = false;
        _handle.DangerousAddRef(ref held);
    }

    /// <summary>Closes the connection; results and statements that are still open keep it alive.</summary>
    public void Dispose() => _handle.Dispose();

    internal static Exception Failure(string text, int type, string sql, CancellationToken cancellation)
    {
        var failure = NativeErrors.Parse(text, type, sql);
        return failure.Kind == DuckDbErrorKind.Interrupt && cancellation.IsCancellationRequested
            ? new OperationCanceledException("The query was cancelled.", failure, cancellation)
            : failure;
    }

    private static void CheckText(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        var nul = sql.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
            throw new DuckDbException(DuckDbErrorKind.Parser, "SQL text cannot contain the NUL character.", nul);
    }

    private HandleUse Use() => new(_handle);
}
