using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>
/// The type under which a column is written: one that Parquet and a Delta table have and that holds every value exactly.
/// HUGEINT above all: the engine writes it as DOUBLE and says nothing.
/// </summary>
internal static class StorableTypes
{
    /// <summary>null when no such type exists (UNION, VARIANT, GEOMETRY).</summary>
    public static string? Of(DuckDbLogicalType type)
    {
        switch (type.Kind)
        {
            case DuckDbTypeKind.List or DuckDbTypeKind.Array:
                return Of(type.Element) is { } element ? element + "[]" : null;
            case DuckDbTypeKind.Map:
                return Of(type.Fields[0].Type) is { } key && Of(type.Fields[1].Type) is { } value ? $"MAP({key}, {value})" : null;
            case DuckDbTypeKind.Struct:
                var fields = type.Fields.Select(f => (f.Name, Type: Of(f.Type))).ToList();
                return fields.Exists(f => f.Type is null || f.Name.Length == 0)
                    ? null
                    : $"STRUCT({string.Join(", ", fields.Select(f => $"{SqlText.QuoteIdentifierIfNeeded(f.Name)} {f.Type}"))})";
            default:
                return Scalar(type);
        }
    }

    private static string? Scalar(DuckDbLogicalType type) => type.Kind switch
    {
        DuckDbTypeKind.Boolean or DuckDbTypeKind.TinyInt or DuckDbTypeKind.SmallInt or DuckDbTypeKind.Integer or DuckDbTypeKind.BigInt
            or DuckDbTypeKind.Float or DuckDbTypeKind.Double or DuckDbTypeKind.Decimal or DuckDbTypeKind.Date or DuckDbTypeKind.Blob
            or DuckDbTypeKind.Timestamp or DuckDbTypeKind.TimestampTz => type.Sql,
        DuckDbTypeKind.UTinyInt => "SMALLINT",
        DuckDbTypeKind.USmallInt => "INTEGER",
        DuckDbTypeKind.UInteger => "BIGINT",
        DuckDbTypeKind.UBigInt => "DECIMAL(20,0)",
        DuckDbTypeKind.HugeInt or DuckDbTypeKind.UHugeInt => "DECIMAL(38,0)",
        DuckDbTypeKind.TimestampS or DuckDbTypeKind.TimestampMs or DuckDbTypeKind.TimestampNs => "TIMESTAMP",
        // Text is exact for all of these; JSON is an alias over text.
        DuckDbTypeKind.Varchar or DuckDbTypeKind.Enum or DuckDbTypeKind.Time or DuckDbTypeKind.TimeNs or DuckDbTypeKind.TimeTz or DuckDbTypeKind.Interval
            or DuckDbTypeKind.Uuid or DuckDbTypeKind.Bit or DuckDbTypeKind.BigNum => "VARCHAR",
        // A column of NULLs only: the engine's own choice for it.
        DuckDbTypeKind.SqlNull => "INTEGER",
        _ => null,
    };
}
