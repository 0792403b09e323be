using System.Runtime.InteropServices;

namespace DataGrid.DuckDb.Native;

/// <summary>
/// DuckDB's C API, the part that is used. Ownership follows the C header: everything from a create, prepare, query or fetch call is
/// destroyed by its own function; <c>char*</c> of the logical type functions is freed by <see cref="Free"/>, other <c>char*</c> are borrowed.
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Lib = NativeLibraryLocator.Library;

    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, NativeLibraryLocator.Resolve);

    [LibraryImport(Lib, EntryPoint = "duckdb_library_version")]
    internal static partial byte* LibraryVersion();

    [LibraryImport(Lib, EntryPoint = "duckdb_free")]
    internal static partial void Free(void* pointer);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_config")]
    internal static partial int CreateConfig(out nint config);

    [LibraryImport(Lib, EntryPoint = "duckdb_set_config", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetConfig(nint config, string name, string option);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_config")]
    internal static partial void DestroyConfig(ref nint config);

    [LibraryImport(Lib, EntryPoint = "duckdb_open_ext", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenExt(string path, out nint database, nint config, out byte* error);

    [LibraryImport(Lib, EntryPoint = "duckdb_close")]
    internal static partial void Close(ref nint database);

    [LibraryImport(Lib, EntryPoint = "duckdb_connect")]
    internal static partial int Connect(nint database, out nint connection);

    [LibraryImport(Lib, EntryPoint = "duckdb_disconnect")]
    internal static partial void Disconnect(ref nint connection);

    [LibraryImport(Lib, EntryPoint = "duckdb_interrupt")]
    internal static partial void Interrupt(nint connection);

    [LibraryImport(Lib, EntryPoint = "duckdb_query_progress")]
    internal static partial NativeProgress QueryProgress(nint connection);

    [LibraryImport(Lib, EntryPoint = "duckdb_query", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Query(nint connection, string sql, NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_result")]
    internal static partial void DestroyResult(NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_column_count")]
    internal static partial ulong ColumnCount(NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_column_name")]
    internal static partial byte* ColumnName(NativeResult* result, ulong column);

    [LibraryImport(Lib, EntryPoint = "duckdb_column_logical_type")]
    internal static partial nint ColumnLogicalType(NativeResult* result, ulong column);

    [LibraryImport(Lib, EntryPoint = "duckdb_rows_changed")]
    internal static partial ulong RowsChanged(NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_result_return_type")]
    internal static partial int ResultReturnType(NativeResult result);

    [LibraryImport(Lib, EntryPoint = "duckdb_result_error")]
    internal static partial byte* ResultError(NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_result_error_type")]
    internal static partial int ResultErrorType(NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_fetch_chunk")]
    internal static partial nint FetchChunk(NativeResult result);

    [LibraryImport(Lib, EntryPoint = "duckdb_extract_statements", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial ulong ExtractStatements(nint connection, string sql, out nint statements);

    [LibraryImport(Lib, EntryPoint = "duckdb_extract_statements_error")]
    internal static partial byte* ExtractStatementsError(nint statements);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_extracted")]
    internal static partial void DestroyExtracted(ref nint statements);

    [LibraryImport(Lib, EntryPoint = "duckdb_prepare", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Prepare(nint connection, string sql, out nint statement);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_prepare")]
    internal static partial void DestroyPrepare(ref nint statement);

    [LibraryImport(Lib, EntryPoint = "duckdb_prepare_error")]
    internal static partial byte* PrepareError(nint statement);

    [LibraryImport(Lib, EntryPoint = "duckdb_nparams")]
    internal static partial ulong ParameterCount(nint statement);

    [LibraryImport(Lib, EntryPoint = "duckdb_parameter_name")]
    internal static partial byte* ParameterName(nint statement, ulong index);

    [LibraryImport(Lib, EntryPoint = "duckdb_bind_parameter_index", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int BindParameterIndex(nint statement, out ulong index, string name);

    [LibraryImport(Lib, EntryPoint = "duckdb_clear_bindings")]
    internal static partial int ClearBindings(nint statement);

    [LibraryImport(Lib, EntryPoint = "duckdb_bind_value")]
    internal static partial int BindValue(nint statement, ulong index, nint value);

    [LibraryImport(Lib, EntryPoint = "duckdb_prepared_statement_type")]
    internal static partial int PreparedStatementType(nint statement);

    [LibraryImport(Lib, EntryPoint = "duckdb_prepared_statement_column_count")]
    internal static partial ulong PreparedColumnCount(nint statement);

    [LibraryImport(Lib, EntryPoint = "duckdb_prepared_statement_column_name")]
    internal static partial byte* PreparedColumnName(nint statement, ulong column);

    [LibraryImport(Lib, EntryPoint = "duckdb_prepared_statement_column_logical_type")]
    internal static partial nint PreparedColumnLogicalType(nint statement, ulong column);

    [LibraryImport(Lib, EntryPoint = "duckdb_execute_prepared")]
    internal static partial int ExecutePrepared(nint statement, NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_pending_prepared_streaming")]
    internal static partial int PendingPreparedStreaming(nint statement, out nint pending);

    [LibraryImport(Lib, EntryPoint = "duckdb_pending_error")]
    internal static partial byte* PendingError(nint pending);

    [LibraryImport(Lib, EntryPoint = "duckdb_execute_pending")]
    internal static partial int ExecutePending(nint pending, NativeResult* result);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_pending")]
    internal static partial void DestroyPending(ref nint pending);
}
