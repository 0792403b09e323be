using System.Runtime.InteropServices;

namespace DataGrid.DuckDb.Native;

/// <summary>duckdb_result: passed by value to the chunk functions, so its layout is the C one.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    internal ulong DeprecatedColumnCount;
    internal ulong DeprecatedRowCount;
    internal ulong DeprecatedRowsChanged;
    internal nint DeprecatedColumns;
    internal nint DeprecatedErrorMessage;
    internal nint InternalData;
}

/// <summary>duckdb_hugeint and duckdb_uhugeint. Int128 itself may not cross the C boundary by value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeHugeInt(ulong lower, ulong upper)
{
    internal ulong Lower = lower;
    internal ulong Upper = upper;

    internal static NativeHugeInt From(Int128 value) => new((ulong)(value & ulong.MaxValue), (ulong)((UInt128)value >> 64));

    internal static NativeHugeInt From(UInt128 value) => new((ulong)(value & ulong.MaxValue), (ulong)(value >> 64));
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeDecimal
{
    internal byte Width;
    internal byte Scale;
    internal NativeHugeInt Value;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeInterval
{
    internal int Months;
    internal int Days;
    internal long Micros;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeBytes
{
    internal byte* Data;
    internal ulong Size;
    internal byte IsNegative;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeProgress
{
    internal double Percentage;
    internal ulong RowsProcessed;
    internal ulong TotalRows;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeListEntry
{
    internal ulong Offset;
    internal ulong Length;
}

/// <summary>duckdb_string_t: up to 12 bytes inside, longer ones behind a pointer after a 4-byte prefix.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct NativeString
{
    internal const int InlineLength = 12;

    [FieldOffset(0)]
    internal uint Length;

    [FieldOffset(4)]
    internal fixed byte Inlined[InlineLength];

    [FieldOffset(8)]
    internal byte* Pointer;
}
