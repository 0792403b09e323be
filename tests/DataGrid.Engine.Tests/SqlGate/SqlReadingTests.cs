using DataGrid.Contracts.Datasets;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Tests.SqlGate;

public sealed class SqlReadingTests : IDisposable
{
    private readonly SqlParser _parser = new();

    public void Dispose() => _parser.Dispose();

    [Theory]
    [InlineData("WITH a AS (FROM raw.t), b AS (FROM a) FROM b", "raw.t")]
    [InlineData("WITH a AS (FROM a) FROM a", "a")]
    [InlineData("WITH a AS (FROM b), b AS (SELECT 1) FROM a, b", "b")]
    [InlineData("FROM (WITH a AS (SELECT 1) FROM a) x, a", "a")]
    [InlineData("WITH a AS (SELECT 1) SELECT (FROM a), (WITH a AS (FROM raw.u) FROM a)", "raw.u")]
    [InlineData("WITH RECURSIVE r AS (FROM r UNION ALL FROM r, recurring.r) FROM r", "r")]
    [InlineData("WITH A AS (SELECT 1) FROM a", "")]
    [InlineData("WITH a AS (SELECT 1) FROM main.a", "main.a")]
    [InlineData("WITH a AS (SELECT 1) FROM recurring.a", "recurring.a")]
    [InlineData("SELECT 1 UNION ALL (WITH a AS (SELECT 2) FROM a) UNION ALL FROM a", "a")]
    public void A_name_is_a_cte_only_where_the_engine_sees_it(string sql, string tables) =>
        Assert.Equal(tables, string.Join(' ', Read(sql).Tables.Select(static table => table.Text)));

    [Fact]
    public void Every_place_that_can_hold_a_query_is_read()
    {
        var reading = Read("""
            WITH c AS (FROM s.a1)
            SELECT (FROM s.a2), sum(x) FILTER (EXISTS (FROM s.a3)) OVER (PARTITION BY (FROM s.a4) ORDER BY (FROM s.a5)), CASE WHEN (FROM s.a6) THEN (FROM s.a7) ELSE (FROM s.a8) END,
              list_transform(l, y -> (FROM s.a9)), * REPLACE ((FROM s.a10) AS z), count(DISTINCT q ORDER BY (FROM s.a11)), x IN (FROM s.a12), x BETWEEN (FROM s.a13) AND 1, CAST((FROM s.a14) AS INT)
            FROM c JOIN s.a15 ON x = (FROM s.a16), LATERAL (FROM s.a17), (VALUES ((FROM s.a18))) v, unnest((FROM s.a19)) u, (PIVOT s.a20 ON k IN (1) USING sum((FROM s.a21)))
            WHERE (FROM s.a22) GROUP BY (FROM s.a23) HAVING (FROM s.a24) QUALIFY (FROM s.a25) ORDER BY (FROM s.a26) LIMIT (FROM s.a27) OFFSET (FROM s.a28)
            """);
        Assert.Equal(Enumerable.Range(1, 28).Select(static n => $"s.a{n}").Order(), reading.Tables.Select(static table => table.Text).Order());
        Assert.Empty(reading.Oddities);
    }

    [Fact]
    public void Places_count_in_the_users_text_also_behind_wide_characters()
    {
        const string sql = "/* é😀 */ SELECT 'ü', nope(a)\nFROM raw.t, raw.u";
        var reading = Read(sql);
        Assert.Equal(sql.IndexOf("nope", StringComparison.Ordinal), reading.Functions.Single().Index);
        Assert.Equal(sql.IndexOf("raw.u", StringComparison.Ordinal), reading.Tables[1].Index);
        Assert.Equal(sql.IndexOf("a)", StringComparison.Ordinal), reading.Columns.Single().Index);
    }

    [Fact]
    public void Parameters_and_names_of_columns_are_read()
    {
        var reading = Read("SELECT a, t.b, c + 1 AS d, count(*), $x::INT FROM raw.t t WHERE a = $day OR b = $DAY ORDER BY 1");
        Assert.Equal("x day", string.Join(' ', reading.ParameterNames));
        Assert.Equal("a b d - -", string.Join(' ', reading.ColumnNames.Select(static name => name ?? "-")));
        Assert.True(reading.IsOrdered);
        Assert.Equal(DatasetName.Parse("raw.t"), Assert.Single(reading.Datasets));
    }

    [Fact]
    public void The_list_of_functions_was_reviewed_for_the_engine_that_is_loaded() =>
        Assert.Equal("v" + SqlFunctions.EngineVersion, DuckDbInstance.EngineVersion);

    [Fact]
    public void Every_function_of_the_engine_is_reviewed()
    {
        using var instance = DuckDbInstance.Open();
        using var connection = instance.Connect();
        using var result = connection.Query("SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type NOT IN ('pragma') ORDER BY 1");
        var unknown = result.ReadRows().Select(static row => (string)row[0]!).Where(static name => SqlFunctions.Find(name) == SqlFunctionKinds.None);
        Assert.Equal("", string.Join(' ', unknown));
    }

    [Fact]
    public void What_the_engine_calls_volatile_is_never_taken_for_steady()
    {
        using var instance = DuckDbInstance.Open();
        using var connection = instance.Connect();
        using var result = connection.Query("SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY') AND function_name <> 'error' ORDER BY 1");
        Assert.All(result.ReadRows().Select(static row => (string)row[0]!), static name => Assert.True(SqlFunctions.Find(name) is SqlFunctionKinds.Volatile or SqlFunctionKinds.Refused, name));
    }

    private SqlReading Read(string sql)
    {
        var tree = _parser.Parse(sql);
        Assert.Null(tree.Error);
        return SqlTreeReader.Read(tree.Root, new SqlSource(sql));
    }
}
