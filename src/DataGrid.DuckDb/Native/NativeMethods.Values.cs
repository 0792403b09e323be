using System.Runtime.InteropServices;

namespace DataGrid.DuckDb.Native;

/// <content>Single values (for parameters) and the appender.</content>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_value")]
    internal static partial void DestroyValue(ref nint value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_null_value")]
    internal static partial nint CreateNull();

    [LibraryImport(Lib, EntryPoint = "duckdb_create_bool")]
    internal static partial nint CreateBool([MarshalAs(UnmanagedType.U1)] bool value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_int8")]
    internal static partial nint CreateInt8(sbyte value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_int16")]
    internal static partial nint CreateInt16(short value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_int32")]
    internal static partial nint CreateInt32(int value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_int64")]
    internal static partial nint CreateInt64(long value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_uint8")]
    internal static partial nint CreateUInt8(byte value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_uint16")]
    internal static partial nint CreateUInt16(ushort value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_uint32")]
    internal static partial nint CreateUInt32(uint value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_uint64")]
    internal static partial nint CreateUInt64(ulong value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_hugeint")]
    internal static partial nint CreateHugeInt(NativeHugeInt value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_uhugeint")]
    internal static partial nint CreateUHugeInt(NativeHugeInt value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_bignum")]
    internal static partial nint CreateBigNum(NativeBytes value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_decimal")]
    internal static partial nint CreateDecimal(NativeDecimal value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_float")]
    internal static partial nint CreateFloat(float value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_double")]
    internal static partial nint CreateDouble(double value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_varchar_length")]
    internal static partial nint CreateVarchar(byte* text, ulong length);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_blob")]
    internal static partial nint CreateBlob(byte* data, ulong length);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_date")]
    internal static partial nint CreateDate(int days);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_time")]
    internal static partial nint CreateTime(long micros);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_time_ns")]
    internal static partial nint CreateTimeNs(long nanos);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_time_tz_value")]
    internal static partial nint CreateTimeTz(ulong bits);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_timestamp")]
    internal static partial nint CreateTimestamp(long micros);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_timestamp_tz")]
    internal static partial nint CreateTimestampTz(long micros);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_timestamp_ns")]
    internal static partial nint CreateTimestampNs(long nanos);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_interval")]
    internal static partial nint CreateInterval(NativeInterval value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_uuid")]
    internal static partial nint CreateUuid(NativeHugeInt value);

    [LibraryImport(Lib, EntryPoint = "duckdb_create_list_value")]
    internal static partial nint CreateList(nint type, nint* values, ulong count);

    [LibraryImport(Lib, EntryPoint = "duckdb_get_value_type")]
    internal static partial nint ValueType(nint value);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_create_ext", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int AppenderCreate(nint connection, string? catalog, string? schema, string table, out nint appender);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_column_count")]
    internal static partial ulong AppenderColumnCount(nint appender);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_column_type")]
    internal static partial nint AppenderColumnType(nint appender, ulong column);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_error_data")]
    internal static partial nint AppenderErrorData(nint appender);

    [LibraryImport(Lib, EntryPoint = "duckdb_error_data_message")]
    internal static partial byte* ErrorDataMessage(nint error);

    [LibraryImport(Lib, EntryPoint = "duckdb_error_data_error_type")]
    internal static partial int ErrorDataType(nint error);

    [LibraryImport(Lib, EntryPoint = "duckdb_destroy_error_data")]
    internal static partial void DestroyErrorData(ref nint error);

    [LibraryImport(Lib, EntryPoint = "duckdb_append_value")]
    internal static partial int AppendValue(nint appender, nint value);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_end_row")]
    internal static partial int AppenderEndRow(nint appender);

    [LibraryImport(Lib, EntryPoint = "duckdb_append_data_chunk")]
    internal static partial int AppendDataChunk(nint appender, nint chunk);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_flush")]
    internal static partial int AppenderFlush(nint appender);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_clear")]
    internal static partial int AppenderClear(nint appender);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_close")]
    internal static partial int AppenderClose(nint appender);

    [LibraryImport(Lib, EntryPoint = "duckdb_appender_destroy")]
    internal static partial int AppenderDestroy(ref nint appender);
}
