using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;

namespace DataGrid.Engine.Tests.Projects;

public sealed class ProjectCompilerTests : IDisposable
{
    private const string Yaml = "pipeline: p\nsources:\n  raw.a: { files: a.csv }\n";

    private readonly ProjectFixture _project = new ProjectFixture().Write("a.csv", "id,name,amount\n1,x,2.5\n2,y,3\n").Write("datagrid.yaml", Yaml);

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Steps_stand_after_what_they_read_with_columns_reads_and_lineage()
    {
        _project.Write("models/silver/z.sql", "SELECT id, upper(name) AS name FROM raw.a WHERE amount > 1")
            .Write("models/gold/a.sql", "/* datagrid\nmaterialize: view\n*/ SELECT count(*) AS n, sum(id) AS total FROM silver.z")
            .Write("models/gold/b.sql", "SELECT * FROM gold.a ORDER BY n");
        var spec = await _project.SpecAsync();

        Assert.Equal(["silver.z", "gold.a", "gold.b"], spec.Steps.Select(static step => step.Name.ToString()));
        Assert.Equal(["raw.a"], spec.Steps[0].Reads.Select(static name => name.ToString()));
        Assert.Equal(["id BIGINT", "name VARCHAR"], Columns(spec.Steps[0]));
        // A view is not stored, so its sum stays as bound; what is stored from it is a decimal.
        Assert.Equal(["n BIGINT", "total HUGEINT"], Columns(spec.Steps[1]));
        Assert.Equal(["n BIGINT", "total DECIMAL(38,0)"], Columns(spec.Steps[2]));
        Assert.Equal([false, false, true], spec.Steps.Select(static step => step.KeepsOrder));
        Assert.Contains(spec.Steps[0].Lineage.Single(static column => column.Column == "name").Sources, static source => source.Column.ToString() == "raw.a.name");
        Assert.Equal(_project.Folder, spec.ProjectDirectory);
        Assert.Equal(["id BIGINT", "name VARCHAR", "amount DOUBLE"], spec.Sources[0].Columns.Select(static column => $"{column.Name} {column.Type}"));
    }

    [Fact]
    public async Task Checks_become_expressions_with_quoted_names_and_typed_values()
    {
        _project.Write("models/silver/z.sql", """
            /* datagrid
            materialize: merge
            keys: [ID]
            expect:
              - { not_null: [ID, name], otherwise: drop }
              - { accepted: { column: id, values: [1, 2] }, otherwise: quarantine }
              - { accepted: { column: name, values: ["it's", 7] } }
              - { that: amount > $least }
              - { references: { column: id, to: silver.y.ID }, otherwise: warn }
              - { unique: [name, id] }
              - { row_count: { min: 1, max: 9 } }
              - { query: "SELECT id FROM silver.z JOIN silver.w USING (id) WHERE amount < 0" }
            */
            SELECT id, name, amount FROM raw.a
            """).Write("models/silver/y.sql", "SELECT id FROM raw.a").Write("models/silver/w.sql", "SELECT id FROM raw.a")
            .Write("datagrid.yaml", Yaml + "parameters: { least: { type: decimal(9), default: 3 } }\n");
        var step = (await _project.SpecAsync()).Steps.Single(static step => step.Name.Name == "z");

        Assert.Equal(["id"], step.Keys.AsEnumerable());
        Assert.Equal(
        [
            "\"id\" IS NOT NULL AND \"name\" IS NOT NULL", "\"id\" IS NULL OR \"id\" IN (CAST('1' AS BIGINT), CAST('2' AS BIGINT))", "\"name\" IS NULL OR \"name\" IN ('it''s', '7')",
            "amount > $least", null, null, null, "SELECT id FROM silver.z JOIN silver.w USING (id) WHERE amount < 0",
        ], step.Checks.Select(static check => check.Expression));
        Assert.Equal([CheckAction.Drop, CheckAction.Quarantine, CheckAction.Fail, CheckAction.Fail, CheckAction.Warn, CheckAction.Fail, CheckAction.Fail, CheckAction.Fail],
            step.Checks.Select(static check => check.Otherwise));
        Assert.Equal(("silver.y", "id"), (step.Checks[4].ReferencedDataset.ToString(), step.Checks[4].ReferencedColumn));
        Assert.Equal(["silver.w", "silver.y"], step.CheckReads.Select(static name => name.ToString()).Order());
        Assert.Equal(["least"], step.Parameters.AsEnumerable());
    }

    [Fact]
    public async Task Parameters_have_the_engines_types_and_undeclared_ones_are_text()
    {
        _project.Write("datagrid.yaml", Yaml + "parameters: { least: { type: decimal(9), default: 3 } }\n").Write("models/silver/z.sql", "SELECT id FROM raw.a WHERE amount > $least AND name = $who");
        var spec = await _project.SpecAsync();
        Assert.Equal(["least DECIMAL(9,0) 3", "who VARCHAR "], spec.Parameters.Select(static parameter => $"{parameter.Name} {parameter.Type} {parameter.Default}"));
        Assert.Equal(["least", "who"], spec.Steps[0].Parameters.AsEnumerable());
    }

    [Fact]
    public async Task A_parameter_that_nothing_uses_is_a_warning_that_the_spec_carries()
    {
        _project.Write("datagrid.yaml", Yaml + "parameters: { day: date }\n").Write("models/silver/z.sql", "SELECT id FROM raw.a");
        Assert.Equal("nothing uses $day", Assert.Single((await _project.SpecAsync()).Warnings).Message);
    }

    [Fact]
    public async Task The_fingerprint_is_the_same_in_another_folder_and_changes_with_the_sql()
    {
        _project.Write("models/silver/z.sql", "SELECT id FROM raw.a");
        var first = (await _project.SpecAsync()).Fingerprint;
        using var elsewhere = new ProjectFixture().Write("a.csv", "id,name,amount\n5,z,9.5\n").Write("datagrid.yaml", "# a comment\n" + Yaml).Write("models/silver/z.sql", "SELECT id FROM raw.a");
        Assert.Equal(first, (await elsewhere.SpecAsync()).Fingerprint);
        elsewhere.Write("models/silver/z.sql", "SELECT id + 1 AS id FROM raw.a");
        Assert.NotEqual(first, (await elsewhere.SpecAsync()).Fingerprint);
        Assert.Matches("^[0-9a-f]{64}$", first);
    }

    [Fact]
    public async Task Datasets_of_other_pipelines_can_be_read_and_not_be_written()
    {
        var other = new KnownDataset(DatasetName.Parse("gold.theirs"), [new ColumnSpec { Name = "id", Type = "BIGINT" }], PipelineId.Parse("other"));
        _project.Write("models/silver/z.sql", "SELECT id FROM gold.theirs");
        Assert.Equal(["gold.theirs"], (await _project.SpecAsync(other)).Steps[0].Reads.Select(static name => name.ToString()));

        _project.Write("models/gold/theirs.sql", "SELECT id FROM raw.a");
        Assert.Equal("""
            error[dataset_owned]: models/gold/theirs.sql:1:1: gold.theirs belongs to the pipeline 'other'; one dataset has one owner
              1 | SELECT id FROM raw.a
                | ^
              Give it another name, or remove it from the other pipeline.
            """.ReplaceLineEndings("\n"), await _project.ProblemsAsync(other));
    }

    [Fact]
    public async Task What_this_pipeline_made_before_is_no_obstacle()
    {
        var mine = new KnownDataset(DatasetName.Parse("silver.z"), [new ColumnSpec { Name = "old", Type = "BIGINT" }], PipelineId.Parse("p"));
        _project.Write("models/silver/z.sql", "SELECT id FROM raw.a");
        Assert.Equal(["id BIGINT"], Columns((await _project.SpecAsync(mine)).Steps[0]));
    }

    [Fact]
    public async Task A_folder_without_a_project_file_says_what_is_missing()
    {
        File.Move(Path.Combine(_project.Folder, "datagrid.yaml"), Path.Combine(_project.Folder, "datagrid.yml"), overwrite: true);
        Assert.Equal("error[project_not_found]: there is no datagrid.yaml in 'PROJECT'\n  Rename datagrid.yml to datagrid.yaml.", await _project.ProblemsAsync());
    }

    [Fact]
    public async Task A_model_that_is_not_utf8_is_reported_with_its_line()
    {
        _project.Write("models/silver/z.sql", [.. "SELECT 1 AS x,\n'"u8, 0xE9, .. "' AS y"u8]);
        Assert.Contains("error[spec_invalid]: models/silver/z.sql:2: this file is not valid UTF-8\n  Save it as UTF-8.", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Byte_order_marks_and_carriage_returns_do_no_harm()
    {
        _project.Write("datagrid.yaml", "\uFEFF" + Yaml.Replace("\n", "\r\n", StringComparison.Ordinal))
            .Write("models/silver/z.sql", "\uFEFF/* datagrid\r\nexpect:\r\n  - { that: id > 0 }\r\n*/\r\nSELECT id FROM raw.a\r\n");
        Assert.Equal("id > 0", (await _project.SpecAsync()).Steps[0].Checks[0].Expression);
    }

    [Fact]
    public async Task A_cancelled_compilation_stops()
    {
        _project.Write("models/silver/z.sql", "SELECT id FROM raw.a");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var compiler = new DataGrid.Engine.Projects.ProjectCompiler(new DataGrid.Engine.Sessions.EngineOptions(), new());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => compiler.CompileAsync(_project.Folder, [], cancelled.Token));
    }

    private static IEnumerable<string> Columns(StepSpec step) => step.Columns.Select(static column => $"{column.Name} {column.Type}");
}
