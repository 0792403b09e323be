using System.Text.Json;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Lineage;

/// <content>Joins, subqueries included: the engine has made joins of them.</content>
public sealed partial class PlanLineageReader
{
    private PlanRelation Join(JsonElement node)
    {
        var children = node.Items("children");
        if (children.Length != 2) return Opaque(node, "a join");
        var left = Operator(children[0]);
        return Joined(node, left, Operator(children[1]));
    }

    /// <summary>A correlated subquery: the left side's distinct values of some columns are given to the right side as DELIM_GET.</summary>
    private PlanRelation DelimJoin(JsonElement node)
    {
        var children = node.Items("children");
        if (children.Length != 2) return Opaque(node, "a correlated join");
        var outer = node.Child("delim_flipped").ValueKind == JsonValueKind.True ? 1 : 0;
        var given = Operator(children[outer]);
        _delims.Push([.. node.Items("duplicate_eliminated_columns").Select(column => Expression(column, given))]);
        var other = Operator(children[1 - outer]);
        _delims.Pop();
        return outer == 0 ? Joined(node, given, other) : Joined(node, other, given);
    }

    private PlanRelation Joined(JsonElement node, PlanRelation left, PlanRelation right)
    {
        var condition = Conditions(node, left, right);
        var join = condition.As(LineageKind.Join);
        switch (node.Text("join_type"))
        {
            case "SEMI" or "ANTI":
                return left.WithRows(right.Rows.Union(join));
            case "RIGHT_SEMI" or "RIGHT_ANTI":
                return right.WithRows(left.Rows.Union(join));
            case "SINGLE":
                // A scalar subquery decides about its own value, never about which rows there are.
                var value = right.Rows.Union(join);
                return left with { Columns = left.Columns.AddRange(right.Columns.Select(column => column.Union(value))) };
            case "MARK":
                return left with { Columns = left.Columns.Add(condition.Computed().Union(right.Rows)) };
            default:
                return left.Beside(right).WithRows(join);
        }
    }

    private SourceSet Conditions(JsonElement node, PlanRelation left, PlanRelation right)
    {
        var both = left.Beside(right);
        var sources = Expression(node.Child("condition"), both);
        foreach (var condition in node.Items("conditions"))
        {
            sources = sources.Union(Expression(condition.Child("left"), left)).Union(Expression(condition.Child("right"), right));
            if (condition.Child("expr").ValueKind == JsonValueKind.Object) sources = sources.Union(Expression(condition.Child("expr"), both));
        }
        return sources.Union(Expressions(node.Items("expressions"), both));
    }
}
