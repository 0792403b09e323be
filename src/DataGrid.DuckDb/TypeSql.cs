namespace DataGrid.DuckDb;

/// <summary>Prints types as DuckDB's own typeof() does.</summary>
internal static class TypeSql
{
    internal static string Print(DuckDbLogicalType type) => type.Alias is { } alias ? SqlText.QuoteIdentifierIfNeeded(alias) : type.Kind switch
    {
        DuckDbTypeKind.Decimal => $"DECIMAL({type.Width},{type.Scale})",
        DuckDbTypeKind.Enum => $"ENUM({string.Join(", ", type.EnumValues.Select(SqlText.QuoteLiteral))})",
        DuckDbTypeKind.List => $"{type.Element.Sql}[]",
        DuckDbTypeKind.Array => $"{type.Element.Sql}[{type.ArrayLength}]",
        DuckDbTypeKind.Map => $"MAP({type.Fields[0].Type.Sql}, {type.Fields[1].Type.Sql})",
        DuckDbTypeKind.Struct => $"STRUCT({string.Join(", ", type.Fields.Select(Field))})",
        DuckDbTypeKind.Union => $"UNION({string.Join(", ", type.Fields.Select(Field))})",
        DuckDbTypeKind.TimestampS => "TIMESTAMP_S",
        DuckDbTypeKind.TimestampMs => "TIMESTAMP_MS",
        DuckDbTypeKind.TimestampNs => "TIMESTAMP_NS",
        DuckDbTypeKind.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        DuckDbTypeKind.TimeTz => "TIME WITH TIME ZONE",
        DuckDbTypeKind.TimeNs => "TIME_NS",
        DuckDbTypeKind.SqlNull => "\"NULL\"",
        _ => type.Kind.ToString().ToUpperInvariant(),
    };

    private static string Field(DuckDbField field) =>
        field.Name.Length == 0 ? field.Type.Sql : $"{SqlText.QuoteIdentifierIfNeeded(field.Name)} {field.Type.Sql}";
}
