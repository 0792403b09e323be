using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Sql;

namespace DataGrid.Engine.Tests.SqlGate;

/// <summary>A predicate is put between parentheses in our own SQL: it must not be able to leave them.</summary>
public sealed class PredicateGateTests : IClassFixture<BinderFixture>
{
    private static readonly DatasetName Dataset = DatasetName.Parse("raw.t");
    private readonly BinderFixture _fixture;

    public PredicateGateTests(BinderFixture fixture) => _fixture = fixture;

    [Theory]
    [InlineData("a > 0")]
    [InlineData("a BETWEEN -1440 AND 2880")]
    [InlineData("b IN ('a', 'b') OR b IS NULL")]
    [InlineData("(a > 0) AND (c < 10)")]
    [InlineData("a IN (1, 2)")]
    [InlineData("NOT starts_with(b, 'x') -- a comment")]
    [InlineData("a > 0 /* ) */")]
    [InlineData("len(list_filter(l, x -> x > 1)) = 0")]
    [InlineData("d >= $day")]
    [InlineData("CASE WHEN a > 0 THEN c > 0 ELSE true END")]
    [InlineData("b <> ');--'")]
    [InlineData("s.x = 1 AND m['a'] IS NOT NULL")]
    [InlineData("a\n  > 0\n")]
    [InlineData("true")]
    public void One_expression_passes(string text)
    {
        var binding = _fixture.Binder.BindPredicate(new SqlSource(text), Dataset, BenignQueries.ParameterTypes);
        Assert.Equal("", string.Join("; ", binding.Problems.Select(static problem => problem.Message)));
    }

    [Theory]
    [InlineData("true) -- ")]
    [InlineData("true) OR (true")]
    [InlineData("a) IN (1")]
    [InlineData("1) FROM raw.t WHERE (true")]
    [InlineData("1), (2")]
    [InlineData("a > 0, c > 0")]
    [InlineData("a > 0 FROM raw.t")]
    [InlineData("a > 0 AS x")]
    [InlineData("a > 0 LIMIT 1")]
    [InlineData("a > 0 ORDER BY a")]
    [InlineData("a > 0 GROUP BY a")]
    [InlineData("a > 0; SELECT 1")]
    [InlineData("a > 0;")]
    [InlineData("DISTINCT a > 0")]
    [InlineData("a > 0 UNION SELECT true")]
    [InlineData("true) UNION SELECT (true")]
    [InlineData("a > 0 /* open")]
    [InlineData("'open")]
    [InlineData("a > 0 --\n) OR (1 = 1")]
    [InlineData("*")]
    [InlineData("COLUMNS(*) > 0")]
    [InlineData("WITH x AS (SELECT 1) SELECT true")]
    [InlineData("SELECT true")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("-- nothing")]
    [InlineData("a > 0 USING SAMPLE 1")]
    [InlineData("\"a\u0000\" > 0")]
    public void Anything_else_is_refused(string text) => AssertRefused(text);

    [Theory]
    [InlineData("EXISTS (FROM raw.u)")]
    [InlineData("a = (SELECT max(a) FROM raw.u)")]
    [InlineData("a IN (SELECT a FROM raw.u)")]
    [InlineData("sum(a) > 0")]
    [InlineData("count(*) > 0")]
    [InlineData("row_number() OVER () = 1")]
    [InlineData("unnest(l) > 0")]
    [InlineData("random() < 0.5")]
    [InlineData("d < current_date")]
    [InlineData("getenv('HOME') = b")]
    [InlineData("a = ?")]
    [InlineData("a = $1")]
    public void What_is_not_decided_row_by_row_is_refused(string text) => AssertRefused(text);

    [Fact]
    public void A_predicate_that_is_not_true_or_false_is_refused_with_its_type()
    {
        var problem = Assert.Single(_fixture.Binder.BindPredicate(new SqlSource("a + 1"), Dataset).Problems);
        Assert.Contains("INTEGER", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_in_a_predicate_has_its_place_in_the_file()
    {
        var source = new SqlSource("a > 0 AND delai > 1", "models/x.sql", 5, 20);
        var problem = Assert.Single(_fixture.Binder.BindPredicate(source, Dataset).Problems);
        Assert.Equal(ErrorCodes.ColumnUnknown, problem.Code);
        Assert.Equal("models/x.sql:5:30", problem.Position!.ToString());
        Assert.Equal("models/x.sql:5:22", Assert.Single(_fixture.Binder.BindPredicate(new SqlSource("a = = 1", "models/x.sql", 5, 18), Dataset).Problems).Position!.ToString());
    }

    [Fact]
    public void A_predicate_tells_which_columns_it_looks_at()
    {
        var lineage = _fixture.Binder.BindPredicate(new SqlSource("a > 0 OR b IS NULL"), Dataset).Lineage!;
        Assert.Equal(["raw.t.a", "raw.t.b"], lineage.Columns[0].Sources.Select(static source => source.Column.ToString()));
    }

    private void AssertRefused(string text)
    {
        var problems = _fixture.Binder.BindPredicate(new SqlSource(text), Dataset, BenignQueries.ParameterTypes).Problems;
        Assert.NotEmpty(problems);
        Assert.All(problems, static problem => Assert.NotNull(problem.Help));
    }

    [Fact]
    public void A_predicate_that_passed_at_one_dataset_is_judged_anew_where_its_columns_differ()
    {
        using var binder = new Engine.Binding.ScratchBinder();
        string Message(string dataset, string text, params ColumnSpec[] columns)
        {
            var name = DatasetName.Parse(dataset);
            binder.Declare(name, columns);
            var binding = binder.BindPredicate(new SqlSource(text), name, needsLineage: false);
            Assert.Equal(binding.Passes, binding.Columns.Length == 1 && binding.Columns[0].Type == "BOOLEAN");
            return string.Join("; ", binding.Problems.Select(static problem => problem.Message));
        }
        static ColumnSpec Column(string name, string type) => new() { Name = name, Type = type };
        Assert.Equal("", Message("p.first", "a", Column("a", "BOOLEAN")));
        Assert.Equal("", Message("p.second", "a", Column("A", "BOOLEAN"), Column("b", "DATE")));
        Assert.Equal("a predicate must be true or false, and this is INTEGER", Message("p.third", "a", Column("a", "INTEGER")));
        Assert.Equal("there is no column 'a' here", Message("p.fourth", "a", Column("b", "BOOLEAN")));
        // What is not a column alone is never remembered: here the table, there a field of a column.
        Assert.Equal("", Message("p.t", "t.a", Column("a", "BOOLEAN")));
        Assert.Equal("a predicate must be true or false, and this is INTEGER", Message("p.u", "t.a", Column("t", "STRUCT(a INTEGER)"), Column("a", "BOOLEAN")));
    }
}
