using DataGrid.Contracts.Datasets;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Tests.SqlGate;

public sealed class SqlIncrementTests : IDisposable
{
    private static readonly DatasetName Input = DatasetName.Parse("raw.t");
    private readonly SqlParser _parser = new();

    public static TheoryData<string> Incremental => new(
        "SELECT a, b FROM raw.t WHERE c > 0",
        "FROM raw.t ORDER BY a",
        "SELECT t.a, u.e FROM raw.t t LEFT JOIN raw.u u ON u.a = t.a",
        "SELECT t.a, u.e FROM raw.u u RIGHT JOIN raw.t t ON u.a = t.a",
        "SELECT t.a FROM raw.u u JOIN raw.t t ON u.a = t.a",
        "SELECT a FROM raw.t SEMI JOIN raw.u USING (a)",
        "SELECT a FROM raw.t ANTI JOIN raw.u USING (a)",
        "SELECT a FROM raw.t WHERE a IN (SELECT a FROM raw.u) AND EXISTS (FROM raw.u)",
        "SELECT a, (SELECT max(e) FROM raw.u u WHERE u.a = t.a) AS e FROM raw.t t",
        "SELECT a, unnest(l) AS x FROM raw.t",
        "SELECT a, x.item FROM raw.t, unnest(l) AS x(item)",
        "SELECT a FROM raw.t WHERE a > 1 UNION ALL SELECT -a FROM raw.t WHERE a < 1",
        "WITH x AS (SELECT a, b FROM raw.t), y AS (SELECT a, max(e) AS e FROM raw.u GROUP BY a) SELECT x.a, y.e FROM x LEFT JOIN y USING (a)",
        "SELECT a FROM (SELECT a, b FROM raw.t WHERE c > 0) WHERE a > 0",
        "SELECT a, CASE WHEN c > 0 THEN 1 END AS k, list_sum(l) AS total FROM raw.t");

    public static TheoryData<string, string> NotIncremental => new()
    {
        { "SELECT count(*) FROM raw.t", "an aggregate (count_star)" },
        { "SELECT a FROM raw.t GROUP BY a", "GROUP BY" },
        { "SELECT b, sum(c) FROM raw.t GROUP BY ALL", "GROUP BY" },
        { "SELECT DISTINCT a FROM raw.t", "DISTINCT" },
        { "SELECT a, rank() OVER (ORDER BY c) AS r FROM raw.t", "a window function (rank)" },
        { "SELECT a FROM raw.t QUALIFY row_number() OVER (PARTITION BY a) = 1", "a window function (row_number)" },
        { "SELECT a FROM raw.t LIMIT 3", "LIMIT" },
        { "SELECT a FROM raw.t ORDER BY c LIMIT 10%", "LIMIT" },
        { "SELECT a FROM raw.t UNION SELECT a FROM raw.t", "UNION without ALL" },
        { "SELECT a FROM raw.t EXCEPT SELECT a FROM raw.u", "EXCEPT" },
        { "SELECT a FROM raw.u EXCEPT ALL SELECT a FROM raw.t", "EXCEPT" },
        { "SELECT a FROM raw.t UNION ALL SELECT a FROM raw.u", "UNION ALL with a part that does not read raw.t" },
        { "SELECT x.a FROM raw.t x JOIN raw.t y ON x.a = y.a", "a join of raw.t with itself" },
        { "WITH x AS (FROM raw.t) SELECT p.a FROM x p JOIN x q USING (a)", "a join of raw.t with itself" },
        { "SELECT u.a FROM raw.u u LEFT JOIN raw.t t USING (a)", "raw.t on the right of a LEFT join" },
        { "SELECT t.a FROM raw.t t RIGHT JOIN raw.u u USING (a)", "raw.t on the left of a RIGHT join" },
        { "SELECT a FROM raw.t FULL JOIN raw.u USING (a)", "a FULL join" },
        { "SELECT a FROM raw.u ANTI JOIN raw.t USING (a)", "raw.t on the right of an ANTI join" },
        { "SELECT a FROM raw.u SEMI JOIN raw.t USING (a)", "raw.t on the right of a SEMI join" },
        { "SELECT a FROM raw.u WHERE a IN (SELECT a FROM raw.t)", "raw.t in a subquery" },
        { "SELECT a, (SELECT max(a) FROM raw.t) AS m FROM raw.t", "raw.t in a subquery" },
        { "WITH x AS (SELECT a, count(*) AS n FROM raw.t GROUP BY a) SELECT a FROM x", "GROUP BY" },
        { "SELECT * FROM (PIVOT raw.t ON b IN ('a') USING sum(c))", "PIVOT" },
        { "WITH RECURSIVE r AS (SELECT a FROM raw.t UNION ALL SELECT a + 1 FROM r WHERE a < 3) FROM r", "a recursive CTE" },
        { "SELECT t.a FROM raw.t POSITIONAL JOIN raw.u", "a POSITIONAL join" },
        { "SELECT a FROM raw.u", "a query that does not read raw.t" },
    };

    public void Dispose() => _parser.Dispose();

    [Theory]
    [MemberData(nameof(Incremental))]
    public void New_rows_alone_give_the_new_rows_of_the_result(string sql) => Assert.Equal("", Judge(sql));

    [Theory]
    [MemberData(nameof(NotIncremental))]
    public void What_needs_all_rows_is_named(string sql, string what) => Assert.Contains(what, Judge(sql), StringComparison.Ordinal);

    /// <summary>The rule itself, on data: the result over all rows is the result over old rows and the result over new rows.</summary>
    [Theory]
    [MemberData(nameof(Incremental))]
    public void Batches_add_up_to_the_whole(string sql)
    {
        using var instance = DuckDbInstance.Open();
        using var connection = instance.Connect();
        connection.Execute("""
            CREATE SCHEMA raw; CREATE TABLE raw.u AS SELECT (i % 4)::INTEGER AS a, chr(97 + (i % 3)::INTEGER) AS e FROM range(7) r(i);
            CREATE TABLE everything AS SELECT (i % 5 - 1)::INTEGER AS a, chr(97 + (i % 3)::INTEGER) AS b, (i * 3 % 7 - 2)::DOUBLE AS c, [i % 2, i]::INTEGER[] AS l, i FROM range(20) r(i);
            """);
        IEnumerable<string> Over(string where)
        {
            connection.Execute($"CREATE OR REPLACE TABLE raw.t AS SELECT * EXCLUDE (i) FROM everything WHERE {where}");
            using var result = connection.Query($"SELECT to_json(q) FROM ({sql}) q");
            return [.. result.ReadRows().Select(static row => (string)row[0]!)];
        }

        Assert.Equal(Over("true").Order(StringComparer.Ordinal), Over("i < 12").Concat(Over("i >= 12")).Order(StringComparer.Ordinal));
    }

    private string Judge(string sql)
    {
        var tree = _parser.Parse(sql);
        Assert.Null(tree.Error);
        return string.Join("; ", SqlIncrement.Judge(tree.Root, new SqlSource(sql), Input).Select(static found => found.What));
    }
}
