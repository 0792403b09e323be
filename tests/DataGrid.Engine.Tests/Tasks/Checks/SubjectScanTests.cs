using System.Globalization;
using DataGrid.Contracts.Quality;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Checks;
using DataGrid.Engine.Tasks.Output;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tests.Tasks.Checks;

/// <summary>What one scan over common expressions proves must be what counting each predicate says; and it must be good for something.</summary>
public sealed class SubjectScanTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _engine;
    private int _writes;

    public SubjectScanTests()
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
        SELECT i AS n, if(i % 7 = 0, NULL, i)::INTEGER AS gaps, if(i = 3, 'nan', i::VARCHAR)::DOUBLE AS strange, if(i = 3, 'nan', '-inf')::FLOAT AS far, if(i < 5, '-0.0', '0')::DOUBLE AS zero,
               DATE '2001-01-01' + (i % 365)::INTEGER AS day, 'k' || lpad(i::VARCHAR, 4, '0') AS name, CASE WHEN i % 2 = 0 THEN '' WHEN i % 3 = 0 THEN NULL ELSE 'Öl' END AS word,
               repeat('x', 300) || i AS long, i % 5 = 0 AS fifth, NULL::VARCHAR AS none, if(i = 9, 'no number', i::VARCHAR) AS digits, {'a': i} AS struct, i + 1 AS s0,
               ['1', '10', '9'][i % 3 + 1] AS figures, ['1000-01-01', '10000-01-01', '9999-01-01'][i % 3 + 1] AS days
        FROM range(1000) r(i)
        """;

    [Theory]
    [InlineData("length(name) = 5", true)]
    [InlineData("length(name) between 5 and 6", true)]
    [InlineData("length(name) <= 4", false)]
    [InlineData("length(name) not in (4, 6)", true)]
    [InlineData("n + 1 > 0 and n + 1 <= 1000", true)]
    [InlineData("n + 1 > 1", false)]
    [InlineData("n + 1 = s0", true)]
    [InlineData("1000.5 > n + 1", true)]
    [InlineData("gaps + 1 > 0", false)]
    [InlineData("gaps + 1 > 0 or gaps + 1 is null", true)]
    [InlineData("gaps is null or gaps * 2 >= 2", false)]
    [InlineData("coalesce(gaps, 0) >= 0", true)]
    [InlineData("n <> gaps", false)]
    [InlineData("n = gaps", false)]
    [InlineData("n = gaps or n % 7 = 0", false)]
    [InlineData("n is not distinct from n", true)]
    [InlineData("not (n < 0 or n + 1 < 1)", true)]
    [InlineData("strange >= 0", true)]
    [InlineData("strange < 1000", false)]
    [InlineData("far >= '-inf'::DOUBLE", true)]
    [InlineData("far < 0", false)]
    [InlineData("zero = 0", true)]
    [InlineData("zero >= 0e0", true)]
    [InlineData("-zero <= 0", true)]
    [InlineData("isnan(strange) or strange < 1000", false)]
    [InlineData("year(day) = 2001", true)]
    [InlineData("day + interval 1 day > '2001-01-01'", true)]
    [InlineData("date_trunc('month', day) <= date '2001-12-01'", true)]
    [InlineData("date_trunc('month', day) < date '2001-12-01'", false)]
    [InlineData("upper(name) >= 'K' and upper(name) < 'L'", true)]
    [InlineData("upper(name) >= 'K0001'", false)]
    [InlineData("name like 'k%'", true)]
    [InlineData("name like 'K%'", false)]
    [InlineData("word like '%'", false)]
    [InlineData("word is null or word || '' in ('', 'Öl')", false)]
    [InlineData("word || '' is null or word || '' <= 'Öl'", true)]
    [InlineData("length(word) is null or length(word) in (0, 1, 2)", false)]
    [InlineData("coalesce(length(word), 0) < 3", true)]
    [InlineData("length(long) > 300", true)]
    [InlineData("long || '' < 'y'", true)]
    [InlineData("long || '' < repeat('x', 299) || 'y'", true)]
    [InlineData("none || 'x' is null", true)]
    [InlineData("none || 'x' = 'x'", false)]
    [InlineData("not fifth or fifth", false)]
    [InlineData("(n % 5 = 0) = fifth", true)]
    [InlineData("case when fifth then 1 else 2 end in (1, 2)", false)]
    [InlineData("case when fifth then 1 else 2 end < 3", true)]
    // Compared as numbers and dates, not as the text that they are.
    [InlineData("figures || '' < 10", false)]
    [InlineData("figures || '' < 10e0", false)]
    [InlineData("days || '' <= date '9999-01-01'", false)]
    [InlineData("days || '' <= '9999-01-01'", true)]
    // A value that is no number fails the scan, and then nothing is claimed.
    [InlineData("cast(digits as integer) >= 0", false)]
    [InlineData("digits = 'no number' or cast(digits as integer) >= 0", false)]
    [InlineData("try_cast(digits as integer) is null or try_cast(digits as integer) >= 0", true)]
    [InlineData("coalesce(try_cast(digits as integer), 0) >= 0", true)]
    // Not the same each time, not of this row, or nothing that can be written down again.
    [InlineData("random() >= 0", false)]
    [InlineData("n + random() >= 0", false)]
    [InlineData("day < current_date", false)]
    [InlineData("struct.a >= 0", false)]
    [InlineData("len(list_filter([n], lambda x: x >= 0)) = 1", false)]
    [InlineData("n >= (select 0)", false)]
    [InlineData("upper(name) collate nocase >= 'a'", false)]
    [InlineData("sum(n) over () > 0", false)]
    public void A_predicate_about_an_expression_is_proven_by_a_scan_over_the_expression(string predicate, bool expected)
    {
        var (files, columns) = Write(Rows, []);
        // Twice, because a subject of one check alone is not worth a scan.
        var holding = Holding([predicate, predicate], files, columns);
        Assert.Equal(expected ? 2 : 0, holding.Count);
        if (expected)
            Assert.Equal(0, Failing(predicate, files, columns));
    }

    [Fact]
    public void One_check_alone_is_counted_sooner_than_scanned_for()
    {
        var (files, columns) = Write(Rows, []);
        Assert.Empty(Holding(["length(name) = 5"], files, columns));
        Assert.Empty(Holding(["length(name) = 5", "upper(name) >= 'K'"], files, columns));
        Assert.Equal(2, Holding(["length(name) = 5", "upper(name) >= 'K'", "length(name) < 6"], files, columns).Count);
        // Whatever the length is, these fail: they are no reason to look at it.
        Assert.Empty(Holding(["length(name) = 5 and n < 5", "length(name) < 6 and n > 500"], files, columns));
        // The text could fail to be a number, so these two are counted; the others have no use for what they speak about besides.
        string[] open = ["length(name) = 5 or cast(digits as integer) > 0", "length(name) = 5 or digits > 5"];
        Assert.Equal(["length(name) < 7", "length(name) < 8"], Holding([.. open, "length(name) < 7", "length(name) < 8"], files, columns));
    }

    [Fact]
    public void Expressions_that_differ_in_a_letters_case_are_different_ones()
    {
        var (files, columns) = Write(Rows, []);
        Assert.Equal(["name like 'k%'", "name like 'k%'", "not (name like 'K%')"], Holding(["name like 'k%'", "name like 'k%'", "name like 'K%'", "not (name like 'K%')"], files, columns));
        Assert.Equal(["LENGTH(Name) = 5", "LENGTH(Name) < 6"], Holding(["LENGTH(Name) = 5", "LENGTH(Name) < 6", "LENGTH(Name) < 5"], files, columns));
    }

    [Fact]
    public void Few_rows_are_counted_sooner_than_scanned_for()
    {
        var (files, columns) = Write(Rows, []);
        string[] predicates = ["length(name) = 5", "length(name) < 6"];
        Assert.Empty(Holding(predicates, files, columns, leastSaved: 1_001));
        Assert.Equal(2, Holding(predicates, files, columns, leastSaved: 1_000).Count);
    }

    [Fact]
    public void A_scan_that_fails_leaves_the_connection_usable_and_the_other_proofs_standing()
    {
        var (files, columns) = Write(Rows, []);
        var holding = Holding(["n >= 0", "cast(digits as integer) >= 0", "cast(digits as integer) < 5000"], files, columns);
        Assert.Equal("n >= 0", Assert.Single(holding));
        Assert.Equal(0, Failing("n >= 0", files, columns));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(218)]
    public void No_claim_is_ever_denied_by_the_rows(int seed)
    {
        var random = new Random(seed);
        var (proven, wrong) = (0, new List<string>());
        for (var table = 0; table < 10; table++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 7)).Select(_ => "SELECT " + string.Join(", ", Columns.Select(c => $"CAST({c.Value(random)} AS {c.Type}) AS {c.Name}")));
            var select = string.Join(" UNION ALL ", rows.ToList());
            var (files, columns) = Write($"SELECT * FROM ({select})", random.Next(3) == 0 ? ["i"] : []);
            for (var round = 0; round < 6; round++)
            {
                var grammar = new PredicateGrammar(random);
                string[] predicates = [.. Enumerable.Range(0, 30).Select(_ => grammar.Predicate(2))];
                foreach (var predicate in Holding(predicates, files, columns))
                {
                    proven++;
                    if (Failing(predicate, files, columns) != 0)
                        wrong.Add($"{predicate} over {select}");
                }
            }
        }
        Assert.Empty(wrong);
        Assert.True(proven > 200, $"only {proven} proofs: the test would not notice a wrong one");
    }

    private static readonly SampleColumn[] Columns =
    [
        new("i", "INTEGER", ["-2147483648", "-1", "0", "1", "2", "2147483647"]),
        new("b", "BIGINT", ["-9007199254740993", "-1", "0", "3", "9007199254740993", "9223372036854775807"]),
        new("d", "DOUBLE", ["'-0.0'", "0.0", "1", "'nan'", "'inf'", "'-inf'", "0.1", "1e300"]),
        new("f", "FLOAT", ["'-0.0'", "0.1", "1", "16777217", "'nan'", "3e38"]),
        new("m", "DECIMAL(18,2)", ["-0.01", "0", "0.1", "9007199254740993.25", "1.5"]),
        new("s", "VARCHAR", ["''", "'a'", "'A'", "'ab'", "'é'", "'a''b'", "repeat('z', 300)", "'10'", "'9'", "'1'", "' '"]),
        new("t", "VARCHAR", ["''", "'a'", "'B'", "'ÅÅ'", "'%'", "'2001-01-01'"]),
        new("a", "DATE", ["'2001-01-01'", "'1969-12-31'", "'0044-03-15 (BC)'", "'infinity'", "'9999-12-31'"]),
        new("u", "TIMESTAMP", ["'2001-01-01 00:00:00'", "'2001-01-01 00:00:00.000001'", "'1969-12-31 23:59:59.999999'"]),
        new("z", "TIMESTAMPTZ", ["'2001-01-01 00:00:00+00'", "'2001-01-01 02:00:00+02'", "'2001-12-31 23:59:59.999999+00'"]),
        new("y", "BOOLEAN", ["true", "false"]),
    ];

    /// <param name="Name">The column.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Values">Values worth a try, as SQL.</param>
    private sealed record SampleColumn(string Name, string Type, string[] Values)
    {
        public string Value(Random random) => random.Next(5) == 0 ? "NULL" : Values[random.Next(Values.Length)];
    }

    /// <summary>Random predicates over few random expressions, so that many of them share one.</summary>
    private sealed class PredicateGrammar
    {
        private static readonly string[] Comparisons = ["<", "<=", "=", "<>", ">=", ">"];
        private static readonly string[] Numbers = ["0", "1", "-1", "2", "0.5", "1e0", "9007199254740993", "1e16", "-1.25", "300", "2001"];
        private static readonly string[] Texts = ["''", "'a'", "'b'", "'A'", "'é'", "'10'", "'zz'", "'~'"];
        private static readonly string[] Days = ["'2001-01-01'", "date '1970-01-01'", "timestamp '2001-01-01 00:00:00'", "date '9999-12-31'", "'0001-01-01'"];

        private readonly Random _random;
        private readonly (string Sql, string[] Constants)[] _subjects;

        public PredicateGrammar(Random random)
        {
            _random = random;
            _subjects = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(4) switch { 0 => (Text(2), Texts), 1 => (Day(), Days), 2 => (Truth(), ["true", "false"]), _ => (Number(2), Numbers) })];
        }

        public string Predicate(int depth)
        {
            if (depth > 0 && _random.Next(3) > 0)
                return _random.Next(3) switch { 0 => $"({Predicate(depth - 1)} AND {Predicate(depth - 1)})", 1 => $"({Predicate(depth - 1)} OR {Predicate(depth - 1)})", _ => $"NOT ({Predicate(depth - 1)})" };
            var (subject, constants) = _subjects[_random.Next(_subjects.Length)];
            // Now and then of another type: the subject is then compared in another order than its own, or not at all.
            string Constant() => Pick(_random.Next(8) == 0 ? Numbers : constants);
            return _random.Next(7) switch
            {
                0 => $"({subject}) IS NULL",
                1 => $"({subject}) IS NOT NULL",
                2 => $"({subject}) BETWEEN {Constant()} AND {Constant()}",
                3 => $"({subject}) {(_random.Next(2) == 0 ? "NOT " : "")}IN ({Constant()}, {Constant()})",
                4 => $"{Constant()} {Pick(Comparisons)} ({subject})",
                5 => constants.Length == 2 ? subject : $"({subject}) {Pick(Comparisons)} {Constant()}",
                _ => $"({subject}) {Pick(Comparisons)} {Constant()}",
            };
        }

        private string Number(int depth) => _random.Next(depth > 0 ? 15 : 5) switch
        {
            0 => "i", 1 => "b", 2 => "d", 3 => "f", 4 => "m",
            5 => $"length({Text(depth - 1)})",
            6 => $"year({Pick(["a", "u", "z"])})",
            7 => $"coalesce({Number(depth - 1)}, {Pick(Numbers)})",
            8 => $"CASE WHEN {Truth()} THEN {Number(depth - 1)} ELSE {Pick(Numbers)} END",
            9 => $"{Number(depth - 1)} {Pick(["%", "/", "//"])} {Number(0)}",
            10 => $"{Pick(["i", "d", "f", "m"])} {Pick(["+", "-", "*"])} {Pick(["1", "0.5", "d", "f"])}",
            11 => $"{Pick(["abs", "sign", "round", "floor", "-"])}({Pick(["d", "f", "m", "i + 0.5"])})",
            12 => $"TRY_CAST({Text(depth - 1)} AS {Pick(["INTEGER", "DOUBLE", "DECIMAL(9,2)"])})",
            13 => $"CASE WHEN {Truth()} THEN 1 ELSE 2 END",
            _ => $"{Pick(["greatest", "least"])}({Number(depth - 1)}, {Number(0)})",
        };

        private string Text(int depth) => _random.Next(depth > 0 ? 8 : 2) switch
        {
            0 => "s", 1 => "t",
            2 => $"{Pick(["upper", "lower", "trim", "reverse"])}({Text(depth - 1)})",
            3 => $"{Text(depth - 1)} || {Pick(Texts)}",
            4 => $"({Number(0)})::VARCHAR",
            5 => $"nullif({Text(depth - 1)}, {Pick(Texts)})",
            6 => $"CASE WHEN {Truth()} THEN 'x' ELSE 'y' END",
            _ => $"substr({Text(depth - 1)}, {Pick(["1", "2", "-1"])}, 2)",
        };

        private string Day() => _random.Next(5) switch { 0 => "a", 1 => "u", 2 => $"date_trunc({Pick(["'month'", "'year'"])}, {Pick(["a", "u"])})", 3 => "u + interval 1 day", _ => "coalesce(a, date '2001-01-01')" };

        private string Truth() => _random.Next(8) switch
        {
            0 => "y",
            1 => $"s {Pick(["<>", "<", "=", "IS DISTINCT FROM"])} t",
            2 => $"d {Pick(Comparisons)} {Pick(["f", "i", "m"])}",
            3 => $"{Pick(["s", "t"])} {Pick(["LIKE", "NOT LIKE", "ILIKE"])} {Pick(["'%'", "'a%'", "'_'", "''"])}",
            4 => "isnan(d)",
            5 => $"({Pick(["i", "d", "s"])} IS NULL) = y",
            6 => "a <= u",
            _ => $"starts_with(s, {Pick(Texts)})",
        };

        private string Pick(string[] values) => values[_random.Next(values.Length)];
    }

    private List<string> Holding(string[] predicates, IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns, long leastSaved = 0)
    {
        var checks = predicates.Select(static (predicate, i) => new CheckSpec
        {
            Name = i.ToString(CultureInfo.InvariantCulture), Kind = CheckKind.Predicate, Otherwise = CheckAction.Warn, Expression = predicate,
        }).ToList();
        var scan = new SubjectScan(_engine, new CheckedRows(Select(files, columns), files.Sum(f => f.Rows)), columns, leastSaved, CancellationToken.None);
        return [.. new StatisticsProof(_engine, CancellationToken.None).Holding(checks, files, columns, scan).Select(check => check.Expression!)];
    }

    private long Failing(string predicate, IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns) =>
        _engine.ExecuteScalar<long>($"SELECT count(*) FROM ({Select(files, columns)}) WHERE ({predicate}\n) IS NOT TRUE");

    private static string Select(IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns) => ReadBack.Select(files, columns, [.. files[0].PartitionValues.Keys]);

    private (IReadOnlyList<WrittenFile> Files, IReadOnlyList<OutputColumn> Columns) Write(string select, string[] partitionBy)
    {
        using var statement = _engine.Prepare(select);
        var columns = statement.Columns.Select(c => new OutputColumn(c.Name, c.Type.Sql, c.Type.Sql, null)).ToList();
        return (ParquetWriter.Write(_engine, ComposedSql.Own(select), _folder[$"files-{++_writes}"], partitionBy, null, null, CancellationToken.None), columns);
    }
}
