using System.Collections.Immutable;

namespace DataGrid.Core.DeltaLog.Schema;

/// <summary>Merges one schema into another column by column and collects what is not allowed.</summary>
internal sealed class SchemaMerge(EvolutionPolicy policy, IReadOnlySet<string>? knownColumns)
{
    internal List<SchemaProblem> Problems { get; } = [];

    internal bool Widened { get; private set; }

    internal StructType Merge(StructType current, StructType incoming, string prefix)
    {
        var fields = ImmutableArray.CreateBuilder<StructField>(current.Fields.Length);
        foreach (var field in current.Fields)
        {
            var path = prefix + field.Name;
            if (incoming.Find(field.Name) is { } other) fields.Add(MergeField(field, other, path));
            else fields.Add(Missing(field, path));
        }
        foreach (var field in incoming.Fields)
            if (current.Find(field.Name) is null) fields.Add(Added(field, prefix + field.Name));
        return new StructType(fields.ToImmutable());
    }

    private StructField MergeField(StructField current, StructField incoming, string path)
    {
        var (type, changes) = MergeType(current.Type, incoming.Type, path, "");
        var merged = current with { Type = type };
        foreach (var (from, to, inside) in changes) merged = FieldMetadata.WithTypeChange(merged, from, to, inside);
        if (incoming.Comment is { } comment && comment != current.Comment) merged = FieldMetadata.WithText(merged, FieldMetadata.CommentKey, comment);
        return merged;
    }

    private (DeltaType Type, ImmutableArray<(DeltaType From, DeltaType To, string Inside)> Changes) MergeType(DeltaType current, DeltaType incoming, string path, string inside)
    {
        switch (current, incoming)
        {
            case (StructType left, StructType right):
                return (Merge(left, right, path + "."), []);
            case (ArrayType left, ArrayType right):
            {
                var (element, changes) = MergeType(left.Element, right.Element, path + ".element", Below(inside, "element"));
                return (left with { Element = element }, changes);
            }
            case (MapType left, MapType right):
            {
                var (key, keyChanges) = MergeType(left.Key, right.Key, path + ".key", Below(inside, "key"));
                var (value, valueChanges) = MergeType(left.Value, right.Value, path + ".value", Below(inside, "value"));
                return (left with { Key = key, Value = value }, [.. keyChanges, .. valueChanges]);
            }
        }
        if (current == incoming) return (current, []);
        if (current == PrimitiveType.Void) return (incoming, []);
        if (SchemaEvolution.MayWiden(current, incoming) && policy.HasFlag(EvolutionPolicy.WidenTypes))
        {
            Widened = true;
            return (incoming, [(current, incoming, inside)]);
        }
        Problems.Add(Mismatch(current, incoming, path));
        return (current, []);
    }

    private static string Below(string inside, string part) => inside.Length == 0 ? part : $"{inside}.{part}";

    private static SchemaProblem Mismatch(DeltaType current, DeltaType incoming, string path)
    {
        var (from, to) = (DuckDbTypes.FromDelta(current), DuckDbTypes.FromDelta(incoming));
        var advice = SchemaEvolution.MayWiden(incoming, current) ? $"the new type is narrower: cast it to {from} when writing"
            : SchemaEvolution.MayWiden(current, incoming) ? "the new type is wider, but this table's policy does not let types widen"
            : $"cast it to {from} in the SQL, or replace the whole table (--full-refresh)";
        return new SchemaProblem(path, from, to, $"the column '{path}' is {from} in the table and {to} in the new data; {advice}");
    }

    private StructField Missing(StructField field, string path)
    {
        var cameLater = knownColumns is not null && !knownColumns.Contains(path);
        if ((cameLater && field.Nullable) || field.Type == PrimitiveType.Void) return field;
        var type = DuckDbTypes.FromDelta(field.Type);
        Problems.Add(new SchemaProblem(path, type, null,
            $"the column '{path}' ({type}) of the table is missing in the new data and would silently become NULL; select it, or NULL::{type} AS it, or replace the whole table (--full-refresh)"));
        return field;
    }

    private StructField Added(StructField field, string path)
    {
        if (!policy.HasFlag(EvolutionPolicy.AddColumns))
        {
            var type = DuckDbTypes.FromDelta(field.Type);
            Problems.Add(new SchemaProblem(path, null, type, $"the new data have the column '{path}' ({type}), which the table does not have, and its policy does not let columns be added"));
        }
        return field with { Nullable = true };
    }
}
