using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Sql;

namespace DataGrid.Core.Lineage;

/// <summary>Reads column lineage from a bound plan: <c>json_serialize_plan(sql, skip_null := true)</c>, not optimised, bound against tables.</summary>
/// <remarks>
/// Every operator gives a <see cref="PlanRelation"/>. <c>BOUND_REF.index</c> is a position in the child's output; only the inputs of in-out table functions
/// keep <c>BOUND_COLUMN_REF</c>, found by table index. Recursive CTEs are read until nothing changes: sets only grow and are finite. What is not known here
/// gives everything that its inputs know and marks the result as not exact; nothing is ever left out silently.
/// </remarks>
public sealed partial class PlanLineageReader
{
    private const int MaxRecursion = 1000;

    /// <summary>Fields of operators whose expressions are read, or hold no references (<c>bound_pivot</c> repeats what its child aggregates).</summary>
    private static readonly FrozenSet<string> ReadOperatorFields = FrozenSet.ToFrozenSet(
        [
            "children", "expressions", "groups", "conditions", "condition", "orders", "order_by", "distinct_targets", "duplicate_eliminated_columns", "limit_val",
            "offset_val", "key_targets", "bound_pivot", "function_data",
        ],
        StringComparer.Ordinal);

    private readonly List<ColumnRef> _columns = [];
    private readonly Dictionary<ColumnRef, int> _columnNumbers = [];
    private readonly Dictionary<int, PlanRelation> _byTableIndex = [];
    private readonly Dictionary<int, PlanRelation> _ctes = [];
    private readonly Stack<ImmutableArray<SourceSet>> _delims = [];
    private readonly SortedSet<string> _unresolved = new(StringComparer.Ordinal);

    private PlanLineageReader() { }

    /// <summary>Reads the lineage of the last statement of a plan.</summary>
    /// <param name="root">The object with <c>error</c> false and <c>plans</c>.</param>
    /// <param name="names">The result's column names, in order.</param>
    public static QueryLineage Read(JsonElement root, IReadOnlyList<string> names)
    {
        var reader = new PlanLineageReader();
        var relation = reader.Operator(root.Items("plans").LastOrDefault());
        if (relation.Columns.Length != names.Count)
        {
            reader.Unresolved($"a plan of {relation.Columns.Length} columns for {names.Count} names");
            relation = new PlanRelation([.. names.Select(_ => relation.All.Computed())], relation.Rows);
        }
        var rows = relation.Rows;
        return new QueryLineage
        {
            Columns =
            [
                .. names.Select((name, index) => new ColumnLineage
                {
                    Column = name, Sources = relation.Columns[index].Union(rows).ToSources(reader._columns), IsExact = reader._unresolved.Count == 0,
                }),
            ],
            RowSources = rows.ToSources(reader._columns),
            Unresolved = [.. reader._unresolved],
        };
    }

    private PlanRelation Operator(JsonElement node)
    {
        var relation = node.Text("type") switch
        {
            "LOGICAL_GET" => Get(node),
            "LOGICAL_PROJECTION" => Projection(node),
            "LOGICAL_FILTER" => Filter(node),
            "LOGICAL_AGGREGATE_AND_GROUP_BY" => Aggregate(node),
            "LOGICAL_WINDOW" => Window(node),
            "LOGICAL_UNNEST" => Unnest(node),
            "LOGICAL_ORDER_BY" => OrderBy(node),
            "LOGICAL_LIMIT" => Limit(node),
            "LOGICAL_DISTINCT" => Distinct(node),
            "LOGICAL_SAMPLE" => Child(node),
            "LOGICAL_PIVOT" => Pivot(node),
            "LOGICAL_DUMMY_SCAN" => new PlanRelation([SourceSet.Empty], SourceSet.Empty),
            "LOGICAL_CHUNK_GET" => new PlanRelation([.. node.Items("chunk_types").Select(static _ => SourceSet.Empty)], SourceSet.Empty),
            "LOGICAL_EXPRESSION_GET" => Values(node),
            "LOGICAL_DELIM_GET" => DelimGet(node),
            "LOGICAL_CTE_REF" => CteRef(node),
            "LOGICAL_MATERIALIZED_CTE" => MaterializedCte(node),
            "LOGICAL_RECURSIVE_CTE" => RecursiveCte(node),
            "LOGICAL_UNION" => Union(node),
            "LOGICAL_EXCEPT" or "LOGICAL_INTERSECT" => Difference(node),
            "LOGICAL_COMPARISON_JOIN" or "LOGICAL_ANY_JOIN" or "LOGICAL_ASOF_JOIN" or "LOGICAL_CROSS_PRODUCT" or "LOGICAL_POSITIONAL_JOIN" => Join(node),
            "LOGICAL_DELIM_JOIN" => DelimJoin(node),
            var other => Opaque(node, other ?? "an empty plan"),
        };
        if (node.ValueKind == JsonValueKind.Object && Unread(node, ReadOperatorFields) is { } field)
        {
            var all = Everything($"'{field}' of {node.Text("type")}", relation);
            relation = new PlanRelation([.. relation.Columns.Select(column => column.Union(all))], relation.Rows.Union(all.As(LineageKind.Filter)));
        }
        relation = Project(relation, node);
        if (node.Number("table_index") is { } index) _byTableIndex[index] = relation;
        return relation;
    }

    private PlanRelation Child(JsonElement node) =>
        node.Items("children") is { Length: > 0 } children ? Operator(children[0]) : PlanRelation.Nothing;

    /// <summary>An operator that is not known: as many columns as anyone could ask for, each from everything below.</summary>
    private PlanRelation Opaque(JsonElement node, string what)
    {
        Unresolved(what);
        var below = node.Items("children").Select(Operator).Aggregate(PlanRelation.Nothing, static (left, right) => left.Beside(right));
        var all = below.All.Computed();
        var width = Math.Max(below.Columns.Length, node.Items("expressions").Length + below.Columns.Length);
        return new PlanRelation([.. Enumerable.Repeat(all, width)], below.Rows.Union(all.As(LineageKind.Filter)));
    }

    /// <summary>Some operators keep only a part of their output.</summary>
    private static PlanRelation Project(PlanRelation relation, JsonElement node)
    {
        var kept = node.Items("projection_map");
        return kept.Length == 0 ? relation : relation with { Columns = [.. kept.Select(item => relation.Columns[item.GetInt32()])] };
    }

    private PlanRelation Get(JsonElement node)
    {
        var names = node.Items("names");
        var below = node.Items("children") is { Length: > 0 } children ? Operator(children[0]) : null;
        var indexes = node.Items("column_indexes").Select(static item => item.Number("index")).ToArray();
        var table = node.Child("function_data");
        var isTable = below is null && table.Text("schema") is { Length: > 0 };
        if (isTable && DatasetName.TryParse($"{table.Text("schema")}.{table.Text("table")}", out var dataset, out _))
        {
            return new PlanRelation(
                [.. indexes.Select(index => index is { } at && at >= 0 && at < names.Length ? Column(dataset, names[at].GetString()!) : SourceSet.Empty)], SourceSet.Empty);
        }
        if (isTable) Unresolved($"the table {table.Text("schema")}.{table.Text("table")}");
        return below is null ? new PlanRelation([.. indexes.Select(static _ => SourceSet.Empty)], SourceSet.Empty) : InOut(node, below, indexes.Length);
    }

    /// <summary>A table function over rows (unnest, json_each, range over columns): its
    /// arguments are the first columns of its child, and it passes some on.</summary>
    private static PlanRelation InOut(JsonElement node, PlanRelation below, int ownColumns)
    {
        var argumentCount = node.Items("input_table_types").Length is > 0 and var count && count <= below.Columns.Length ? count : below.Columns.Length;
        var arguments = SourceSet.Union(below.Columns.Take(argumentCount));
        var passed = node.Items("projected_input").Select(item => below.Columns[item.GetInt32()]);
        return new PlanRelation([.. Enumerable.Repeat(arguments.Computed(), ownColumns), .. passed], below.Rows.Union(arguments.As(LineageKind.Filter)));
    }

    private SourceSet Column(DatasetName dataset, string name)
    {
        var column = new ColumnRef(dataset, name);
        if (!_columnNumbers.TryGetValue(column, out var number))
        {
            number = _columns.Count;
            _columns.Add(column);
            _columnNumbers.Add(column, number);
        }
        return SourceSet.Of(number, LineageKind.Identity);
    }

    private void Unresolved(string what) => _unresolved.Add(what);
}
