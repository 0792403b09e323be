using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Engine.Tests.Tasks;

public sealed class InputTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoSettings = [];
    private readonly TaskBench _bench = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Files_of_older_schemas_read_under_the_declared_columns()
    {
        var oldest = _bench.Table("raw.t", "SELECT 1::SMALLINT AS a");
        var newer = _bench.Table("raw.t", "SELECT 'x' AS b, 2::BIGINT AS a, 9 AS gone");
        var table = oldest with { Columns = [Column("A", "BIGINT"), Column("b", "VARCHAR"), Column("c", "DATE")], Files = [.. oldest.Files, .. newer.Files] };
        Assert.Equal(["1|NULL|NULL", "2|x|NULL"], await RowsAsync("SELECT * FROM raw.t", table));
        Assert.Equal(["1|NULL|NULL"], await RowsAsync("SELECT * FROM raw.t", table with { Files = oldest.Files }));
        Assert.Empty(await RowsAsync("SELECT * FROM raw.t", table with { Files = [] }));
    }

    [Fact]
    public async Task Partition_values_come_from_the_log_and_not_from_the_path()
    {
        var one = _bench.Table("raw.t", "SELECT 1 AS a");
        var two = _bench.Table("raw.t", "SELECT 2 AS a");
        var lying = _bench.Folder["day=1999-01-01/x.parquet"];
        Directory.CreateDirectory(Path.GetDirectoryName(lying)!);
        File.Copy(two.Files[0].Path, lying);
        TaskFile At(TaskFile file, string? day) => file with { PartitionValues = ImmutableSortedDictionary<string, string?>.Empty.Add("day", day) };
        var table = one with
        {
            Columns = [Column("a", "INTEGER"), Column("day", "DATE")],
            PartitionColumns = ["day"],
            Files = [At(one.Files[0], "2001-01-01"), At(_bench.File(lying), "2001-01-02"), At(two.Files[0], null)],
        };
        Assert.Equal(["1|2001-01-01", "2|2001-01-02", "2|NULL"], await RowsAsync("SELECT a, day::VARCHAR AS day FROM raw.t", table));
        Assert.Equal(["2|2001-01-02"], await RowsAsync("SELECT a, day::VARCHAR AS day FROM raw.t WHERE day = DATE '2001-01-02'", table));
    }

    [Fact]
    public async Task Our_own_partition_folders_read_back_with_every_value()
    {
        var task = _bench.Task("SELECT * FROM (VALUES (1, 'x/ y=%ż'), (2, NULL), (3, 'plain')) t(a, p)", []);
        task = task with { Step = task.Step with { PartitionBy = ["p"] } };
        var manifest = await _bench.SucceedAsync(task);
        var table = TaskBench.AsTable(task, manifest, "p") with { Name = DatasetName.Parse("raw.t") };
        Assert.Equal(["1|x/ y=%ż", "2|NULL", "3|plain"], await RowsAsync("SELECT a, p FROM raw.t", table));
    }

    [Fact]
    public async Task Rows_of_a_deletion_vector_are_left_out()
    {
        var table = _bench.Table("raw.t", "SELECT i AS a FROM range(6) r(i)");
        var other = _bench.Table("raw.t", "SELECT 100::BIGINT AS a");
        var deleted = table with { Files = [table.Files[0] with { DeletedRows = [0, 4] }, .. other.Files] };
        Assert.Equal(["1", "100", "2", "3", "5"], await RowsAsync("SELECT a FROM raw.t", deleted));
    }

    [Fact]
    public async Task A_path_with_pattern_characters_is_that_file_and_no_other()
    {
        var odd = _bench.Folder.Write("in/a[1]*.csv", "x\n1\n");
        _bench.Folder.Write("in/a1.csv", "x\n2\n");
        Assert.Equal(["1"], await RowsAsync("SELECT x FROM raw.t", _bench.Source("raw.t", SourceFormat.Csv, "x INTEGER", odd)));
    }

    [Fact]
    public async Task Csv_columns_are_matched_by_header_and_read_strictly()
    {
        var a = _bench.Folder.Write("a.csv", "id,name,day\n1,\"x, y\",2001-01-02\n2,,\n");
        var b = _bench.Folder.Write("b.csv", "DAY,id,name\n2001-01-03,3,z\n");
        var source = _bench.Source("raw.t", SourceFormat.Csv, "id BIGINT, name VARCHAR, day DATE", a, b);
        Assert.Equal(["1|x, y|2001-01-02", "2|NULL|NULL", "3|z|2001-01-03"], await RowsAsync("SELECT id, name, day::VARCHAR AS day FROM raw.t", source));
    }

    [Fact]
    public async Task Csv_settings_of_the_project_are_used()
    {
        var file = _bench.Folder.Write("eu.csv", "when;amount;note\n31.12.2023;1,5;-\n01.02.2024;2,25;x\n");
        var settings = new Dictionary<string, string> { ["delimiter"] = ";", ["decimal_separator"] = ",", ["null"] = "-", ["date_format"] = "%d.%m.%Y" };
        var source = _bench.Source("raw.t", SourceFormat.Csv, "when DATE, amount DOUBLE, note VARCHAR", DriftPolicy.Fail, settings, file);
        Assert.Equal(["2023-12-31|1.5|NULL", "2024-02-01|2.25|x"], await RowsAsync("SELECT \"when\"::VARCHAR AS w, amount, note FROM raw.t", source));
        var bare = _bench.Folder.Write("bare.csv", "1,a\n2,b\n");
        var headless = _bench.Source("raw.t", SourceFormat.Csv, "id INTEGER, name VARCHAR", DriftPolicy.Fail, new() { ["header"] = "false" }, bare);
        Assert.Equal(["1|a", "2|b"], await RowsAsync("SELECT id, name FROM raw.t", headless));
    }

    [Fact]
    public async Task The_header_of_a_file_that_is_read_in_pieces_is_its_first_line_and_errors_name_the_right_one()
    {
        const int Rows = 600_000;
        var text = new System.Text.StringBuilder("id,x,note\n");
        for (var row = 1; row <= Rows; row++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{row},{row},a text that makes the line long\n");
        var good = _bench.Folder.Write("good.csv", text.ToString());
        Assert.Equal([$"{Rows}|{Rows}"], await RowsAsync("SELECT count(*) AS n, max(x) AS x FROM raw.t", _bench.Source("raw.t", SourceFormat.Csv, "id BIGINT, x INTEGER, note VARCHAR", good)));

        var wrong = _bench.Folder.Write("wrong.csv", text.Append("1,abc,x\n").ToString());
        var result = await _bench.RunAsync(_bench.Task("SELECT id, x FROM raw.t", [_bench.Source("raw.t", SourceFormat.Csv, "id BIGINT, x INTEGER, note VARCHAR", wrong)]));
        Assert.Equal(ErrorCodes.SourceInvalid, result.Problem!.Code);
        Assert.Equal(Rows + 2, result.Problem.Position!.Line);
    }

    [Theory]
    [InlineData("id,x\n1,5\n2,abc\n", "line 3", "abc")]
    [InlineData("id,x\n1,5\n2,7,9\n3,8\n", "line 3", "Found: 3")]
    public async Task A_wrong_value_or_line_names_file_and_line(string content, string where, string what)
    {
        var file = _bench.Folder.Write("data/wrong.csv", content);
        var result = await _bench.RunAsync(_bench.Task("SELECT id, x FROM raw.t", [_bench.Source("raw.t", SourceFormat.Csv, "id BIGINT, x INTEGER", file)]));
        Assert.Equal(ErrorCodes.SourceInvalid, result.Problem!.Code);
        Assert.Equal("data/wrong.csv", result.Problem.Position!.File);
        Assert.Equal(3, result.Problem.Position.Line);
        Assert.Contains(where, result.Problem.Message, StringComparison.Ordinal);
        Assert.Contains(what, result.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_fails_or_is_left_out_as_the_project_says()
    {
        var file = _bench.Folder.Write("a.csv", "id,extra\n1,2\n");
        var strict = await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [_bench.Source("raw.t", SourceFormat.Csv, "id INTEGER", file)]));
        Assert.Equal(ErrorCodes.SourceDrifted, strict.Problem!.Code);
        Assert.Contains("extra", strict.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], await RowsAsync("SELECT * FROM raw.t", _bench.Source("raw.t", SourceFormat.Csv, "id INTEGER", DriftPolicy.IgnoreNew, NoSettings, file)));
        var missing = await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [_bench.Source("raw.t", SourceFormat.Csv, "id INTEGER, lost DATE", DriftPolicy.IgnoreNew, NoSettings, file)]));
        Assert.Contains("has no column lost", missing.Problem!.Message, StringComparison.Ordinal);
        var late = _bench.Source("raw.t", SourceFormat.Csv, "id INTEGER, later DATE", DriftPolicy.AcceptNew, NoSettings, file);
        Assert.Equal(["1|NULL"], await RowsAsync("SELECT id, later FROM raw.t", late));
        var contract = late with { Source = late.Source! with { HasContract = true, ContractColumns = 2 } };
        Assert.Contains("has no column later", (await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [contract]))).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_reads_by_key_and_names_the_broken_line()
    {
        var lines = _bench.Folder.Write("a.ndjson", "{\"id\":1,\"s\":{\"x\":\"a\"}}\n{\"id\":2}\n");
        Assert.Equal(["1|a", "2|NULL"], await RowsAsync("SELECT id, s.x AS x FROM raw.t", _bench.Source("raw.t", SourceFormat.Ndjson, "id BIGINT, s STRUCT(x VARCHAR)", lines)));
        var array = _bench.Folder.Write("a.json", "[{\"id\":1},\n {\"id\":2}]");
        Assert.Equal(["1", "2"], await RowsAsync("SELECT id FROM raw.t", _bench.Source("raw.t", SourceFormat.Json, "id BIGINT", array)));

        foreach (var second in new[] { "{\"id\":", "{\"id\":\"abc\"}" })
        {
            var broken = _bench.Folder.Write("broken.ndjson", "{\"id\":1}\n" + second + "\n");
            var blank = _bench.Folder.Write("blank.ndjson", "\n\r\n{\"id\":1}\r\n \t\n" + second + "\n{\"id\":3}\n");
            var far = await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [_bench.Source("raw.t", SourceFormat.Ndjson, "id BIGINT", blank)]));
            Assert.Equal(5, far.Problem!.Position!.Line);
            var result = await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [_bench.Source("raw.t", SourceFormat.Ndjson, "id BIGINT", broken)]));
            Assert.Equal(ErrorCodes.SourceInvalid, result.Problem!.Code);
            Assert.Equal("broken.ndjson", result.Problem.Position!.File);
            Assert.Equal(2, result.Problem.Position.Line);
        }
        var drifted = _bench.Folder.Write("new.ndjson", "{\"id\":1,\"extra\":1}\n");
        var drift = await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [_bench.Source("raw.t", SourceFormat.Ndjson, "id BIGINT", drifted)]));
        Assert.Equal(ErrorCodes.SourceDrifted, drift.Problem!.Code);
    }

    [Fact]
    public async Task A_parquet_source_is_cast_to_the_contract()
    {
        var file = _bench.Table("raw.x", "SELECT 1::BIGINT AS id, '2001-02-03' AS day").Files[0].Path;
        var other = _bench.Table("raw.x", "SELECT '2' AS id, DATE '2001-02-04' AS day").Files[0].Path;
        var source = _bench.Source("raw.t", SourceFormat.Parquet, "id INTEGER, day DATE", file, other);
        Assert.Equal(["1|2001-02-03", "2|2001-02-04"], await RowsAsync("SELECT id, day::VARCHAR AS day FROM raw.t", source));
    }

    [Fact]
    public async Task A_damaged_file_is_named_with_what_to_do()
    {
        var path = _bench.Table("raw.x", "SELECT i AS id, 'text' || i AS t FROM range(10000) r(i)").Files[0].Path;
        var cut = _bench.Folder["cut.parquet"];
        File.WriteAllBytes(cut, File.ReadAllBytes(path)[..5000]);
        var source = await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [_bench.Source("raw.t", SourceFormat.Parquet, "id BIGINT, t VARCHAR", cut)]));
        Assert.Equal(ErrorCodes.SourceUnreadable, source.Problem!.Code);
        Assert.Equal("cut.parquet", source.Problem.Position!.File);
        var table = _bench.Table("raw.t", "SELECT 1 AS id");
        var corrupt = await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [table with { Files = [_bench.File(cut)] }]));
        Assert.Equal(ErrorCodes.TableCorrupt, corrupt.Problem!.Code);
    }

    [Fact]
    public async Task A_file_that_changed_or_went_away_since_it_was_pinned_is_refused()
    {
        var file = _bench.Folder.Write("a.csv", "id\n1\n");
        var source = _bench.Source("raw.t", SourceFormat.Csv, "id INTEGER", file);
        File.AppendAllText(file, "2\n");
        Assert.Equal(ErrorCodes.SourceChanged, (await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [source]))).Problem!.Code);
        File.Delete(file);
        Assert.Equal(ErrorCodes.SourceMissing, (await _bench.RunAsync(_bench.Task("SELECT id FROM raw.t", [source]))).Problem!.Code);
    }

    private async Task<List<string>> RowsAsync(string sql, TaskInput input)
    {
        var task = _bench.Task(sql, [input]);
        return _bench.Rows(task, await _bench.SucceedAsync(task));
    }

    private static ColumnSpec Column(string name, string type) => new() { Name = name, Type = type };
}
