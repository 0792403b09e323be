using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Checks;

namespace DataGrid.Engine.Tests.Tasks.Checks;

public sealed class RepeatedKeysTests : IDisposable
{
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _engine;

    public RepeatedKeysTests() => _engine = _instance.Connect();

    public void Dispose()
    {
        _engine.Dispose();
        _instance.Dispose();
    }

    public static TheoryData<string, string> Tables => new()
    {
        { "nothing repeats", "SELECT i AS a, 'x' || i AS b FROM range(60000) r(i)" },
        { "few repeat", "SELECT i % 59990 AS a, 'x' || (i % 59990) AS b FROM range(60000) r(i)" },
        { "all repeat", "SELECT i // 2 AS a, 'x' || (i // 2) AS b FROM range(60000) r(i)" },
        { "all alike", "SELECT 7 AS a, 'x' AS b FROM range(60000) r(i)" },
        { "nulls are never equal", "SELECT if(i % 3 = 0, NULL, i % 59000) AS a, if(i % 5 = 0, NULL, 'x') AS b FROM range(60000) r(i)" },
        { "only nulls", "SELECT NULL::INTEGER AS a, NULL::VARCHAR AS b FROM range(60000) r(i)" },
        { "numbers that are equal though their bits differ", "SELECT CASE i WHEN 0 THEN '-0.0'::DOUBLE WHEN 1 THEN 0 WHEN 2 THEN 'nan' WHEN 3 THEN '-nan' ELSE i END AS a, 1 AS b FROM range(60000) r(i)" },
        { "decimals, dates and structs", "SELECT (i % 59999)::DECIMAL(18,3) AS a, {'d': DATE '2001-01-01' + (i % 59999)::INTEGER, 'l': [i % 59999]} AS b FROM range(60000) r(i)" },
        { "few rows", "SELECT i % 99 AS a, 'x' AS b FROM range(100) r(i)" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_groups_are_those_that_grouping_all_rows_gives(string name, string table)
    {
        Assert.NotEmpty(name);
        _engine.Execute($"CREATE TABLE t AS {table}");
        foreach (var keys in new[] { new[] { "a" }, ["a", "b"], ["b", "a"] })
        {
            var list = string.Join(", ", keys);
            var expected = Rows($"SELECT {list}, count(*) AS rows FROM t WHERE {string.Join(" AND ", keys.Select(static k => k + " IS NOT NULL"))} GROUP BY {list} HAVING count(*) > 1");
            Assert.Equal(expected, Groups(keys, 1L << 30));
        }
    }

    [Fact]
    public void Rows_that_do_not_fit_the_memory_are_looked_at_in_parts()
    {
        _engine.Execute("CREATE TABLE t AS SELECT i % 399998 AS a FROM range(400000) r(i)");
        Assert.Equal(["0|2", "1|2"], Groups(["a"], 1L << 20));
    }

    private List<string> Groups(string[] keys, long memoryBytes)
    {
        var rows = _engine.ExecuteScalar<long>("SELECT count(*) FROM t");
        return RepeatedKeys.Select(_engine, "t", keys, rows, memoryBytes, CancellationToken.None) is { } select ? Rows(select) : [];
    }

    private List<string> Rows(string select)
    {
        using var result = _engine.Query($"SELECT * FROM (SELECT COLUMNS(*)::VARCHAR FROM ({select}))");
        return [.. result.ReadRows().Select(static row => string.Join('|', row)).Order(StringComparer.Ordinal)];
    }
}
