using System.Numerics;

namespace DataGrid.DuckDb.Native;

/// <summary>One vector value to one .NET object.</summary>
internal static class VectorValues
{
    private const int LargestDecimalWidth = 28;

    internal static object? Read(DuckDbVector vector, long row) => vector.Type.Kind switch
    {
        DuckDbTypeKind.Boolean => vector.At<byte>(row) != 0,
        DuckDbTypeKind.TinyInt => vector.At<sbyte>(row),
        DuckDbTypeKind.SmallInt => vector.At<short>(row),
        DuckDbTypeKind.Integer => vector.At<int>(row),
        DuckDbTypeKind.BigInt => vector.At<long>(row),
        DuckDbTypeKind.UTinyInt => vector.At<byte>(row),
        DuckDbTypeKind.USmallInt => vector.At<ushort>(row),
        DuckDbTypeKind.UInteger => vector.At<uint>(row),
        DuckDbTypeKind.UBigInt => vector.At<ulong>(row),
        DuckDbTypeKind.HugeInt => vector.At<Int128>(row),
        DuckDbTypeKind.UHugeInt => vector.At<UInt128>(row),
        DuckDbTypeKind.Float => vector.At<float>(row),
        DuckDbTypeKind.Double => vector.At<double>(row),
        DuckDbTypeKind.Decimal => Decimal(vector, row),
        DuckDbTypeKind.Varchar => Utf8.Decode(vector.GetBytes(row)),
        DuckDbTypeKind.Blob or DuckDbTypeKind.Geometry => vector.GetBytes(row).ToArray(),
        DuckDbTypeKind.Bit => BitText(vector.GetBytes(row)),
        DuckDbTypeKind.BigNum => BigNum(vector.GetBytes(row)),
        DuckDbTypeKind.Date => Times.Date(vector.At<int>(row)),
        DuckDbTypeKind.Time => Times.Time(vector.At<long>(row)),
        DuckDbTypeKind.TimeNs => new DuckDbTimeNs(vector.At<long>(row)),
        DuckDbTypeKind.TimeTz => Times.TimeTz(vector.At<ulong>(row)),
        DuckDbTypeKind.Timestamp => Times.Timestamp(vector.At<long>(row), 1),
        DuckDbTypeKind.TimestampMs => Times.Timestamp(vector.At<long>(row), 1_000),
        DuckDbTypeKind.TimestampS => Times.Timestamp(vector.At<long>(row), 1_000_000),
        DuckDbTypeKind.TimestampNs => Times.TimestampNs(vector.At<long>(row)),
        DuckDbTypeKind.TimestampTz => Times.TimestampTz(vector.At<long>(row)),
        DuckDbTypeKind.Interval => Interval(vector.At<NativeInterval>(row)),
        DuckDbTypeKind.Uuid => Uuid(vector.At<UInt128>(row)),
        DuckDbTypeKind.Enum => vector.Type.EnumValues[EnumIndex(vector, row)],
        DuckDbTypeKind.List or DuckDbTypeKind.Array => Elements(vector, row),
        DuckDbTypeKind.Struct => StructValue(vector, row),
        DuckDbTypeKind.Map => MapEntries(vector, row),
        DuckDbTypeKind.Union => UnionValue(vector, row),
        DuckDbTypeKind.SqlNull => null,
        _ => throw new NotSupportedException($"A value of type {vector.Type} cannot be read: cast it in the SQL, e.g. to VARCHAR."),
    };

    internal static Int128 UnscaledDecimal(DuckDbVector vector, long row) => VectorLayout.DecimalSize(vector.Type.Width) switch
    {
        2 => vector.At<short>(row),
        4 => vector.At<int>(row),
        8 => vector.At<long>(row),
        _ => vector.At<Int128>(row),
    };

    private static object Decimal(DuckDbVector vector, long row)
    {
        var unscaled = UnscaledDecimal(vector, row);
        var scale = (byte)vector.Type.Scale;
        if (vector.Type.Width > LargestDecimalWidth)
            return new DuckDbDecimal(unscaled, scale);
        var negative = Int128.IsNegative(unscaled);
        var digits = (UInt128)Int128.Abs(unscaled);
        return new decimal((int)(uint)(digits & uint.MaxValue), (int)(uint)(digits >> 32 & uint.MaxValue), (int)(uint)(digits >> 64), negative, scale);
    }

    private static int EnumIndex(DuckDbVector vector, long row) => VectorLayout.EnumSize(vector.Type.EnumValues.Count) switch
    {
        1 => vector.At<byte>(row),
        2 => vector.At<ushort>(row),
        _ => (int)vector.At<uint>(row),
    };

    private static DuckDbInterval Interval(NativeInterval interval) => new(interval.Months, interval.Days, interval.Micros);

    private static Guid Uuid(UInt128 stored)
    {
        // Stored with the top bit flipped, so that signed order is the text's order.
        var value = stored ^ (UInt128.One << 127);
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The first byte tells how many bits of the second are padding.</summary>
    private static string BitText(ReadOnlySpan<byte> bytes)
    {
        var padding = bytes[0];
        var text = new char[(bytes.Length - 1) * 8 - padding];
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i + padding;
            text[i] = (bytes[1 + bit / 8] >> (7 - bit % 8) & 1) == 0 ? '0' : '1';
        }
        return new string(text);
    }

    /// <summary>Three bytes of header whose top bit is the sign, then the magnitude, big endian; all complemented when negative.</summary>
    private static BigInteger BigNum(ReadOnlySpan<byte> bytes)
    {
        const int header = 3;
        if ((bytes[0] & 0x80) != 0)
            return new BigInteger(bytes[header..], isUnsigned: true, isBigEndian: true);
        var magnitude = bytes[header..].ToArray();
        for (var i = 0; i < magnitude.Length; i++)
            magnitude[i] = (byte)~magnitude[i];
        return -new BigInteger(magnitude, isUnsigned: true, isBigEndian: true);
    }

    private static object?[] Elements(DuckDbVector vector, long row)
    {
        var (offset, length) = vector.GetListRange(row);
        var elements = new object?[length];
        for (var i = 0; i < elements.Length; i++)
            elements[i] = vector.Children[0].GetValue(offset + i);
        return elements;
    }

    private static DuckDbStruct StructValue(DuckDbVector vector, long row)
    {
        var values = new object?[vector.Children.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = vector.Children[i].GetValue(row);
        return new DuckDbStruct(vector.Type.Fields, values);
    }

    private static KeyValuePair<object, object?>[] MapEntries(DuckDbVector vector, long row)
    {
        var (offset, length) = vector.GetListRange(row);
        var entries = new KeyValuePair<object, object?>[length];
        var (keys, values) = (vector.Children[0].Children[0], vector.Children[0].Children[1]);
        for (var i = 0; i < entries.Length; i++)
        {
            var key = keys.GetValue(offset + i) ?? throw new InvalidOperationException("A MAP key is NULL, which DuckDB does not allow.");
            entries[i] = new KeyValuePair<object, object?>(key, values.GetValue(offset + i));
        }
        return entries;
    }

    private static DuckDbUnion UnionValue(DuckDbVector vector, long row)
    {
        var tag = vector.Children[0].At<byte>(row);
        return new DuckDbUnion(vector.Type.Fields[tag].Name, vector.Children[tag + 1].GetValue(row));
    }
}
