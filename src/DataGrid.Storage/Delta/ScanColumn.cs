using DataGrid.Core.DeltaLog.Schema;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Delta;

/// <summary>Builds the SQL that turns a column as a file has it into the column as the
/// table's schema says: other names inside, narrower types, parts that came later.</summary>
/// <param name="nameInFile">The name that a field has in the file at hand; <c>null</c> when the file does not have it.</param>
internal sealed class ScanColumn(Func<StructField, string?> nameInFile)
{
    internal string Expression(StructField field, IReadOnlyList<DuckDbField> parts, string prefix)
    {
        var type = DuckDbTypes.FromDelta(field.Type);
        var name = nameInFile(field);
        var part = name is null ? null : parts.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase));
        return part is null || field.Type == PrimitiveType.Void ? $"CAST(NULL AS {type})" : Converted($"{prefix}{SqlText.QuoteIdentifier(part.Name)}", part.Type, field.Type, 0);
    }

    private string Converted(string value, DuckDbLogicalType actual, DeltaType wanted, int depth)
    {
        var type = DuckDbTypes.FromDelta(wanted);
        if (string.Equals(actual.Sql, type, StringComparison.OrdinalIgnoreCase) && !HoldsStruct(wanted)) return value;
        var item = $"x{depth}";
        switch (wanted)
        {
            case StructType structure when actual.Kind == DuckDbTypeKind.Struct:
                var fields = structure.Fields.Select(field => $"{SqlText.QuoteIdentifier(field.Name)} := {Field(value, actual, field, depth)}");
                return $"CASE WHEN {value} IS NOT NULL THEN struct_pack({string.Join(", ", fields)}) END";
            case ArrayType array when actual.Kind == DuckDbTypeKind.List:
                return $"list_transform({value}, lambda {item}: {Converted(item, actual.Element, array.Element, depth + 1)})";
            case MapType map when actual.Kind == DuckDbTypeKind.Map:
                var entry = $"struct_pack(key := {Converted($"{item}.key", actual.Fields[0].Type, map.Key, depth + 1)}, value := {Converted($"{item}.value", actual.Fields[1].Type, map.Value, depth + 1)})";
                return $"CASE WHEN {value} IS NOT NULL THEN map_from_entries(list_transform(map_entries({value}), lambda {item}: {entry})) END";
        }
        return (actual.Kind, wanted) switch
        {
            // A time without a zone in a file of a 'timestamp' column is UTC (INT96), whatever the session's zone is.
            (DuckDbTypeKind.Timestamp, PrimitiveType { Name: "timestamp" }) or (DuckDbTypeKind.TimestampTz, PrimitiveType { Name: "timestamp_ntz" }) => $"timezone('UTC', {value})",
            (DuckDbTypeKind.Blob, PrimitiveType { Name: "string" }) => $"decode({value})",
            _ => $"CAST({value} AS {type})",
        };
    }

    private string Field(string value, DuckDbLogicalType actual, StructField field, int depth)
    {
        var name = nameInFile(field);
        var part = name is null ? null : actual.Fields.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase));
        return part is null ? $"CAST(NULL AS {DuckDbTypes.FromDelta(field.Type)})" : Converted($"{value}.{SqlText.QuoteIdentifier(part.Name)}", part.Type, field.Type, depth);
    }

    private static bool HoldsStruct(DeltaType type) => type switch
    {
        StructType => true,
        ArrayType array => HoldsStruct(array.Element),
        MapType map => HoldsStruct(map.Key) || HoldsStruct(map.Value),
        _ => false,
    };
}
