namespace DataGrid.DuckDb.Native;

/// <summary>How DuckDB lays values of a type out in a vector.</summary>
internal static class VectorLayout
{
    internal static bool IsBytes(DuckDbTypeKind kind) =>
        kind is DuckDbTypeKind.Varchar or DuckDbTypeKind.Blob or DuckDbTypeKind.Bit or DuckDbTypeKind.BigNum or DuckDbTypeKind.Geometry;

    /// <summary>Bytes per value; 0 for types whose values are not of one size.</summary>
    internal static int ValueSize(DuckDbLogicalType type) => type.Kind switch
    {
        DuckDbTypeKind.Boolean or DuckDbTypeKind.TinyInt or DuckDbTypeKind.UTinyInt => 1,
        DuckDbTypeKind.SmallInt or DuckDbTypeKind.USmallInt => 2,
        DuckDbTypeKind.Integer or DuckDbTypeKind.UInteger or DuckDbTypeKind.Float or DuckDbTypeKind.Date => 4,
        DuckDbTypeKind.BigInt or DuckDbTypeKind.UBigInt or DuckDbTypeKind.Double or DuckDbTypeKind.Time or DuckDbTypeKind.TimeNs or DuckDbTypeKind.TimeTz => 8,
        DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampS or DuckDbTypeKind.TimestampMs or DuckDbTypeKind.TimestampNs or DuckDbTypeKind.TimestampTz => 8,
        DuckDbTypeKind.HugeInt or DuckDbTypeKind.UHugeInt or DuckDbTypeKind.Uuid or DuckDbTypeKind.Interval => 16,
        DuckDbTypeKind.Decimal => DecimalSize(type.Width),
        DuckDbTypeKind.Enum => EnumSize(type.EnumValues.Count),
        _ => 0,
    };

    internal static int DecimalSize(int width) => width switch { <= 4 => 2, <= 9 => 4, <= 18 => 8, _ => 16 };

    internal static int EnumSize(int values) => values switch { <= byte.MaxValue => 1, <= ushort.MaxValue => 2, _ => 4 };
}
