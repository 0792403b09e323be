using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Lineage;

/// <content>Operators with one input, CTEs and set operations.</content>
public sealed partial class PlanLineageReader
{
    private PlanRelation Projection(JsonElement node)
    {
        var child = Child(node);
        return child with { Columns = [.. node.Items("expressions").Select(expression => Expression(expression, child))] };
    }

    private PlanRelation Filter(JsonElement node)
    {
        var child = Child(node);
        return child.WithRows(Expressions(node.Items("expressions"), child).As(LineageKind.Filter));
    }

    private PlanRelation Aggregate(JsonElement node)
    {
        var child = Child(node);
        var groups = node.Items("groups").Select(group => Expression(group, child)).ToImmutableArray();
        var aggregates = node.Items("expressions").Select(aggregate => Expression(aggregate, child));
        // GROUPING() tells which columns are grouped, nothing of their values.
        var groupings = node.Items("grouping_functions").Select(static _ => SourceSet.Empty);
        return new PlanRelation([.. groups, .. aggregates, .. groupings], child.Rows.Union(SourceSet.Union(groups).As(LineageKind.GroupBy)));
    }

    private PlanRelation Window(JsonElement node)
    {
        var child = Child(node);
        return child with { Columns = child.Columns.AddRange(node.Items("expressions").Select(window => Expression(window, child))) };
    }

    private PlanRelation Unnest(JsonElement node)
    {
        var child = Child(node);
        var lists = node.Items("expressions").Select(list => Expression(list, child)).ToImmutableArray();
        return new PlanRelation(child.Columns.AddRange(lists), child.Rows.Union(SourceSet.Union(lists).As(LineageKind.Filter)));
    }

    private PlanRelation OrderBy(JsonElement node)
    {
        var child = Child(node);
        return child.WithRows(Orders(node.Items("orders"), child).As(LineageKind.Sort));
    }

    private PlanRelation Limit(JsonElement node)
    {
        var child = Child(node);
        var bounds = Expression(node.Child("limit_val").Child("expression"), child).Union(Expression(node.Child("offset_val").Child("expression"), child));
        return child.WithRows(bounds.As(LineageKind.Filter));
    }

    private PlanRelation Distinct(JsonElement node)
    {
        var child = Child(node);
        var targets = Expressions(node.Items("distinct_targets"), child).As(LineageKind.GroupBy);
        return child.WithRows(targets.Union(Orders(node.Child("order_by").Items("orders"), child).As(LineageKind.Sort)));
    }

    /// <summary>A wide static PIVOT: the child gives the groups, then a list of values and a list of keys per group.</summary>
    private PlanRelation Pivot(JsonElement node)
    {
        var child = Child(node);
        var pivot = node.Child("bound_pivot");
        var groups = Math.Min(pivot.Number("group_count") ?? 0, child.Columns.Length);
        var width = pivot.Items("types").Length;
        var values = SourceSet.Union(child.Columns.Skip(groups)).Aggregated();
        return child with { Columns = [.. child.Columns.Take(groups), .. Enumerable.Repeat(values, Math.Max(0, width - groups))] };
    }

    private PlanRelation Values(JsonElement node)
    {
        var child = Child(node);
        var columns = node.Items("expr_types").Select(static _ => SourceSet.Empty).ToArray();
        var sawRow = false;
        foreach (var row in node.Items("expressions"))
        {
            var cells = row.Items();
            for (var i = 0; i < cells.Length && i < columns.Length; i++)
            {
                var cell = Expression(cells[i], child);
                columns[i] = columns[i].Union(sawRow ? cell.Computed() : cell);
            }
            sawRow = true;
        }
        return new PlanRelation([.. columns], child.Rows);
    }

    private PlanRelation DelimGet(JsonElement node)
    {
        var width = node.Items("chunk_types").Length;
        if (_delims.TryPeek(out var outer) && outer.Length == width) return new PlanRelation(outer, SourceSet.Empty);
        Unresolved("a correlated subquery");
        var all = SourceSet.Union(_delims.SelectMany(static columns => columns)).Computed();
        return new PlanRelation([.. Enumerable.Repeat(all, width)], all.As(LineageKind.Filter));
    }

    private PlanRelation CteRef(JsonElement node)
    {
        if (node.Number("cte_index") is { } index && _ctes.TryGetValue(index, out var cte)) return cte;
        return Opaque(node, "a reference to a CTE that is not there");
    }

    private PlanRelation MaterializedCte(JsonElement node)
    {
        var children = node.Items("children");
        if (children.Length != 2 || node.Number("table_index") is not { } index) return Opaque(node, "a CTE");
        _ctes[index] = Operator(children[0]);
        return Operator(children[1]);
    }

    private PlanRelation RecursiveCte(JsonElement node)
    {
        var children = node.Items("children");
        if (children.Length != 2 || node.Number("table_index") is not { } index) return Opaque(node, "a recursive CTE");
        var current = Operator(children[0]);
        for (var round = 0; ; round++)
        {
            _ctes[index] = current;
            var next = current.Under(Operator(children[1]));
            if (next.Says(current)) break;
            current = next;
            if (round < MaxRecursion) continue;
            Unresolved("a recursive CTE that does not settle");
            break;
        }
        var isUnionAll = node.Child("union_all").ValueKind == JsonValueKind.True;
        var keys = isUnionAll ? Expressions(node.Items("key_targets"), current) : SourceSet.Union(current.Columns);
        return current.WithRows(keys.As(LineageKind.GroupBy));
    }

    private PlanRelation Union(JsonElement node) => node.Items("children").Select(Operator).Aggregate(static (upper, lower) => upper.Under(lower));

    /// <summary>EXCEPT and INTERSECT: the left side's values; both sides decide which rows stay.</summary>
    private PlanRelation Difference(JsonElement node)
    {
        var sides = node.Items("children").Select(Operator).ToArray();
        var all = SourceSet.Union(sides.SelectMany(static side => side.Columns)).As(LineageKind.Filter);
        return sides[0].WithRows(all.Union(SourceSet.Union(sides.Select(static side => side.Rows))));
    }
}
