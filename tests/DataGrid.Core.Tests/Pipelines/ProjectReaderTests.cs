using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class ProjectReaderTests
{
    [Fact]
    public void The_correct_golden_project_is_read_in_full()
    {
        var golden = GoldenProject.Load("correct");
        var problems = new ProblemBag();
        var draft = ProjectReader.Read(new ProjectFiles(golden.Files[0], [.. golden.Files.Skip(1)], []), new ProjectOptions(), problems).Draft;

        Assert.Empty(problems.ToSorted());
        Assert.Equal("flights", draft.Id.Value);
        Assert.Equal(["raw.flights", "raw.airports"], draft.Sources.Select(static source => source.Name.Value.ToString()));
        Assert.Equal([SourceFormat.Parquet, SourceFormat.Csv], draft.Sources.Select(static source => source.Format));
        Assert.Equal("delimiter=; encoding=latin-1 header=true null=NA", string.Join(' ', draft.Sources[1].FormatSettings.Select(static pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal(["iata:varchar:", "latitude:double:Degrees north"], draft.Sources[1].Columns.Select(static column => $"{column.Name.Value}:{column.Type!.Value.Value}:{column.Description}"));
        Assert.Equal(["day:date:2001-01-01", "carrier:varchar:"], draft.Parameters.Select(static parameter => $"{parameter.Name.Value}:{parameter.Type?.Value}:{parameter.Default?.Value}"));
        var model = draft.Models.Single(static model => model.Name.Name == "flights");
        Assert.Equal(TimeSpan.FromMinutes(90), model.Timeout);
        Assert.Equal("SELECT 1\n", model.File.Text[model.SqlStart..]);
        Assert.Equal(
        [
            "plausible delay:Predicate:Quarantine", "not_null(origin, destination):NotNull:Drop", "unique(flight_id):Unique:Fail", "accepted(carrier_class):Accepted:Fail",
            "references(origin -> silver.airports.iata):References:Warn", "row_count(1..):RowCount:Fail", "SELECT day FROM silver.flights GROUP BY day HAVING count(*) > 24:Sql:Fail",
        ], model.Checks.Select(static check => $"{check.Name.Value}:{check.Kind}:{check.Otherwise.Value}"));
        Assert.Equal(["a", "b", "1", "null_"], model.Checks[3].Values.Select(static value => value.Value));
    }

    [Fact]
    public void Places_in_a_header_are_places_in_the_sql_file()
    {
        var (reading, _) = TestProject.Read(TestProject.Yaml, ("models/silver/a.sql", "\n  /* datagrid  keys: [alpha,\n            beta] */ SELECT 1"));
        var keys = Assert.Single(reading.Draft.Models).Keys;
        Assert.Equal([new Spot(2, 23), new Spot(3, 13)], keys.Select(static key => key.Spot));
    }

    [Theory]
    [InlineData("that: x > 0", 7, 13)]
    [InlineData("that: \"x > 0\"", 7, 14)]
    [InlineData("that: 'x > 0'", 7, 14)]
    public void The_place_of_a_predicate_is_where_its_text_starts(string line, int expectedLine, int expectedColumn)
    {
        var (reading, problems) = TestProject.Read(TestProject.Yaml, ("models/silver/a.sql", $"/* datagrid\n\n\n\n\nexpect:\n    - {line}\n*/ SELECT 1 AS x"));
        Assert.Empty(problems);
        var check = Assert.Single(Assert.Single(reading.Draft.Models).Checks);
        Assert.True(check.SqlIsVerbatim);
        Assert.Equal(new Spot(expectedLine, expectedColumn), check.SpotInSql(0));
        Assert.Equal(new Spot(expectedLine, expectedColumn + 4), check.SpotInSql(4));
    }

    [Fact]
    public void A_predicate_that_yaml_changes_is_placed_at_its_start()
    {
        var (reading, _) = TestProject.Header("expect:\n  - that: 'x = ''a'''");
        var check = Assert.Single(Assert.Single(reading.Draft.Models).Checks);
        Assert.Equal("x = 'a'", check.Sql!.Value.Value);
        Assert.False(check.SqlIsVerbatim);
        Assert.Equal(new Spot(3, 11), check.SpotInSql(5));
    }

    [Fact]
    public void A_check_without_a_name_gets_one_and_equal_ones_are_numbered()
    {
        var (reading, _) = TestProject.Header("expect:\n  - that: x > 0\n  - that: x > 0\n  - that: |\n      x\n      > 0");
        Assert.Equal(["x > 0", "x > 0 (2)", "x > 0 (3)"], Assert.Single(reading.Draft.Models).Checks.Select(static check => check.Name.Value));
    }

    [Fact]
    public void Models_take_over_the_projects_defaults_and_may_override_each()
    {
        var (reading, _) = TestProject.Read("pipeline: p\ndefaults: { retries: 7, timeout: 5m }\n",
            ("models/silver/a.sql", "SELECT 1"), ("models/silver/b.sql", "/* datagrid\nretries: 0\nbackoff: 500ms\n*/ SELECT 1"));
        Assert.Equal([(7, 2000.0, 300.0), (0, 500.0, 300.0)],
            reading.Draft.Models.Select(static model => (model.Retries, model.Backoff.TotalMilliseconds, model.Timeout.TotalSeconds)));
    }

    [Fact]
    public void A_source_that_cannot_be_read_is_remembered_so_that_models_reading_it_are_not_blamed()
    {
        var (reading, _) = TestProject.Read("pipeline: p\nsources: { raw.a: { files: what.is.this } }\n", ("models/silver/a.sql", "FROM raw.a"));
        Assert.Equal("raw.a", Assert.Single(reading.Broken).ToString());
    }

    [Fact]
    public void A_project_without_a_model_is_an_error() => Assert.Equal("the project has no model", Assert.Single(TestProject.Read(TestProject.Yaml).Problems).Message);

    [Fact]
    public void A_server_may_refuse_files_outside_the_project()
    {
        var (_, problems) = TestProject.Read("pipeline: p\nsources: { raw.a: { files: data/../../a.csv } }\n", new ProjectOptions { AllowParentFolders = false }, ("models/silver/a.sql", "FROM raw.a"));
        Assert.Equal("'data/../../a.csv' leads out of the project folder", Assert.Single(problems).Message);
    }

    [Fact]
    public void Checks_are_limited_in_number()
    {
        var many = string.Join('\n', Enumerable.Range(0, 4).Select(i => $"  - that: x > {i}"));
        var (reading, problems) = TestProject.Read(TestProject.Yaml, new ProjectOptions { MaxChecks = 3 }, ("models/silver/a.sql", $"/* datagrid\nexpect:\n{many}\n*/ SELECT 1 AS x"));
        Assert.Equal("there are more than 3 checks", Assert.Single(problems).Message);
        Assert.Equal(3, Assert.Single(reading.Draft.Models).Checks.Length);
    }

    [Fact]
    public void Problems_are_limited_in_number_and_the_rest_are_counted()
    {
        var bag = new ProblemBag();
        var source = new SourceText("a", "x\n");
        for (var i = 0; i < 5; i++) bag.Add(source.Problem("spec_invalid", new Spot(1, 1), $"problem {i}"));
        var problems = bag.ToSorted(3);
        Assert.Equal(4, problems.Length);
        Assert.Equal("2 more problems are not shown", problems[3].Message);
    }

    [Fact]
    public void Options_out_of_range_are_named() =>
        Assert.Equal(2, new ProjectOptions { MaxFiles = 0, MaxYamlDepth = 999 }.Validate().Count);

    [Fact]
    public void Cut_and_garbled_headers_never_throw()
    {
        var golden = GoldenProject.Load("correct");
        var random = new Random(20010102);
        foreach (var file in golden.Files.Take(2))
        {
            for (var i = 0; i < 400; i++)
            {
                var text = file.Text.ToCharArray();
                for (var j = random.Next(1, 6); j > 0; j--) text[random.Next(text.Length)] = "{}[]:,-#&*!|>'\"%@`\t\n \\?"[random.Next(23)];
                var garbled = new SourceText(file.File, new string(text)[..random.Next(text.Length)]);
                var bag = new ProblemBag();
                ProjectReader.Read(file.File == "datagrid.yaml" ? new ProjectFiles(garbled, [], []) : new ProjectFiles(golden.Files[0], [garbled], []), new ProjectOptions(), bag);
                Assert.All(bag.ToSorted(), static problem => Assert.NotNull(problem.Help));
            }
        }
    }
}
