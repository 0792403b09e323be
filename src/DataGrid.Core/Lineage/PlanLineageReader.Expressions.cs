using System.Text.Json;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Lineage;

/// <content>Bound expressions.</content>
public sealed partial class PlanLineageReader
{
    private SourceSet Expression(JsonElement expression, PlanRelation input)
    {
        if (expression.ValueKind != JsonValueKind.Object) return SourceSet.Empty;
        switch (expression.Text("expression_class"))
        {
            case "BOUND_REF":
                return Reference(expression, input);
            case "BOUND_COLUMN_REF":
                return ColumnReference(expression, input);
            case "BOUND_CONSTANT" or "BOUND_PARAMETER":
                return SourceSet.Empty;
            case "BOUND_CASE":
                return Case(expression, input);
            case "BOUND_AGGREGATE":
                return Expressions(expression.Items("children"), input).Aggregated()
                    .Union(Expression(expression.Child("filter"), input).As(LineageKind.Filter))
                    .Union(Orders(expression.Child("order_bys").Items("orders"), input).As(LineageKind.Sort));
            case "BOUND_WINDOW":
                return Window(expression, input);
            case "BOUND_CAST":
                return Expression(expression.Child("child"), input).Computed();
            case "BOUND_FUNCTION" or "BOUND_OPERATOR" or "BOUND_CONJUNCTION":
                // function_data holds lambdas, whose references count in their own space; what they capture is among the children.
                return Expressions(expression.Items("children"), input).Computed();
            case "BOUND_COMPARISON":
                return Expression(expression.Child("left"), input).Union(Expression(expression.Child("right"), input)).Computed();
            case "BOUND_BETWEEN":
                return Expression(expression.Child("input"), input).Union(Expression(expression.Child("lower"), input))
                    .Union(Expression(expression.Child("upper"), input)).Computed();
            case "BOUND_UNNEST":
                return Expression(expression.Child("child"), input).Computed();
            case var other:
                Unresolved($"the expression {other}");
                return input.All.Computed();
        }
    }

    private SourceSet Expressions(JsonElement[] expressions, PlanRelation input) =>
        expressions.Aggregate(SourceSet.Empty, (all, expression) => all.Union(Expression(expression, input)));

    private SourceSet Orders(JsonElement[] orders, PlanRelation input) =>
        orders.Aggregate(SourceSet.Empty, (all, order) => all.Union(Expression(order.Child("expression"), input)));

    private SourceSet Reference(JsonElement expression, PlanRelation input)
    {
        if (expression.Number("index") is { } index && index >= 0 && index < input.Columns.Length) return input.Columns[index];
        Unresolved("a reference outside its input");
        return input.All.Computed();
    }

    private SourceSet ColumnReference(JsonElement expression, PlanRelation input)
    {
        var binding = expression.Child("binding");
        if (binding.Number("table_index") is { } table && binding.Number("column_index") is { } column
            && byTableIndex.TryGetValue(table, out var relation) && column >= 0 && column < relation.Columns.Length)
            return relation.Columns[column];
        Unresolved("a column of a table function's input");
        return input.All.Computed();
    }

    private SourceSet Case(JsonElement expression, PlanRelation input)
    {
        var sources = Expression(expression.Child("else_expr"), input).Computed();
        foreach (var check in expression.Items("case_checks"))
        {
            sources = sources.Union(Expression(check.Child("when_expr"), input).As(LineageKind.Conditional))
                .Union(Expression(check.Child("then_expr"), input).Computed());
        }
        return sources;
    }

    private SourceSet Window(JsonElement expression, PlanRelation input)
    {
        var values = Expressions(expression.Items("children"), input);
        var isAggregate = expression.Text("type") == "WINDOW_AGGREGATE";
        var frame = Expressions(expression.Items("partitions"), input)
            .Union(Orders(expression.Items("orders"), input))
            .Union(Orders(expression.Items("arg_orders"), input))
            .Union(Expression(expression.Child("start_expr"), input))
            .Union(Expression(expression.Child("end_expr"), input))
            .Union(Expression(expression.Child("offset_expr"), input));
        return (isAggregate ? values.Aggregated() : values.Computed())
            .Union(Expression(expression.Child("default_expr"), input).Computed())
            .Union(frame.As(LineageKind.Window))
            .Union(Expression(expression.Child("filter_expr"), input).As(LineageKind.Filter));
    }
}
