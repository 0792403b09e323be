using System.Collections.Frozen;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Sql;

namespace DataGrid.Engine.SqlGate;

/// <summary>The gate's second look, at the plan that the engine bound: macros are expanded here, and names are resolved. Pure.</summary>
/// <remarks>An allow-list too: operators, scanned tables and functions. Reads the same JSON as the lineage does.</remarks>
public static class BoundPlanRules
{
    private static readonly FrozenSet<string> Operators = FrozenSet.ToFrozenSet(
        [
            "LOGICAL_GET", "LOGICAL_PROJECTION", "LOGICAL_FILTER", "LOGICAL_AGGREGATE_AND_GROUP_BY", "LOGICAL_WINDOW", "LOGICAL_UNNEST", "LOGICAL_ORDER_BY",
            "LOGICAL_LIMIT", "LOGICAL_DISTINCT", "LOGICAL_SAMPLE", "LOGICAL_PIVOT", "LOGICAL_DUMMY_SCAN", "LOGICAL_CHUNK_GET", "LOGICAL_EXPRESSION_GET",
            "LOGICAL_DELIM_GET", "LOGICAL_EMPTY_RESULT", "LOGICAL_CTE_REF", "LOGICAL_MATERIALIZED_CTE", "LOGICAL_RECURSIVE_CTE", "LOGICAL_UNION",
            "LOGICAL_EXCEPT", "LOGICAL_INTERSECT", "LOGICAL_COMPARISON_JOIN", "LOGICAL_ANY_JOIN", "LOGICAL_ASOF_JOIN", "LOGICAL_CROSS_PRODUCT",
            "LOGICAL_POSITIONAL_JOIN", "LOGICAL_DELIM_JOIN",
        ],
        StringComparer.Ordinal);

    /// <summary>Lists everything in a bound plan that is not on the lists; empty when the plan may run.</summary>
    /// <param name="plan">What <c>json_serialize_plan</c> gave.</param>
    /// <param name="source">The text that was bound.</param>
    /// <param name="context">What it may use.</param>
    public static IReadOnlyList<SqlFinding> Judge(JsonElement plan, SqlSource source, SqlGateContext context)
    {
        var found = new HashSet<(SqlRefusal Refusal, string Message)>();
        Walk(plan, context, found);
        return [.. found.Select(entry => new SqlFinding(entry.Refusal, source.Problem(ErrorCodes.SqlForbidden, entry.Message, null, Help(entry.Refusal))))];
    }

    private static string Help(SqlRefusal refusal) => refusal == SqlRefusal.Nondeterministic
        ? "use a run parameter, for example $day::DATE, and give its value when the run starts"
        : "rewrite the query without it";

    private static void Walk(JsonElement element, SqlGateContext context, HashSet<(SqlRefusal, string)> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) Walk(item, context, found);
        if (element.ValueKind != JsonValueKind.Object) return;
        var isExpression = element.TryGetProperty("expression_class", out var kind);
        if (isExpression) Expression(element, kind.GetString(), context, found);
        else if (Text(element, "type") is { } type && type.StartsWith("LOGICAL_", StringComparison.Ordinal)) Operator(element, type, context, found);
        foreach (var property in element.EnumerateObject())
            if (property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object) Walk(property.Value, context, found);
    }

    private static void Operator(JsonElement element, string type, SqlGateContext context, HashSet<(SqlRefusal, string)> found)
    {
        if (!Operators.Contains(type)) found.Add((SqlRefusal.BoundPlan, $"the engine would run the operator {type}, which is not on the list"));
        if (type != "LOGICAL_GET") return;
        var name = Text(element, "name") ?? "";
        if (name != "seq_scan")
        {
            if (!SqlFunctions.Find(name).HasFlag(SqlFunctionKinds.Table))
                found.Add((RefusedNames.Classify(name), $"the engine would call the table function '{name}', which is not on the list"));
            return;
        }
        var table = element.TryGetProperty("function_data", out var data) ? $"{Text(data, "schema")}.{Text(data, "table")}" : "";
        if (!DatasetName.TryParse(table, out var dataset, out _) || !context.Datasets.Contains(dataset))
            found.Add((SqlRefusal.UnknownTable, $"the engine would read the table '{table}', which is not a dataset of this project"));
    }

    private static void Expression(JsonElement element, string? kind, SqlGateContext context, HashSet<(SqlRefusal, string)> found)
    {
        if (kind is not ("BOUND_FUNCTION" or "BOUND_AGGREGATE" or "BOUND_WINDOW") || Text(element, "name") is not { Length: > 0 } name) return;
        var kinds = SqlFunctions.Find(name);
        if (kinds.HasFlag(SqlFunctionKinds.Volatile))
        {
            if (context.Purpose != SqlPurpose.Query) found.Add((SqlRefusal.Nondeterministic, $"{name}() differs from run to run, so a run could not be repeated on the same inputs"));
        }
        else if ((kinds & (SqlFunctionKinds.Scalar | SqlFunctionKinds.Aggregate | SqlFunctionKinds.Window | SqlFunctionKinds.Bound)) == 0)
            found.Add((RefusedNames.Classify(name), $"the engine would call the function '{name}', which is not on the list"));
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
