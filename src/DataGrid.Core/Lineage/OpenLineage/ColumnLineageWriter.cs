using System.Collections.Immutable;
using DataGrid.Contracts.Lineage;

namespace DataGrid.Core.Lineage.OpenLineage;

/// <summary>Writes the column lineage facet. What decides about rows acts on every column: it stands once, for the whole dataset.</summary>
internal static class ColumnLineageWriter
{
    public static void Write(FacetWriter writer, string @namespace, ImmutableArray<ColumnLineage> lineage)
    {
        if (lineage.Length == 0) return;
        var rows = RowSources(lineage);
        writer.Facet("columnLineage", () =>
        {
            writer.Object("fields", () =>
            {
                foreach (var column in lineage)
                    writer.Object(column.Column, () => Fields(writer, "inputFields", @namespace, column.Sources.Where(source => !rows.Contains(source)), column.IsExact));
            });
            Fields(writer, "dataset", @namespace, rows, isExact: true);
        });
    }

    /// <summary>The indirect sources that all columns share. With one column there is nothing to compare: what usually decides about rows is taken.</summary>
    private static HashSet<LineageSource> RowSources(ImmutableArray<ColumnLineage> lineage)
    {
        var rows = lineage[0].Sources.Where(static source => !source.IsDirect).ToHashSet();
        foreach (var column in lineage.Skip(1)) rows.IntersectWith(column.Sources);
        if (lineage.Length == 1) rows.RemoveWhere(static source => source.Kind is LineageKind.Window or LineageKind.Conditional);
        return rows;
    }

    private static void Fields(FacetWriter writer, string name, string @namespace, IEnumerable<LineageSource> sources, bool isExact)
    {
        var json = writer.Json;
        var byColumn = sources.GroupBy(static source => source.Column).OrderBy(static group => group.Key, ColumnRefOrder.Instance);
        writer.Array(name, byColumn, group =>
        {
            json.WriteString("namespace", @namespace);
            json.WriteString("name", group.Key.Dataset.ToString());
            json.WriteString("field", group.Key.Column);
            writer.Array("transformations", group.OrderBy(static source => source.Kind), source =>
            {
                json.WriteString("type", source.IsDirect ? "DIRECT" : "INDIRECT");
                json.WriteString("subtype", SubtypeOf(source.Kind));
                if (!isExact) json.WriteString("description", "could not be resolved exactly; all inputs are listed");
            });
        });
    }

    private static string SubtypeOf(LineageKind kind) => kind switch
    {
        LineageKind.GroupBy => "GROUP_BY",
        _ => kind.ToString().ToUpperInvariant(),
    };
}
