using System.Collections.Immutable;
using System.Text.Json;

namespace DataGrid.Core.Sql;

/// <content>Expressions.</content>
public sealed partial class SqlTreeReader
{
    private static readonly string[] FunctionFields =
        ["function_name", "schema", "catalog", "children", "filter", "order_bys", "distinct", "is_operator", "export_state"];

    private static readonly string[] WindowFields =
    [
        "function_name", "schema", "catalog", "children", "partitions", "orders", "start", "end", "start_expr", "end_expr", "offset_expr", "default_expr",
        "ignore_nulls", "filter_expr", "exclude_clause", "distinct", "arg_orders",
    ];

    private void Expressions(JsonElement[] expressions, SqlScope? scope)
    {
        foreach (var expression in expressions) Expression(expression, scope);
    }

    private void Expression(JsonElement expression, SqlScope? scope)
    {
        if (expression.ValueKind != JsonValueKind.Object) return;
        Enter();
        if (!Leaf(expression) && !Composite(expression, scope)) Odd($"the expression '{expression.Text("class")}'", expression);
        Leave();
    }

    private bool Leaf(JsonElement expression)
    {
        switch (expression.Text("class"))
        {
            case "COLUMN_REF":
                CheckFields(expression, "column", ["column_names"]);
                ImmutableArray<string> parts = [.. expression.Items("column_names").Select(static part => part.GetStringOrNull() ?? "")];
                _columns.Add(new SqlColumnUse(parts, IndexOf(expression)));
                return true;
            case "CONSTANT":
                CheckFields(expression, "constant", ["value"]);
                return true;
            case "PARAMETER":
                CheckFields(expression, "parameter", ["identifier"]);
                _parameters.Add(new SqlParameterUse(expression.Text("identifier") ?? "", IndexOf(expression)));
                return true;
            case "POSITIONAL_REFERENCE":
                CheckFields(expression, "#n", ["index"]);
                return true;
            default:
                return false;
        }
    }

    private bool Composite(JsonElement expression, SqlScope? scope)
    {
        switch (expression.Text("class"))
        {
            case "FUNCTION":
                Function(expression, scope, SqlFunctionPlace.Expression, null);
                return true;
            case "WINDOW":
                Window(expression, scope);
                return true;
            case "CAST":
                CheckFields(expression, "cast", ["child", "cast_type", "try_cast"]);
                CheckType(expression.Child("cast_type"), expression);
                Expression(expression.Child("child"), scope);
                return true;
            case "OPERATOR" or "CONJUNCTION":
                CheckFields(expression, "operator", ["children"]);
                Expressions(expression.Items("children"), scope);
                return true;
            case "COMPARISON":
                CheckFields(expression, "comparison", ["left", "right"]);
                Expression(expression.Child("left"), scope);
                Expression(expression.Child("right"), scope);
                return true;
            case "BETWEEN":
                CheckFields(expression, "BETWEEN", ["input", "lower", "upper"]);
                Expression(expression.Child("input"), scope);
                Expression(expression.Child("lower"), scope);
                Expression(expression.Child("upper"), scope);
                return true;
            case "CASE":
                Case(expression, scope);
                return true;
            case "SUBQUERY":
                CheckFields(expression, "subquery", ["subquery_type", "subquery", "child", "comparison_type"]);
                Expression(expression.Child("child"), scope);
                Statement(expression.Child("subquery"), scope);
                return true;
            case "STAR":
                Star(expression, scope);
                return true;
            case "LAMBDA":
                CheckFields(expression, "lambda", ["lhs", "expr", "syntax_type"]);
                Expression(expression.Child("lhs"), scope);
                Expression(expression.Child("expr"), scope);
                return true;
            case "COLLATE":
                CheckFields(expression, "COLLATE", ["child", "collation"]);
                Expression(expression.Child("child"), scope);
                return true;
            default:
                return false;
        }
    }

    private void Function(JsonElement function, SqlScope? scope, SqlFunctionPlace place, int? fallback)
    {
        CheckFields(function, "function", FunctionFields);
        if (function.Child("export_state").ValueKind == JsonValueKind.True) Odd("EXPORT_STATE", function);
        _functions.Add(new SqlFunctionUse(Qualifier(function), function.Text("function_name") ?? "", place, IndexOf(function) ?? fallback));
        Expressions(function.Items("children"), scope);
        Expression(function.Child("filter"), scope);
        Orders(function.Child("order_bys").Items("orders"), scope);
    }

    private void Window(JsonElement window, SqlScope? scope)
    {
        CheckFields(window, "window function", WindowFields);
        _functions.Add(new SqlFunctionUse(Qualifier(window), window.Text("function_name") ?? "", SqlFunctionPlace.Window, IndexOf(window)));
        Expressions(window.Items("children"), scope);
        Expressions(window.Items("partitions"), scope);
        Orders(window.Items("orders"), scope);
        Orders(window.Items("arg_orders"), scope);
        foreach (var field in (ReadOnlySpan<string>)["start_expr", "end_expr", "offset_expr", "default_expr", "filter_expr"])
            Expression(window.Child(field), scope);
    }

    private void Case(JsonElement expression, SqlScope? scope)
    {
        CheckFields(expression, "CASE", ["case_checks", "else_expr"]);
        foreach (var check in expression.Items("case_checks"))
        {
            CheckFields(check, "CASE", ["when_expr", "then_expr"]);
            Expression(check.Child("when_expr"), scope);
            Expression(check.Child("then_expr"), scope);
        }
        Expression(expression.Child("else_expr"), scope);
    }

    private void Star(JsonElement expression, SqlScope? scope)
    {
        CheckFields(expression, "*", ["relation_name", "exclude_list", "replace_list", "columns", "expr", "qualified_exclude_list", "rename_list"]);
        foreach (var replacement in expression.Items("replace_list")) Expression(replacement.Child("value"), scope);
        Expression(expression.Child("expr"), scope);
    }

    /// <summary>Type names are the engine's own; one with a qualifier could only come from a catalog.</summary>
    private void CheckType(JsonElement type, JsonElement owner)
    {
        if (type.ValueKind == JsonValueKind.Array)
            foreach (var item in type.EnumerateArray()) CheckType(item, owner);
        if (type.ValueKind != JsonValueKind.Object) return;
        Enter();
        var isUnbound = type.Text("type") == "UNBOUND_TYPE_INFO";
        if (isUnbound && (type.Text("catalog") is { Length: > 0 } || type.Text("schema") is { Length: > 0 })) Odd("a type with a schema", owner);
        if (type.Text("class") is { } inner and not ("CONSTANT" or "TYPE")) Odd($"'{inner}' inside a type", owner);
        foreach (var property in type.EnumerateObject()) CheckType(property.Value, owner);
        Leave();
    }

    private static string Qualifier(JsonElement function) =>
        string.Join('.', new[] { function.Text("catalog"), function.Text("schema") }.Where(static part => part is { Length: > 0 }));
}
