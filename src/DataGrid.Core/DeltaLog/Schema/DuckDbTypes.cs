using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.DeltaLog.Schema;

/// <summary>What becomes of a DuckDB type in a table.</summary>
/// <param name="Type">The protocol's type; <c>null</c> when a table cannot have it.</param>
/// <param name="CastTo">The DuckDB type that the writer must cast to before it writes Parquet; <c>null</c> when the column can be written as it is.</param>
/// <param name="Why">Why a table cannot have it; <c>null</c> when it can.</param>
public sealed record TypeMapping(DeltaType? Type, string? CastTo, string? Why);

/// <summary>DuckDB's type texts and the protocol's types, both ways.</summary>
public static class DuckDbTypes
{
    /// <summary>What becomes of a DuckDB type in a table. Integers without a signed
    /// counterpart take the next wider type; what would lose values is refused.</summary>
    /// <exception cref="FormatException">The text is no DuckDB type.</exception>
    public static TypeMapping ToDelta(string duckDbType)
    {
        var parsed = DuckDbTypeParser.Parse(duckDbType);
        var why = parsed.Objection();
        if (why is not null) return new TypeMapping(null, null, why);
        var type = parsed.ToDelta();
        var written = FromDelta(type);
        return new TypeMapping(type, parsed.NeedsCast() ? written : null, null);
    }

    /// <summary>The DuckDB type that reads a column of the protocol's type.</summary>
    public static string FromDelta(DeltaType type) => type switch
    {
        DecimalType number => $"DECIMAL({number.Precision},{number.Scale})",
        ArrayType array => $"{FromDelta(array.Element)}[]",
        MapType map => $"MAP({FromDelta(map.Key)}, {FromDelta(map.Value)})",
        StructType structure => $"STRUCT({string.Join(", ", structure.Fields.Select(static field => $"{Quote(field.Name)} {FromDelta(field.Type)}"))})",
        PrimitiveType primitive => primitive.Name switch
        {
            "string" => "VARCHAR",
            "long" => "BIGINT",
            "integer" => "INTEGER",
            "short" => "SMALLINT",
            "byte" => "TINYINT",
            "float" => "FLOAT",
            "double" => "DOUBLE",
            "boolean" => "BOOLEAN",
            "binary" => "BLOB",
            "date" => "DATE",
            "timestamp" => "TIMESTAMP WITH TIME ZONE",
            "timestamp_ntz" => "TIMESTAMP",
            "void" => "INTEGER",
            _ => throw new ArgumentOutOfRangeException(nameof(type), primitive.Name, "No such type in the protocol."),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The schema of a table with these columns.</summary>
    /// <exception cref="DataGridException">A column's type is not possible in a table
    /// (<see cref="ErrorCodes.TypeUnsupported"/>); the message names it.</exception>
    public static StructType ToSchema(IEnumerable<ColumnSpec> columns) => new([.. columns.Select(static column =>
    {
        var mapping = ToDelta(column.Type);
        if (mapping.Type is null)
            throw new DataGridException(new Problem { Code = ErrorCodes.TypeUnsupported, Message = $"The column '{column.Name}' has the type {column.Type}, {mapping.Why}", Help = "Cast the column in the SQL" });
        var field = new StructField { Name = column.Name, Type = mapping.Type };
        return column.Description is { Length: > 0 } meaning ? FieldMetadata.WithText(field, FieldMetadata.CommentKey, meaning) : field;
    })]);

    /// <summary>A table's columns as the engine reads them.</summary>
    public static ImmutableArray<ColumnSpec> ToColumns(StructType schema) =>
        [.. schema.Fields.Select(static field => new ColumnSpec { Name = field.Name, Type = FromDelta(field.Type), Description = field.Comment })];

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
