using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Core.Sql;

/// <summary>Decides whether a query over new rows of one input gives exactly the new rows of its result:
/// <c>Q(old ∪ new) = Q(old) ∪ Q(new)</c>, with every other input as it is.</summary>
/// <remarks>
/// True for scans, filters, projections, unnest, UNION ALL, and joins where the input's rows are preserved. A relation is <em>driven</em> when the input's
/// rows flow through it; every construct that looks at several rows of a driven relation, or at their absence, is reported. A query that does not read the
/// input at all is reported too.
/// </remarks>
public sealed class SqlIncrement
{
    private readonly SqlSource _source;
    private readonly DatasetName _input;
    private readonly ImmutableArray<SqlNonIncremental>.Builder _found = ImmutableArray.CreateBuilder<SqlNonIncremental>();

    private SqlIncrement(SqlSource source, DatasetName input) => (_source, _input) = (source, input);

    /// <summary>Lists what keeps the query from being incremental in <paramref name="input"/>; empty when nothing does.</summary>
    /// <param name="root">The tree of one SELECT.</param>
    /// <param name="source">The text that it was made from.</param>
    /// <param name="input">The incremental input.</param>
    public static ImmutableArray<SqlNonIncremental> Judge(JsonElement root, SqlSource source, DatasetName input)
    {
        var judge = new SqlIncrement(source, input);
        var statement = root.Items("statements").FirstOrDefault();
        if (!judge.Query(statement.Child("node"), new Scope(null, "", false)))
            judge._found.Add(new SqlNonIncremental($"a query that does not read {input}", null));
        return [.. judge._found.Distinct()];
    }

    private sealed record Scope(Scope? Outer, string Name, bool IsDriven)
    {
        /// <summary>Whether the name is a CTE and driven; null when it is no CTE.</summary>
        public bool? Find(string name)
        {
            for (var at = this; at is not null; at = at.Outer)
                if (at.Name.Length > 0 && SqlName.Same(at.Name, name)) return at.IsDriven;
            return null;
        }
    }

    /// <summary>Reads a query; true when it is driven.</summary>
    private bool Query(JsonElement node, Scope scope)
    {
        foreach (var entry in node.Child("cte_map").Items("map"))
            scope = new Scope(scope, entry.Text("key") ?? "", Query(entry.Child("value").Child("query").Child("node"), scope));
        var isDriven = node.Text("type") switch
        {
            "SELECT_NODE" => Select(node, scope),
            "SET_OPERATION_NODE" => SetOperation(node, scope),
            _ => Recursive(node, scope),
        };
        if (!isDriven) return false;
        foreach (var modifier in node.Items("modifiers"))
        {
            if (modifier.Text("type") == "DISTINCT_MODIFIER") Add("DISTINCT", node);
            if (modifier.Text("type") is "LIMIT_MODIFIER" or "LIMIT_PERCENT_MODIFIER") Add("LIMIT", modifier.Child("limit"));
        }
        return true;
    }

    private bool Select(JsonElement node, Scope scope)
    {
        var isDriven = From(node.Child("from_table"), scope);
        foreach (var part in (ReadOnlySpan<string>)["select_list", "where_clause", "having", "qualify", "group_expressions"])
            Expressions(node.Child(part), scope, isDriven);
        if (!isDriven) return false;
        if (node.Items("group_expressions").Length > 0 || node.Text("aggregate_handling") == "FORCE_AGGREGATES") Add("GROUP BY", node.Items("group_expressions").FirstOrDefault());
        if (node.Child("sample").ValueKind == JsonValueKind.Object) Add("USING SAMPLE", node);
        return true;
    }

    private bool SetOperation(JsonElement node, Scope scope)
    {
        var left = Query(node.Child("left"), scope);
        var right = Query(node.Child("right"), scope);
        if (!left && !right) return false;
        var type = node.Text("setop_type");
        var isUnionAll = type is "UNION" or "UNION_BY_NAME" && node.Child("setop_all").ValueKind == JsonValueKind.True;
        if (!isUnionAll) Add(type is "UNION" or "UNION_BY_NAME" ? "UNION without ALL" : type ?? "a set operation", node);
        // The side that is not driven would be added again with every batch.
        else if (left != right) Add($"UNION ALL with a part that does not read {_input}", node);
        return true;
    }

    private bool Recursive(JsonElement node, Scope scope)
    {
        var left = Query(node.Child("left"), scope);
        var right = Query(node.Child("right"), new Scope(scope, node.Text("cte_name") ?? "", left));
        if (left || right) Add("a recursive CTE", node);
        return left || right;
    }

    private bool From(JsonElement table, Scope scope)
    {
        var isDriven = table.Text("type") switch
        {
            "BASE_TABLE" => IsDriven(table, scope),
            "SUBQUERY" => Query(table.Child("subquery").Child("node"), scope),
            "JOIN" => Join(table, scope),
            "PIVOT" => Pivot(table, scope),
            "TABLE_FUNCTION" => TableFunction(table, scope),
            _ => false,
        };
        if (isDriven && table.Child("sample").ValueKind == JsonValueKind.Object) Add("TABLESAMPLE", table);
        return isDriven;
    }

    private bool IsDriven(JsonElement table, Scope scope)
    {
        var schema = table.Text("schema_name") ?? "";
        var name = table.Text("table_name") ?? "";
        if (schema.Length == 0 || SqlName.Same(schema, "recurring")) return scope.Find(name) ?? false;
        return new SqlTableUse(table.Text("catalog_name") ?? "", schema, name, null).Dataset == _input;
    }

    private bool Join(JsonElement join, Scope scope)
    {
        var left = From(join.Child("left"), scope);
        var right = From(join.Child("right"), scope);
        var type = join.Text("join_type") ?? "";
        var reference = join.Text("ref_type") ?? "";
        Expressions(join.Child("condition"), scope, left || right);
        if (left && right) Add($"a join of {_input} with itself", join);
        else if ((left || right) && (reference == "POSITIONAL" || type == "OUTER" || type == "FULL")) Add($"a {(reference == "POSITIONAL" ? "POSITIONAL" : "FULL")} join", join);
        else if (right && (type is "LEFT" or "SEMI" or "ANTI" || reference == "ASOF")) Add($"{_input} on the right of {Article(reference == "ASOF" ? "ASOF" : type)} join", join);
        else if (left && type == "RIGHT") Add($"{_input} on the left of a RIGHT join", join);
        return left || right;
    }

    private bool Pivot(JsonElement table, Scope scope)
    {
        var isDriven = From(table.Child("source"), scope);
        if (isDriven && table.Items("aggregates").Length > 0) Add("PIVOT", table);
        return isDriven;
    }

    private bool TableFunction(JsonElement table, Scope scope)
    {
        Expressions(table.Child("function").Child("children"), scope, isDriven: false);
        return false;
    }

    /// <summary>Looks for aggregates and windows of this query, and for subqueries that read the input.</summary>
    private void Expressions(JsonElement element, Scope scope, bool isDriven)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) Expressions(item, scope, isDriven);
        if (element.ValueKind != JsonValueKind.Object) return;
        var kind = element.Text("class");
        if (kind == "SUBQUERY")
        {
            if (Query(element.Child("subquery").Child("node"), scope)) Add($"{_input} in a subquery", element);
            Expressions(element.Child("child"), scope, isDriven);
            return;
        }
        var name = element.Text("function_name") ?? "";
        if (isDriven && kind == "WINDOW") Add($"a window function ({name})", element);
        if (isDriven && kind == "FUNCTION" && SqlFunctions.IsAggregate(name)) Add($"an aggregate ({name})", element);
        foreach (var property in element.EnumerateObject()) Expressions(property.Value, scope, isDriven);
    }

    private static string Article(string join) => join is "ANTI" or "ASOF" ? "an " + join : "a " + join;

    private void Add(string what, JsonElement where) =>
        _found.Add(new SqlNonIncremental(what, where.Location() is { } offset ? _source.IndexOfByte(offset) : null));
}
