using DataGrid.Contracts.Datasets;
using DataGrid.DuckDb;
using DataGrid.Engine.Tests.SqlGate;

namespace DataGrid.Engine.Tests.Lineage;

/// <summary>The tables of <see cref="BenignQueries"/> with a few rows each, whose columns can be changed one at a time.</summary>
internal sealed class PerturbationData : IDisposable
{
    /// <summary>Rows by index <c>i</c>; domains are small so that joins meet, groups have members and filters let some rows through.</summary>
    private static readonly Dictionary<string, (int Rows, string Select)> Rows = new(StringComparer.Ordinal)
    {
        ["raw.t"] = (14, """
            nullif(i % 6, 5)::INTEGER AS a, ['a', 'b', 'c', 'ab'][1 + i % 4] AS b, (i * 7 % 11) - 3.5::DOUBLE AS c, DATE '2024-01-01' + (i * 3 % 8)::INTEGER AS d,
            [i % 3, i % 5, 2]::INTEGER[] AS l, {'x': i % 4, 'y': chr(97 + (i % 3)::INTEGER)}::STRUCT(x INTEGER, y VARCHAR) AS s,
            format('{{"x": {}, "y": "{}", "z": [1]}}', i % 3, i % 4)::JSON AS j, MAP {'a': i % 3, 'b': i}::MAP(VARCHAR, INTEGER) AS m,
            TIMESTAMP '2024-01-01 00:00:00' + to_minutes((i * 17)::INTEGER) AS ts
            """),
        ["raw.u"] = (9, "nullif(i % 5, 4)::INTEGER AS a, ['a', 'c', 'ab'][1 + i % 3] AS e, DATE '2024-01-02' + (i * 5 % 7)::INTEGER AS f, (i % 4)::DECIMAL(10,2) AS g"),
        ["raw.v"] = (6, "i::INTEGER AS k, CASE WHEN i > 0 THEN (i - 1) // 2 END::INTEGER AS parent, (i * 4 % 5 + 1)::INTEGER AS w, ['a', 'b', 'q'][1 + i % 3] AS name"),
        ["raw.trades"] = (8, "chr(97 + (i % 2)::INTEGER) AS symbol, TIMESTAMP '2024-01-01 00:00:00' + to_hours((i * 5)::INTEGER) AS moment, (i * 3 % 7)::DOUBLE AS price"),
        ["raw.quotes"] = (8, "chr(97 + (i % 2)::INTEGER) AS symbol, TIMESTAMP '2023-12-31 22:00:00' + to_hours((i * 6)::INTEGER) AS moment, (i * 5 % 9)::DOUBLE AS bid"),
        ["tpch.region"] = (2, "i::INTEGER AS r_regionkey, chr(97 + i::INTEGER) AS r_name"),
        ["tpch.nation"] = (3, "i::INTEGER AS n_nationkey, chr(97 + i::INTEGER) AS n_name, (i % 2)::INTEGER AS n_regionkey"),
        ["tpch.supplier"] = (4, "i::INTEGER AS s_suppkey, 's' || chr(97 + i::INTEGER) AS s_name, (i % 3)::INTEGER AS s_nationkey, (i * 10)::DECIMAL(15,2) AS s_acctbal"),
        ["tpch.part"] = (5, "i::INTEGER AS p_partkey, chr(97 + (i % 3)::INTEGER) || 'a' AS p_name, chr(97 + (i % 2)::INTEGER) AS p_brand, chr(97 + (i % 2)::INTEGER) AS p_type, (i * 2)::INTEGER AS p_size"),
        ["tpch.partsupp"] = (12, "(i % 5)::INTEGER AS ps_partkey, (i % 4)::INTEGER AS ps_suppkey, (i * 7 % 9)::INTEGER AS ps_availqty, (i * 5 % 8 + 1)::DECIMAL(15,2) AS ps_supplycost"),
        ["tpch.customer"] = (6, "i::INTEGER AS c_custkey, 'c' || i AS c_name, (i % 3)::INTEGER AS c_nationkey, (i % 3) || '-' || i AS c_phone, (i * 13 % 17)::DECIMAL(15,2) AS c_acctbal, chr(97 + (i % 2)::INTEGER) AS c_mktsegment"),
        ["tpch.orders"] = (9, "i::INTEGER AS o_orderkey, (i % 4)::INTEGER AS o_custkey, DATE '1995-01-01' + (i * 200)::INTEGER AS o_orderdate, chr(97 + (i % 3)::INTEGER) AS o_orderpriority, ['x', 'zz'][1 + i % 2] AS o_comment"),
        ["tpch.lineitem"] = (24, """
            (i % 9)::INTEGER AS l_orderkey, (i % 5)::INTEGER AS l_partkey, (i % 4)::INTEGER AS l_suppkey, (i % 7 + 1)::DECIMAL(15,2) AS l_quantity, (i * 11 % 19 + 1)::DECIMAL(15,2) AS l_extendedprice,
            (i % 5 / 10)::DECIMAL(15,2) AS l_discount, chr(97 + (i % 2)::INTEGER) AS l_returnflag, chr(97 + (i % 3)::INTEGER) AS l_linestatus, DATE '1996-01-01' + (i * 50)::INTEGER AS l_shipdate,
            DATE '1996-02-01' + (i * 50)::INTEGER AS l_commitdate, DATE '1996-01-20' + (i * 50 + i % 3 * 10)::INTEGER AS l_receiptdate, chr(97 + (i % 3)::INTEGER) AS l_shipmode
            """),
    };

    private readonly DuckDbInstance _instance = DuckDbInstance.Open(":memory:", new Dictionary<string, string> { ["threads"] = "1" });

    public PerturbationData()
    {
        Connection = _instance.Connect();
        foreach (var (name, columns) in BenignQueries.Schema)
        {
            Connection.Execute($"CREATE SCHEMA IF NOT EXISTS {name.Namespace}");
            var (rows, select) = Rows[name.ToString()];
            var typed = string.Join(", ", columns.Select(static column => $"{column.Name}::{column.Type} AS {column.Name}"));
            Connection.Execute($"CREATE TABLE {Base(name)} AS SELECT i AS row, {typed} FROM (SELECT i, {select} FROM range({rows}) AS r(i)) ORDER BY i");
            Restore(name);
        }
    }

    public DuckDbConnection Connection { get; }

    /// <summary>Ways to change a column, by type: each is an expression over the column <c>{0}</c> and the row's number <c>row</c>.</summary>
    public static IReadOnlyList<string> Changes(string type) => type switch
    {
        "INTEGER" => ["({0} * 3 + 2) % 7", "CASE WHEN row % 4 = 1 THEN {0} + 1 ELSE {0} END", "NULL", "{0} + 2"],
        "DOUBLE" or "DECIMAL(10,2)" or "DECIMAL(15,2)" => ["{0} * -2 + 1", "CASE WHEN row % 4 = 1 THEN {0} + 3 ELSE {0} END", "NULL"],
        "VARCHAR" => ["translate({0}, 'abc012', 'bca120')", "CASE WHEN row % 3 = 1 THEN 'b' ELSE {0} END", "NULL", "{0} || 'z'"],
        "DATE" => ["{0} + (row % 5)::INTEGER", "{0} + 40", "NULL"],
        "TIMESTAMP" => ["{0} + to_hours((row % 5 * 3)::INTEGER)", "{0} - INTERVAL 9 HOUR", "NULL"],
        "INTEGER[]" => ["list_append({0}, row::INTEGER)", "CASE WHEN row % 2 = 0 THEN [] ELSE {0} END", "NULL", "list_reverse({0})"],
        "JSON" => ["""'{{"x": 9, "w": 8}}'::JSON""", "NULL"],
        _ when type.StartsWith("STRUCT", StringComparison.Ordinal) => ["{{'x': {0}.x + 1, 'y': {0}.y}}", "{{'x': {0}.x, 'y': 'n'}}", "NULL"],
        _ => ["MAP {{'a': 99, 'k': 1}}", "NULL"],
    };

    /// <summary>Changes one column of a table.</summary>
    public void Change(DatasetName table, ColumnSpec column, string change)
    {
        var value = string.Format(System.Globalization.CultureInfo.InvariantCulture, change, column.Name);
        Connection.Execute($"CREATE OR REPLACE TABLE {table} AS SELECT * EXCLUDE (row) REPLACE (({value})::{column.Type} AS {column.Name}) FROM {Base(table)} ORDER BY row");
    }

    /// <summary>Puts a table back.</summary>
    public void Restore(DatasetName table) => Connection.Execute($"CREATE OR REPLACE TABLE {table} AS SELECT * EXCLUDE (row) FROM {Base(table)} ORDER BY row");

    /// <summary>A query's columns, each as its values in sorted order: what changes in them has changed for any reader. Null when the query fails on this data.</summary>
    public IReadOnlyList<string>? Run(string sql)
    {
        try
        {
            using var result = Connection.Query(sql, BenignQueries.ParameterTypes.Keys.Where(name => sql.Contains("$" + name, StringComparison.Ordinal)).ToDictionary(static name => name, Value));
            var rows = result.ReadRows().ToList();
            return [.. result.Columns.Select((_, index) => string.Join('\n', rows.Select(row => Text(row[index])).Order(StringComparer.Ordinal)))];
        }
        catch (DuckDbException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        Connection.Dispose();
        _instance.Dispose();
    }

    private static object? Value(string parameter) => parameter switch
    {
        "day" => new DateOnly(2024, 1, 3),
        "most" => 4,
        "n" => 5L,
        _ => "label",
    };

    private static string Base(DatasetName table) => $"{table.Namespace}.base_{table.Name}";

    private static string Text(object? value) => value switch
    {
        null => "NULL",
        string text => $"'{text}'",
        System.Collections.IDictionary map => "{" + string.Join(',', map.Keys.Cast<object>().Select(key => $"{Text(key)}:{Text(map[key])}")) + "}",
        System.Collections.IEnumerable list => "[" + string.Join(',', list.Cast<object?>().Select(Text)) + "]",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
