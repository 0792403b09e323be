using System.Buffers.Binary;
using System.Collections;
using System.Numerics;
using System.Text;

namespace DataGrid.DuckDb.Native;

/// <summary>.NET values to DuckDB values, for parameters and the row appender.</summary>
internal static unsafe class ParameterValue
{
    internal static ValueHandle Create(object? value) => new(Native(value));

    private static nint Native(object? value) => value switch
    {
        null or DBNull => NativeMethods.CreateNull(),
        bool v => NativeMethods.CreateBool(v),
        sbyte v => NativeMethods.CreateInt8(v),
        short v => NativeMethods.CreateInt16(v),
        int v => NativeMethods.CreateInt32(v),
        long v => NativeMethods.CreateInt64(v),
        byte v => NativeMethods.CreateUInt8(v),
        ushort v => NativeMethods.CreateUInt16(v),
        uint v => NativeMethods.CreateUInt32(v),
        ulong v => NativeMethods.CreateUInt64(v),
        Int128 v => NativeMethods.CreateHugeInt(NativeHugeInt.From(v)),
        UInt128 v => NativeMethods.CreateUHugeInt(NativeHugeInt.From(v)),
        BigInteger v => BigNum(v),
        float v => NativeMethods.CreateFloat(v),
        double v => NativeMethods.CreateDouble(v),
        decimal v => Decimal(v),
        DuckDbDecimal v => Decimal(v.Unscaled, v.Scale),
        string v => Varchar(v),
        byte[] v => Blob(v),
        ReadOnlyMemory<byte> v => Blob(v.Span),
        Guid v => Uuid(v),
        IEnumerable v => List(v),
        _ => TimeValue(value),
    };

    private static nint TimeValue(object value) => value switch
    {
        DateOnly v => NativeMethods.CreateDate(v.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
        TimeOnly v => NativeMethods.CreateTime(v.Ticks / TimeSpan.TicksPerMicrosecond),
        DateTime v => NativeMethods.CreateTimestamp(Micros(v.Ticks)),
        DateTimeOffset v => NativeMethods.CreateTimestampTz(Micros(v.UtcTicks)),
        TimeSpan v => NativeMethods.CreateInterval(new NativeInterval { Days = v.Days, Micros = (v.Ticks - v.Days * TimeSpan.TicksPerDay) / TimeSpan.TicksPerMicrosecond }),
        DuckDbInterval v => NativeMethods.CreateInterval(new NativeInterval { Months = v.Months, Days = v.Days, Micros = v.Micros }),
        DuckDbTimestampNs v => NativeMethods.CreateTimestampNs(v.Nanoseconds),
        DuckDbTimeNs v => NativeMethods.CreateTimeNs(v.Nanoseconds),
        DuckDbTimeTz v => NativeMethods.CreateTimeTz(
            (ulong)v.Micros << Times.OffsetBits | (uint)(Times.LargestOffsetSeconds - (int)v.Offset.TotalSeconds)),
        _ => throw new ArgumentException($"A value of type {value.GetType()} cannot be given to DuckDB.", nameof(value)),
    };

    /// <summary>Floor, so that times before 1970 do not move forward.</summary>
    private static long Micros(long ticks)
    {
        var sinceEpoch = ticks - DateTime.UnixEpoch.Ticks;
        var (micros, rest) = Math.DivRem(sinceEpoch, TimeSpan.TicksPerMicrosecond);
        return rest < 0 ? micros - 1 : micros;
    }

    private static nint Decimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = new UInt128((uint)bits[2], (ulong)(uint)bits[1] << 32 | (uint)bits[0]);
        return Decimal(value < 0 ? -(Int128)digits : (Int128)digits, value.Scale);
    }

    private static nint Decimal(Int128 unscaled, byte scale)
    {
        var digits = 1;
        for (var rest = Int128.Abs(unscaled) / 10; rest > 0; rest /= 10)
            digits++;
        var width = (byte)Math.Min(38, Math.Max(digits, scale + 1));
        return NativeMethods.CreateDecimal(new NativeDecimal { Width = width, Scale = scale, Value = NativeHugeInt.From(unscaled) });
    }

    private static nint BigNum(BigInteger value)
    {
        var magnitude = BigInteger.Abs(value).ToByteArray(isUnsigned: true, isBigEndian: true);
        fixed (byte* data = magnitude)
            return NativeMethods.CreateBigNum(new NativeBytes { Data = data, Size = (ulong)magnitude.Length, IsNegative = value.Sign < 0 ? (byte)1 : (byte)0 });
    }

    private static nint Varchar(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        // fixed gives null for an empty array, which the C API does not take for an empty text.
        var none = (byte)0;
        fixed (byte* data = bytes)
            return NativeMethods.CreateVarchar(data == null ? &none : data, (ulong)bytes.Length);
    }

    private static nint Blob(ReadOnlySpan<byte> bytes)
    {
        var none = (byte)0;
        fixed (byte* data = bytes)
            return NativeMethods.CreateBlob(data == null ? &none : data, (ulong)bytes.Length);
    }

    private static nint Uuid(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return NativeMethods.CreateUuid(NativeHugeInt.From(BinaryPrimitives.ReadUInt128BigEndian(bytes)));
    }

    /// <summary>A list takes the type of its first element that is not null; all elements must have it.</summary>
    private static nint List(IEnumerable elements)
    {
        var handles = new List<ValueHandle>();
        try
        {
            ValueHandle? typed = null;
            foreach (var element in elements)
            {
                var handle = Create(element);
                handles.Add(handle);
                if (typed is null && element is not null)
                    typed = handle;
            }
            using var nothing = typed is null ? new LogicalTypeHandle(NativeMethods.CreateLogicalType((int)DuckDbTypeKind.SqlNull)) : null;
            // The value owns the type that it tells.
            var type = nothing?.Raw ?? NativeMethods.ValueType(typed!.Raw);
            var raw = handles.Select(h => h.Raw).ToArray();
            fixed (nint* values = raw)
            {
                var none = (nint)0;
                var list = NativeMethods.CreateList(type, values == null ? &none : values, (ulong)raw.Length);
                return list != 0 ? list : throw new ArgumentException("The elements of a list must have one type.", nameof(elements));
            }
        }
        finally
        {
            handles.ForEach(h => h.Dispose());
        }
    }
}
