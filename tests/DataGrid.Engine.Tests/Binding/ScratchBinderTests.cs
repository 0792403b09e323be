using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Sql;
using DataGrid.Engine.Binding;
using DataGrid.Engine.SqlGate;
using DataGrid.Engine.Tests.SqlGate;

namespace DataGrid.Engine.Tests.Binding;

public sealed class ScratchBinderTests : IClassFixture<BinderFixture>
{
    private readonly ScratchBinder _binder;

    public ScratchBinderTests(BinderFixture fixture) => _binder = fixture.Binder;

    [Fact]
    public void Types_are_the_engines_own()
    {
        var columns = Bind("SELECT a, sum(a) AS s, avg(c) AS m, list(b) AS l, max(s) AS st, first(g) AS g, $day AS day FROM raw.t JOIN raw.u USING (a) GROUP BY a").Columns;
        Assert.Equal(
            ["a INTEGER", "s HUGEINT", "m DOUBLE", "l VARCHAR[]", "st STRUCT(x INTEGER, y VARCHAR)", "g DECIMAL(10,2)", "day DATE"],
            columns.Select(static column => $"{column.Name} {column.Type}"));
    }

    [Theory]
    [InlineData("SELECT\n  delai FROM raw.flights", ErrorCodes.ColumnUnknown, "models/x.sql:2:3", "did you mean delay?")]
    [InlineData("/* é */ SELECT f.delai\nFROM raw.flights f", ErrorCodes.ColumnUnknown, "models/x.sql:1:16", "did you mean delay?")]
    [InlineData("SELECT zzzzzz FROM raw.flights", ErrorCodes.ColumnUnknown, "models/x.sql:1:8", "there are: delay, origin")]
    [InlineData("SELECT origin FROM raw.flights f JOIN raw.other o ON true", ErrorCodes.ColumnAmbiguous, "models/x.sql:1:8", "f.origin or o.origin")]
    [InlineData("SELECT 1 FROM raw.flihgts", ErrorCodes.DatasetUnknown, "models/x.sql:1:15", "did you mean raw.flights?")]
    [InlineData("SELECT upper(delay, 2) FROM raw.flights", ErrorCodes.SqlInvalid, "models/x.sql:1:8", "it takes: upper(VARCHAR) -> VARCHAR")]
    [InlineData("SELECT 'é😀', delay\nFROM raw.flights WERE x", ErrorCodes.SqlSyntax, "models/x.sql:2:23", "correct the SQL")]
    [InlineData("SELECT uper(origin) FROM raw.flights", ErrorCodes.SqlForbidden, "models/x.sql:1:8", "did you mean upper?")]
    [InlineData("SELECT delay, origin, Delay FROM raw.flights", ErrorCodes.SqlInvalid, "models/x.sql:1", "AS")]
    [InlineData("SELECT g.delay FROM raw.flights f", ErrorCodes.SqlInvalid, "models/x.sql:1:8", "there are: f")]
    [InlineData("SELECT * EXCLUDE (delai) FROM raw.flights", ErrorCodes.SqlInvalid, "models/x.sql:1:19", "correct the SQL")]
    [InlineData("SELECT sum(delay) FROM raw.flights GROUP BY origin HAVING origin > 'a' AND delay > 1", ErrorCodes.SqlInvalid, "models/x.sql:1:12", "correct the SQL")]
    [InlineData("SELECT origin FROM raw.flights WHERE rowid = 1", ErrorCodes.SqlForbidden, "models/x.sql:1:38", "use a key column")]
    public void A_mistake_has_its_code_its_place_and_what_to_do(string sql, string code, string place, string help)
    {
        using var own = new ScratchBinder();
        own.Declare(DatasetName.Parse("raw.flights"), [Column("delay", "INTEGER"), Column("origin", "VARCHAR")]);
        own.Declare(DatasetName.Parse("raw.other"), [Column("origin", "VARCHAR")]);
        var problem = Assert.Single(own.Bind(new SqlBindRequest { Source = new SqlSource(sql, "models/x.sql"), Purpose = SqlPurpose.Model }).Problems);
        Assert.Equal(code, problem.Code);
        Assert.Equal(place, problem.Position!.ToString());
        Assert.Contains(help, problem.Help, StringComparison.Ordinal);
    }

    [Fact]
    public void All_refusals_of_a_text_are_told_at_once_in_its_order()
    {
        var problems = Bind("SELECT random(), getenv('x')\nFROM '/etc/passwd', raw.nothing").Problems;
        Assert.Equal(["1:8", "1:18", "2:6", "2:21"], problems.Select(static problem => $"{problem.Position!.Line}:{problem.Position.Column}"));
    }

    [Fact]
    public void A_name_without_parentheses_that_the_engine_turns_into_a_function_is_refused_unless_a_column_has_it()
    {
        using var own = new ScratchBinder();
        own.Declare(DatasetName.Parse("raw.people"), [Column("user", "VARCHAR"), Column("current_date", "DATE")]);
        Assert.True(own.Bind(Request("SELECT user, current_date FROM raw.people")).Passes);
        // No column of that name is in sight here: the bound plan shows the function.
        Assert.Equal(ErrorCodes.SqlForbidden, Assert.Single(own.Bind(Request("SELECT current_date AS d FROM (SELECT p.user FROM raw.people p)")).Problems).Code);
    }

    [Fact]
    public void A_model_that_fails_the_bound_plan_check_is_refused_though_its_text_passed()
    {
        // A dataset that exists for the engine, but that this model may not read.
        var request = Request("SELECT a FROM raw.t") with { Datasets = new HashSet<DatasetName> { DatasetName.Parse("raw.u") } };
        Assert.Equal(ErrorCodes.DatasetUnknown, Assert.Single(_binder.Bind(request).Problems).Code);
    }

    [Fact]
    public void Parameters_take_their_declared_types()
    {
        var binding = Bind("SELECT $day + 1 AS next, $label AS label, $unknown AS u FROM raw.t WHERE a < $most");
        Assert.Equal(["next DATE", "label VARCHAR", "u VARCHAR"], binding.Columns.Select(static column => $"{column.Name} {column.Type}"));
        Assert.Equal("day label unknown most", string.Join(' ', binding.Parameters));
        var wrong = _binder.Bind(Request("SELECT $day AS d FROM raw.t") with { ParameterTypes = new Dictionary<string, string> { ["day"] = "INT) AS x, (SELECT 1" } });
        Assert.Equal(ErrorCodes.ParameterInvalid, Assert.Single(wrong.Problems).Code);
    }

    [Theory]
    [InlineData("decimal(10)", "DECIMAL(10,0)")]
    [InlineData("int", "INTEGER")]
    [InlineData("struct(a int, b text[])", "STRUCT(a INTEGER, b VARCHAR[])")]
    [InlineData("timestamp with time zone", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("nonsense", null)]
    [InlineData("INTEGER) AS x, CAST(1 AS INTEGER", null)]
    [InlineData("INTEGER) --", null)]
    [InlineData("INTEGER) FROM read_csv('/etc/passwd') AS t(x", null)]
    [InlineData("INTEGER)::VARCHAR(10", null)]
    [InlineData("", null)]
    public void A_type_is_one_type_and_nothing_else(string text, string? type) => Assert.Equal(type, _binder.FindType(text));

    [Fact]
    public void A_dataset_can_be_declared_anew_with_other_columns()
    {
        using var own = new ScratchBinder();
        var name = DatasetName.Parse("raw.t");
        own.Declare(name, [Column("a", "INTEGER")]);
        Assert.True(own.Bind(Request("SELECT a FROM raw.t")).Passes);
        own.Declare(name, [Column("b", "VARCHAR")]);
        Assert.False(own.Bind(Request("SELECT a FROM raw.t")).Passes);
        Assert.Equal("VARCHAR", Assert.Single(own.Bind(Request("SELECT b FROM raw.t")).Columns).Type);
    }

    [Fact]
    public void A_dataset_with_a_wrong_type_or_two_equal_names_cannot_be_declared()
    {
        using var own = new ScratchBinder();
        var name = DatasetName.Parse("raw.t");
        Assert.Equal(ErrorCodes.TypeUnsupported, Assert.Throws<DataGridException>(() => own.Declare(name, [Column("a", "INT); DROP TABLE x --")])).Problem.Code);
        Assert.Equal(ErrorCodes.SpecInvalid, Assert.Throws<DataGridException>(() => own.Declare(name, [Column("a", "INT"), Column("A", "INT")])).Problem.Code);
    }

    [Fact]
    public void Several_threads_may_bind_at_once()
    {
        var bound = Enumerable.Range(0, 200).AsParallel().WithDegreeOfParallelism(4)
            .Select(n => Bind($"SELECT a + {n} AS x{n} FROM raw.t WHERE a > {n}")).ToList();
        Assert.All(bound, static binding => Assert.True(binding.Passes));
        Assert.Equal(Enumerable.Range(0, 200).Select(static n => $"x{n}").Order(), bound.Select(static binding => binding.Columns[0].Name).Order());
    }

    private SqlBinding Bind(string sql) => BenignQueries.Bind(_binder, sql);

    private static SqlBindRequest Request(string sql) => new() { Source = new SqlSource(sql, "models/x.sql"), Purpose = SqlPurpose.Model };

    private static ColumnSpec Column(string name, string type) => new() { Name = name, Type = type };
}
