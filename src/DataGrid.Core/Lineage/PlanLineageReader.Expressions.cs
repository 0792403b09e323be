using System.Collections.Frozen;
using System.Text.Json;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Lineage;

/// <content>Bound expressions.</content>
public sealed partial class PlanLineageReader
{
    /// <summary>Fields whose expressions are read below. <c>function_data</c> is left alone: it holds lambdas, whose references count in their own space;
    /// what they capture is among the children.</summary>
    private static readonly FrozenSet<string> ReadExpressionFields = FrozenSet.ToFrozenSet(
        [
            "children", "child", "left", "right", "input", "lower", "upper", "case_checks", "else_expr", "filter", "order_bys", "partitions", "orders", "arg_orders",
            "start_expr", "end_expr", "offset_expr", "default_expr", "filters", "function_data",
        ],
        StringComparer.Ordinal);

    private SourceSet Expression(JsonElement expression, PlanRelation input)
    {
        if (expression.ValueKind != JsonValueKind.Object) return SourceSet.Empty;
        var sources = KnownExpression(expression, input);
        return Unread(expression, ReadExpressionFields) is { } field ? sources.Union(Everything($"'{field}' of {expression.Text("expression_class")}", input)) : sources;
    }

    /// <summary>The first field that holds expressions and that nobody here reads; null when there is none.</summary>
    private static string? Unread(JsonElement element, FrozenSet<string> known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array) || known.Contains(property.Name)) continue;
            if (HoldsExpression(property.Value)) return property.Name;
        }
        return null;
    }

    private static bool HoldsExpression(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Any(HoldsExpression),
        JsonValueKind.Object => element.TryGetProperty("expression_class", out _) || element.EnumerateObject().Any(static property => HoldsExpression(property.Value)),
        _ => false,
    };

    private SourceSet Everything(string what, PlanRelation input)
    {
        Unresolved(what);
        return input.All.Computed();
    }

    private SourceSet KnownExpression(JsonElement expression, PlanRelation input)
    {
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
                return Expressions(expression.Items("children"), input).Computed();
            case "BOUND_COMPARISON":
                return Expression(expression.Child("left"), input).Union(Expression(expression.Child("right"), input)).Computed();
            case "BOUND_BETWEEN":
                return Expression(expression.Child("input"), input).Union(Expression(expression.Child("lower"), input))
                    .Union(Expression(expression.Child("upper"), input)).Computed();
            case "BOUND_UNNEST":
                return Expression(expression.Child("child"), input).Computed();
            case var other:
                return Everything($"the expression {other}", input);
        }
    }

    private SourceSet Expressions(JsonElement[] expressions, PlanRelation input) =>
        expressions.Aggregate(SourceSet.Empty, (all, expression) => all.Union(Expression(expression, input)));

    private SourceSet Orders(JsonElement[] orders, PlanRelation input) =>
        orders.Aggregate(SourceSet.Empty, (all, order) => all.Union(Expression(order.Child("expression"), input)));

    private SourceSet Reference(JsonElement expression, PlanRelation input)
    {
        if (expression.Number("index") is { } index && index >= 0 && index < input.Columns.Length) return input.Columns[index];
        return Everything("a reference outside its input", input);
    }

    private SourceSet ColumnReference(JsonElement expression, PlanRelation input)
    {
        var binding = expression.Child("binding");
        if (binding.Number("table_index") is { } table && binding.Number("column_index") is { } column
            && _byTableIndex.TryGetValue(table, out var relation) && column >= 0 && column < relation.Columns.Length)
            return relation.Columns[column];
        return Everything("a column of a table function's input", input);
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
            .Union(Expression(expression.Child("filters"), input).As(LineageKind.Filter));
    }
}
