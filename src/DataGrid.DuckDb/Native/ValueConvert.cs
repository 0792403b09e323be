using System.Globalization;
using System.Numerics;

namespace DataGrid.DuckDb.Native;

/// <summary>Converts a value as read to the type that a caller asked for: itself, or a number that holds it exactly.</summary>
internal static class ValueConvert
{
    internal static T? To<T>(object? value)
    {
        if (value is null)
            return default;
        if (value is T same)
            return same;
        var target = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        var converted = Convert(value, target) ?? throw new InvalidCastException($"A value of {value.GetType().Name} cannot be read as {target.Name}.");
        return (T)converted;
    }

    private static object? Convert(object value, Type target)
    {
        if (target == typeof(string))
            return System.Convert.ToString(value, CultureInfo.InvariantCulture);
        if (ToBigInteger(value) is { } whole)
            return FromBigInteger(whole, target);
        if (value is IConvertible && Type.GetTypeCode(target) is TypeCode.Single or TypeCode.Double or TypeCode.Decimal)
            return System.Convert.ChangeType(value, target, CultureInfo.InvariantCulture);
        return null;
    }

    private static BigInteger? ToBigInteger(object value) => value switch
    {
        sbyte v => v,
        short v => v,
        int v => v,
        long v => v,
        byte v => v,
        ushort v => v,
        uint v => v,
        ulong v => v,
        Int128 v => v,
        UInt128 v => v,
        BigInteger v => v,
        DuckDbDecimal { Scale: 0 } v => v.Unscaled,
        decimal v when decimal.IsInteger(v) => (BigInteger)v,
        _ => null,
    };

    private static object? FromBigInteger(BigInteger value, Type target) => Type.GetTypeCode(target) switch
    {
        TypeCode.SByte => (sbyte)value,
        TypeCode.Int16 => (short)value,
        TypeCode.Int32 => (int)value,
        TypeCode.Int64 => (long)value,
        TypeCode.Byte => (byte)value,
        TypeCode.UInt16 => (ushort)value,
        TypeCode.UInt32 => (uint)value,
        TypeCode.UInt64 => (ulong)value,
        TypeCode.Single => (float)value,
        TypeCode.Double => (double)value,
        TypeCode.Decimal => (decimal)value,
        _ when target == typeof(Int128) => (Int128)value,
        _ when target == typeof(UInt128) => (UInt128)value,
        _ when target == typeof(BigInteger) => value,
        _ => null,
    };
}
