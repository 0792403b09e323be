using System.Globalization;
using DataGrid.Contracts.Quality;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Checks;
using DataGrid.Engine.Tasks.Output;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tests.Tasks.Checks;

/// <summary>A proof must never claim what reading the rows would deny; and it must be good for something.</summary>
public sealed class StatisticsProofTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _engine;
    private int _writes;

    public StatisticsProofTests()
    {
        _engine = _instance.Connect();
        _engine.Execute("SET TimeZone = 'UTC'");
    }

    public void Dispose()
    {
        _engine.Dispose();
        _instance.Dispose();
        _folder.Dispose();
    }

    private const string Rows =
        """
        SELECT i AS n, (i - 500)::INTEGER AS signed, if(i % 7 = 0, NULL, i)::SMALLINT AS gaps, (i / 4)::DOUBLE AS ratio, if(i = 3, 'nan', i::VARCHAR)::DOUBLE AS strange, if(i = 3, '-inf', i::VARCHAR)::FLOAT AS far,
               (i / 10)::DECIMAL(9,2) AS money, DATE '2001-01-01' + i::INTEGER AS day, TIMESTAMP '2001-01-01' + i * INTERVAL 1 SECOND AS seen, TIMESTAMPTZ '2001-01-01 00:00:00+00' + i * INTERVAL 1 SECOND AS moment,
               'k' || lpad(i::VARCHAR, 4, '0') AS name, repeat('x', 300) || i AS long, i >= 0 AS yes, NULL::INTEGER AS none, 7 AS same, 'it''s' AS quote, sum(i) OVER (ORDER BY i) AS total, [i] AS list
        FROM range(1000) r(i)
        """;

    [Theory]
    [InlineData("n >= 0", true)]
    [InlineData("n > 0", false)]
    [InlineData("0 <= n and 1000 > n", true)]
    [InlineData("n between 0 and 999", true)]
    [InlineData("n between 0.5 and 999", false)]
    [InlineData("n not between 1000 and 2000", true)]
    [InlineData("n < 1e3", true)]
    [InlineData("n < 998.5", false)]
    [InlineData("n <> 1000", true)]
    [InlineData("n <> 500", false)]
    [InlineData("n not in (-1, 1000, 2000)", true)]
    [InlineData("n not in (-1, 5)", false)]
    [InlineData("signed > -501 and signed < 500", true)]
    [InlineData("N is not null -- why\n", true)]
    [InlineData("gaps > -1", false)]
    [InlineData("gaps is null or gaps > -1", true)]
    [InlineData("not (gaps is not null and gaps < 0)", true)]
    [InlineData("gaps is null or gaps > 1", false)]
    [InlineData("gaps is not null", false)]
    [InlineData("ratio <= 249.75", true)]
    [InlineData("ratio < 249.75", false)]
    [InlineData("strange < 5000", false)]
    [InlineData("strange >= 0", false)]
    [InlineData("strange is not null", true)]
    [InlineData("far < 1000.5", true)]
    [InlineData("far > -1e30", false)]
    [InlineData("money <= 99.90", true)]
    [InlineData("money < 99.9", false)]
    [InlineData("money >= -0.01", true)]
    [InlineData("day >= '2001-01-01' and day < date '2003-09-28'", true)]
    [InlineData("day < timestamp '2003-09-27 00:00:00'", false)]
    [InlineData("seen < '2001-01-02'", true)]
    [InlineData("seen >= timestamp '2001-01-01 00:00:00.000001'", false)]
    [InlineData("moment >= timestamptz '2001-01-01 00:00:00+00'", true)]
    [InlineData("moment >= timestamptz '2001-01-01 00:00:00-01'", false)]
    [InlineData("name >= 'k' and name < 'l'", true)]
    [InlineData("name <= 'k0998'", false)]
    [InlineData("long < 'y'", true)]
    [InlineData("yes", true)]
    [InlineData("not yes", false)]
    [InlineData("none is null", true)]
    [InlineData("none = 1", false)]
    [InlineData("same in (6, 7, 8)", true)]
    [InlineData("same in (6, 8)", false)]
    [InlineData("quote = 'it''s'", true)]
    [InlineData("total is not null", true)]
    // Only bounds are known, and only of columns as they are.
    [InlineData("n % 2 >= 0", false)]
    [InlineData("length(name) > 1", false)]
    [InlineData("n + 1 > 0", false)]
    [InlineData("n < signed + 1000", false)]
    [InlineData("total >= 0", false)]
    [InlineData("len(list) = 1", false)]
    [InlineData("name::VARCHAR >= 'k'", false)]
    [InlineData("random() >= 0", false)]
    // What could fail when the rows are read is left to fail.
    [InlineData("n >= 0 or cast(name as integer) > 0", false)]
    [InlineData("n >= 0 or name > 5", false)]
    public void A_predicate_that_the_bounds_decide_is_proven(string predicate, bool expected)
    {
        var (files, columns) = Write(Rows, []);
        Assert.Equal(expected, Proves(predicate, files, columns));
        if (expected)
            Assert.Equal(0, Failing(predicate, files, columns));
    }

    [Fact]
    public void Folders_and_several_files_are_bounds_too()
    {
        var (files, columns) = Write($"SELECT *, i % 3 AS part, if(i < 500, NULL, 'p') AS half FROM (SELECT *, n AS i FROM ({Rows}))", ["part", "half"]);
        Assert.Equal(6, files.Count);
        Assert.True(Proves("part between 0 and 2 and n >= 0 and n < 1000", files, columns));
        Assert.False(Proves("part < 2", files, columns));
        Assert.True(Proves("half is null or half = 'p'", files, columns));
        Assert.False(Proves("half = 'p'", files, columns));
        Assert.True(Proves("half = 'p' and n >= 500", [.. files.Where(f => f.PartitionValues["half"] is not null)], columns));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_claim_is_ever_denied_by_the_rows(int seed)
    {
        var random = new Random(seed);
        var proven = 0;
        for (var table = 0; table < 8; table++)
        {
            // One row is one UNION ALL branch, so that each value is chosen anew.
            var rows = Enumerable.Range(0, random.Next(1, 6)).Select(_ => "SELECT " + string.Join(", ", Types.Select((type, i) => $"CAST({Value(random, type.Values, random.Next(4) == 0 ? 1 : 0)} AS {type.Name}) AS c{i}")));
            var (files, written) = Write($"SELECT * FROM ({string.Join(" UNION ALL ", rows)})", random.Next(2) == 0 ? [] : ["c0"]);
            var checks = Enumerable.Range(0, 120).Select(i => Check(Predicate(random, 2), i)).ToList();
            var holding = new StatisticsProof(_engine, CancellationToken.None).Holding(checks, files, written);
            foreach (var check in holding)
                Assert.True(Failing(check.Expression!, files, written) == 0, $"{check.Expression} over {string.Join(" UNION ALL ", rows)}");
            proven += holding.Count;
        }
        Assert.True(proven > 40, $"only {proven} proofs: the test would not notice a wrong one");
    }

    private static readonly (string Name, string[] Values)[] Types =
    [
        ("INTEGER", ["-2147483648", "-1", "0", "1", "2", "2147483647"]),
        ("BIGINT", ["-9007199254740993", "-1", "0", "1", "9007199254740992", "9007199254740993", "9223372036854775807"]),
        ("DOUBLE", ["'-0.0'", "0.0", "1", "'nan'", "'inf'", "'-inf'", "0.1", "1e300", "9007199254740993"]),
        ("FLOAT", ["'-0.0'", "0.1", "1", "16777217", "'nan'", "3e38"]),
        ("DECIMAL(18,2)", ["-0.01", "0", "0.1", "9007199254740993.25", "1.5"]),
        ("VARCHAR", ["''", "'a'", "'A'", "'ab'", "'é'", "'a''b'", "repeat('z', 300)", "'10'", "'9'", "'2001-01-01'"]),
        ("DATE", ["'2001-01-01'", "'1969-12-31'", "'0044-03-15 (BC)'", "'infinity'", "'9999-12-31'"]),
        ("TIMESTAMP", ["'2001-01-01 00:00:00'", "'2001-01-01 00:00:00.000001'", "'1969-12-31 23:59:59.999999'", "'infinity'"]),
        ("TIMESTAMPTZ", ["'2001-01-01 00:00:00+00'", "'2001-01-01 00:00:00.000001+00'", "'2001-01-01 02:00:00+02'"]),
        ("BOOLEAN", ["true", "false"]),
    ];

    private static readonly string[] Operators = ["<", "<=", "=", "<>", ">=", ">"];

    private static string Value(Random random, string[] values, int nulls) => nulls > 0 && random.Next(3) < nulls ? "NULL" : values[random.Next(values.Length)];

    private static string Predicate(Random random, int depth)
    {
        if (depth > 0 && random.Next(2) == 0)
        {
            return random.Next(3) switch
            {
                0 => $"({Predicate(random, depth - 1)} AND {Predicate(random, depth - 1)})",
                1 => $"({Predicate(random, depth - 1)} OR {Predicate(random, depth - 1)})",
                _ => $"NOT ({Predicate(random, depth - 1)})",
            };
        }
        var place = random.Next(Types.Length);
        var (column, type) = ($"c{place}", Types[place]);
        // Of the column's own values, now and then of another type: the engine must do the same with bounds and rows.
        string Constant() => (random.Next(4), type.Values[random.Next(type.Values.Length)]) switch
        {
            (0, var value) => $"CAST({value} AS {type.Name})",
            (1, _) when type.Name is "INTEGER" or "BIGINT" or "DOUBLE" or "FLOAT" or "DECIMAL(18,2)" => new[] { "0", "0.5", "1e0", "-1.25", "9007199254740993", "1e16" }[random.Next(6)],
            (_, var value) when value.Contains("nan", StringComparison.Ordinal) || value.Contains("inf", StringComparison.Ordinal) || value.StartsWith("'-", StringComparison.Ordinal) => $"CAST({value} AS {type.Name})",
            (_, var value) => value,
        };
        return random.Next(6) switch
        {
            0 => $"{column} IS NULL",
            1 => $"{column} IS NOT NULL",
            2 => $"{column} BETWEEN {Constant()} AND {Constant()}",
            3 => $"{column} {(random.Next(2) == 0 ? "NOT " : "")}IN ({Constant()}, {Constant()})",
            4 => $"{Constant()} {Operators[random.Next(Operators.Length)]} {column}",
            _ => $"{column} {Operators[random.Next(Operators.Length)]} {Constant()}",
        };
    }

    private static CheckSpec Check(string predicate, int number) =>
        new() { Name = number.ToString(CultureInfo.InvariantCulture), Kind = CheckKind.Predicate, Otherwise = CheckAction.Warn, Expression = predicate };

    private bool Proves(string predicate, IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns) =>
        new StatisticsProof(_engine, CancellationToken.None).Holding([Check(predicate, 0)], files, columns).Count == 1;

    private long Failing(string predicate, IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns) =>
        _engine.ExecuteScalar<long>($"SELECT count(*) FROM ({ReadBack.Select(files, columns, [.. files[0].PartitionValues.Keys])}) WHERE ({predicate}\n) IS NOT TRUE");

    private (IReadOnlyList<WrittenFile> Files, IReadOnlyList<OutputColumn> Columns) Write(string select, string[] partitionBy)
    {
        using var statement = _engine.Prepare(select);
        var columns = statement.Columns.Select(c => new OutputColumn(c.Name, c.Type.Sql, c.Type.Sql == "HUGEINT" ? "DECIMAL(38,0)" : c.Type.Sql, null)).ToList();
        var stored = $"SELECT {string.Join(", ", columns.Select(c => c.ToStored))} FROM ({select})";
        return (ParquetWriter.Write(_engine, ComposedSql.Own(stored), _folder[$"files-{++_writes}"], partitionBy, null, null, CancellationToken.None), columns);
    }
}
