using System.Collections.Immutable;
using System.Text.Json;

namespace DataGrid.Core.Sql;

/// <summary>Reads the tree that <c>json_serialize_sql(sql, skip_null := true)</c> gives.</summary>
/// <remarks>The reading is closed: every node class and every field is on a list here, and what is on none becomes a <see cref="SqlOddity"/>. A newer
/// engine's new syntax is therefore refused until somebody has looked at it.</remarks>
public sealed partial class SqlTreeReader
{
    /// <summary>How deep a tree may nest, in JSON levels; a deeper one is not even parsed.</summary>
    public const int MaxJsonDepth = 1000;

    private static readonly string[] SelectFields =
        ["modifiers", "cte_map", "select_list", "from_table", "where_clause", "group_expressions", "group_sets", "aggregate_handling", "having", "sample", "qualify"];

    private static readonly string[] SetOperationFields = ["modifiers", "cte_map", "setop_type", "left", "right", "setop_all"];

    private static readonly string[] RecursiveFields = ["modifiers", "cte_map", "cte_name", "union_all", "left", "right", "aliases", "key_targets"];

    private readonly SqlSource _source;
    private readonly ImmutableArray<SqlTableUse>.Builder _tables = ImmutableArray.CreateBuilder<SqlTableUse>();
    private readonly ImmutableArray<SqlFunctionUse>.Builder _functions = ImmutableArray.CreateBuilder<SqlFunctionUse>();
    private readonly ImmutableArray<SqlColumnUse>.Builder _columns = ImmutableArray.CreateBuilder<SqlColumnUse>();
    private readonly ImmutableArray<SqlParameterUse>.Builder _parameters = ImmutableArray.CreateBuilder<SqlParameterUse>();
    private readonly ImmutableArray<int?>.Builder _samples = ImmutableArray.CreateBuilder<int?>();
    private readonly ImmutableArray<SqlOddity>.Builder _oddities = ImmutableArray.CreateBuilder<SqlOddity>();
    private long _nestingCost;
    private long _depth;

    private readonly int _prefixBytes;

    private SqlTreeReader(SqlSource source, int prefixBytes) => (_source, _prefixBytes) = (source, prefixBytes);

    /// <summary>Reads a whole tree: the object with <c>error</c> false and <c>statements</c>.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="source">The text that it was made from.</param>
    /// <param name="prefixBytes">How many bytes were put before the source's text when it was parsed.</param>
    public static SqlReading Read(JsonElement root, SqlSource source, int prefixBytes = 0)
    {
        var reader = new SqlTreeReader(source, prefixBytes);
        var statements = root.Items("statements");
        foreach (var statement in statements)
        {
            reader.CheckFields(statement, "statement", ["node", "named_param_map"]);
            reader.Query(statement.Child("node"), SqlScope.Empty);
        }
        var first = statements.Length > 0 ? statements[0].Child("node") : default;
        return new SqlReading
        {
            StatementCount = statements.Length,
            Tables = reader._tables.ToImmutable(),
            Functions = reader._functions.ToImmutable(),
            Columns = reader._columns.ToImmutable(),
            Parameters = reader._parameters.ToImmutable(),
            Samples = reader._samples.ToImmutable(),
            Oddities = reader._oddities.ToImmutable(),
            NestingCost = reader._nestingCost,
            ColumnNames = ColumnNamesOf(first),
            IsOrdered = first.Items("modifiers").Any(static modifier => modifier.Text("type") == "ORDER_MODIFIER"),
        };
    }

    /// <summary>The names of a query's columns, as far as they can be told from the text alone.</summary>
    private static ImmutableArray<string?> ColumnNamesOf(JsonElement node)
    {
        while (node.Text("type") is "SET_OPERATION_NODE" or "RECURSIVE_CTE_NODE") node = node.Child("left");
        return
        [
            .. node.Items("select_list").Select(static expression =>
                expression.Text("alias") is { Length: > 0 } alias ? alias
                : expression.Text("class") == "COLUMN_REF" ? expression.Items("column_names").LastOrDefault().GetStringOrNull()
                : null),
        ];
    }

    private void Query(JsonElement node, SqlScope? scope)
    {
        Enter();
        scope = Ctes(node, scope);
        switch (node.Text("type"))
        {
            case "SELECT_NODE":
                CheckFields(node, "SELECT", SelectFields);
                Select(node, scope);
                break;
            case "SET_OPERATION_NODE":
                CheckFields(node, "set operation", SetOperationFields);
                Query(node.Child("left"), scope);
                Query(node.Child("right"), scope);
                break;
            case "RECURSIVE_CTE_NODE":
                CheckFields(node, "recursive CTE", RecursiveFields);
                Query(node.Child("left"), scope);
                Query(node.Child("right"), SqlScope.Add(scope, node.Text("cte_name") ?? "", isRecurring: true));
                Expressions(node.Items("key_targets"), scope);
                break;
            case var other:
                Odd($"the query node '{other}'", node);
                break;
        }
        foreach (var modifier in node.Items("modifiers")) Modifier(modifier, scope);
        Leave();
    }

    private void Select(JsonElement node, SqlScope? scope)
    {
        Expressions(node.Items("select_list"), scope);
        Table(node.Child("from_table"), scope);
        Expression(node.Child("where_clause"), scope);
        Expressions(node.Items("group_expressions"), scope);
        Expression(node.Child("having"), scope);
        Expression(node.Child("qualify"), scope);
        Sample(node);
    }

    /// <summary>Reads a node's CTEs in order. A body sees the CTEs before it and never itself: <c>WITH "f.csv" AS (FROM "f.csv")</c> reads the file.</summary>
    private SqlScope? Ctes(JsonElement node, SqlScope? scope)
    {
        var map = node.Child("cte_map");
        if (map.ValueKind == JsonValueKind.Object) CheckFields(map, "WITH", ["map"]);
        foreach (var entry in map.Items("map"))
        {
            var cte = entry.Child("value");
            CheckFields(cte, "CTE", ["aliases", "query", "materialized", "key_targets"]);
            Statement(cte.Child("query"), scope);
            Expressions(cte.Items("key_targets"), scope);
            scope = SqlScope.Add(scope, entry.Text("key") ?? "");
        }
        return scope;
    }

    /// <summary>Reads a SELECT that stands inside another: a CTE, a derived table, a subquery.</summary>
    private void Statement(JsonElement statement, SqlScope? scope)
    {
        if (statement.ValueKind != JsonValueKind.Object) return;
        CheckFields(statement, "subquery", ["node", "named_param_map"]);
        Query(statement.Child("node"), scope);
    }

    private void Modifier(JsonElement modifier, SqlScope? scope)
    {
        switch (modifier.Text("type"))
        {
            case "ORDER_MODIFIER":
                CheckFields(modifier, "ORDER BY", ["orders"]);
                Orders(modifier.Items("orders"), scope);
                break;
            case "LIMIT_MODIFIER" or "LIMIT_PERCENT_MODIFIER":
                CheckFields(modifier, "LIMIT", ["limit", "offset"]);
                Expression(modifier.Child("limit"), scope);
                Expression(modifier.Child("offset"), scope);
                break;
            case "DISTINCT_MODIFIER":
                CheckFields(modifier, "DISTINCT", ["distinct_on_targets"]);
                Expressions(modifier.Items("distinct_on_targets"), scope);
                break;
            case var other:
                Odd($"the modifier '{other}'", modifier);
                break;
        }
    }

    private void Orders(JsonElement[] orders, SqlScope? scope)
    {
        foreach (var order in orders)
        {
            CheckFields(order, "ORDER BY", ["null_order", "expression"]);
            Expression(order.Child("expression"), scope);
        }
    }

    private void Sample(JsonElement holder)
    {
        if (holder.Child("sample").ValueKind == JsonValueKind.Object) _samples.Add(IndexOf(holder));
    }

    private void CheckFields(JsonElement element, string what, string[] known)
    {
        foreach (var property in element.Properties())
        {
            if (property.Name is "type" or "class" or "alias" or "query_location") continue;
            if (Array.IndexOf(known, property.Name) < 0 && !property.Value.IsBlank()) Odd($"'{property.Name}' of {what}", element);
        }
    }

    private void Odd(string what, JsonElement element) => _oddities.Add(new SqlOddity(what, IndexOf(element)));

    private int? IndexOf(JsonElement element) => element.Location() is { } offset ? _source.IndexOfByte(offset - _prefixBytes) : null;

    private void Enter()
    {
        _depth++;
        _nestingCost += _depth * _depth;
    }

    private void Leave() => _depth--;
}
