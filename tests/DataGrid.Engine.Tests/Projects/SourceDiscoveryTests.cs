using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;

namespace DataGrid.Engine.Tests.Projects;

public sealed class SourceDiscoveryTests : IDisposable
{
    private readonly ProjectFixture _project = new();

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("a,b\n1,2.5\n", "", "a BIGINT, b DOUBLE")]
    [InlineData("a;b\n1;x\n", "", "a BIGINT, b VARCHAR")]
    [InlineData("a\tb\n1\t2001-01-01\n", "", "a BIGINT, b DATE")]
    [InlineData("a|b\r\n1|true\r\n", "", "a BIGINT, b BOOLEAN")]
    [InlineData("day,at\n31/12/2001,2001-01-01 10:00:00\n", "", "day DATE, at TIMESTAMP")]
    [InlineData("\"a,b\",\"c \"\"d\"\"\"\n1,2\n", "", "a,b BIGINT, c \"d\" BIGINT")]
    [InlineData("only\n1\n2\n", "", "only BIGINT")]
    [InlineData(",name\n1,x\n", "", "column0 BIGINT, name VARCHAR")]
    [InlineData("1,x\n2,y\n", ", settings: { header: false }", "column0 BIGINT, column1 VARCHAR")]
    [InlineData("1,x\n2,y\n", ", settings: { header: false }, columns: { id: smallint, name: varchar }", "id SMALLINT, name VARCHAR")]
    [InlineData("a;b\n1,5;NA\n2,25;3\n", ", settings: { decimal_separator: \",\", \"null\": NA }", "a DOUBLE, b BIGINT")]
    [InlineData("a,b\n1,\"x\ny\"\n", "", "a BIGINT, b VARCHAR")]
    public async Task The_dialect_and_types_of_a_csv_file_are_found_out(string content, string settings, string expected)
    {
        _project.Write("a.csv", content).Source("files: a.csv" + settings).Write("models/silver/a.sql", "SELECT 1 AS x FROM raw.a");
        var source = Assert.Single((await _project.SpecAsync()).Sources);
        Assert.Equal(expected, Columns(source));
    }

    [Fact]
    public async Task Encodings_are_read_when_they_are_named()
    {
        _project.Write("a.csv", [.. "a,b\n1,caf"u8, 0xE9, .. "\n"u8]).Source("files: a.csv, settings: { encoding: latin-1 }");
        Assert.Equal("a BIGINT, b VARCHAR", Columns((await _project.SpecAsync()).Sources[0]));
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_are_reported_with_file_and_line()
    {
        _project.Write("a.csv", [.. "a,b\n1,x\n2,y\n3,caf"u8, 0xE9, .. "\n"u8]).Source("files: a.csv");
        Assert.Contains("a.csv:4: this line is not valid UTF-8", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(2_000)]
    [InlineData(-4)]
    [InlineData(-100)]
    public async Task A_parquet_file_that_was_cut_short_is_named(int length)
    {
        _project.Parquet("data/a.parquet", "SELECT i AS id, 'x' || i AS name FROM range(2000) AS t(i)").Source("files: data/*.parquet");
        var path = Path.Combine(_project.Folder, "data/a.parquet");
        var bytes = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, bytes[..(length >= 0 ? length : bytes.Length + length)]);
        Assert.Contains("error[source_invalid]: data/a.parquet: data/a.parquet is not a Parquet file, or it was cut short", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parquet_file_with_a_garbled_footer_is_named()
    {
        _project.Parquet("data/a.parquet", "SELECT i AS id, 'x' || i AS name FROM range(2000) AS t(i)").Source("files: data/*.parquet");
        var path = Path.Combine(_project.Folder, "data/a.parquet");
        var bytes = await File.ReadAllBytesAsync(path);
        for (var i = bytes.Length - 200; i < bytes.Length - 20; i++) bytes[i] ^= 0xFF;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Contains("data/a.parquet", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contract_takes_wider_types_than_parquet_has_and_refuses_narrower_ones()
    {
        _project.Parquet("a.parquet", "SELECT 1::INTEGER AS id, 2::BIGINT AS big, 'x' AS name").Source("files: a.parquet, columns: { id: bigint, big: double, name: varchar }");
        Assert.Equal("id BIGINT, big DOUBLE, name VARCHAR", Columns((await _project.SpecAsync()).Sources[0]));
        _project.Source("files: a.parquet, columns: { id: bigint, big: integer, name: date }");
        var problems = await _project.ProblemsAsync();
        Assert.Contains("the column 'big' of a.parquet is BIGINT; the contract says INTEGER", problems, StringComparison.Ordinal);
        Assert.Contains("the column 'name' of a.parquet is VARCHAR; the contract says DATE", problems, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Types_of_several_files_become_one_that_holds_them_all()
    {
        _project.Write("d/1.csv", "id,n,t\n1,1,1\n").Write("d/2.csv", "t,n,id\nx,2.5,2\n").Write("d/3.csv", "id,n,t\n").Source("files: d/*.csv");
        Assert.Equal("id BIGINT, n DOUBLE, t VARCHAR", Columns((await _project.SpecAsync()).Sources[0]));
        _project.Parquet("p/1.parquet", "SELECT 1::INTEGER AS id").Parquet("p/2.parquet", "SELECT 1::BIGINT AS id").Source("files: p/*.parquet");
        Assert.Equal("id BIGINT", Columns((await _project.SpecAsync()).Sources[0]));
        _project.Parquet("p/3.parquet", "SELECT 'x' AS id");
        Assert.Contains("the column 'id' of p/3.parquet is VARCHAR; p/1.parquet has BIGINT", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_reported_and_not_passed_over()
    {
        _project.Write("d/1.csv", "id\n1\n").Source("files: d/*.csv");
        File.CreateSymbolicLink(Path.Combine(_project.Folder, "d/2.csv"), Path.Combine(_project.Folder, "nowhere.csv"));
        Assert.Contains("error[source_unreadable]: d/2.csv: d/2.csv cannot be opened: it is a link that leads nowhere", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patterns_match_across_folders_and_pass_hidden_files_over()
    {
        _project.Write("d/1.csv", "id\n1\n").Write("d/x/y/2.csv", "id\n1\n").Write("d/.hidden.csv", "no\n").Write("d/.hidden/3.csv", "no\n").Write("d/readme.txt", "x").Source("files: d/**/*.csv");
        var spec = await _project.SpecAsync();
        var found = await new DataGrid.Engine.Projects.Sources.ProjectSourceFiles(new ProjectOptions()).FindAsync(_project.Folder, spec.Sources[0], CancellationToken.None);
        Assert.Null(found.Problem);
        Assert.Equal(["d/1.csv", "d/x/y/2.csv"], found.Files.Select(static file => file.Name));
        Assert.All(found.Files, static file => Assert.Equal(5, file.Bytes));
    }

    [Fact]
    public async Task Names_with_wildcards_in_them_are_files_like_others()
    {
        _project.Write("d/a[1]?.csv", "id,n\n1,x\n2\n").Write("d/a1x.csv", "id,n\n1,x\n").Write("d/it's.csv", "id,n\n2,y\n").Source("files: d/*.csv");
        Assert.Contains("d/a[1]?.csv:3: this line has 1 fields; 2 are expected", await _project.ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changed_is_looked_at_again()
    {
        _project.Write("a.csv", "id\n1\n").Source("files: a.csv");
        Assert.Equal("id BIGINT", Columns((await _project.SpecAsync()).Sources[0]));
        _project.Write("a.csv", "id,name\n1,x\n");
        Assert.Equal("id BIGINT, name VARCHAR", Columns((await _project.SpecAsync()).Sources[0]));
    }

    [Fact]
    public async Task Too_many_files_are_refused()
    {
        using var project = new ProjectFixture(new ProjectOptions { MaxSourceFiles = 2 });
        for (var i = 0; i < 3; i++) project.Write($"d/{i}.csv", "id\n1\n");
        Assert.Contains("more than 2 files match", await project.Source("files: d/*.csv").ProblemsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_read_by_its_keys()
    {
        _project.Write("a.ndjson", "{\"id\":1,\"tags\":[\"a\"]}\n{\"id\":2,\"who\":{\"name\":\"x\"}}\n").Source("files: a.ndjson");
        Assert.Equal("id BIGINT, tags VARCHAR[], who STRUCT(\"name\" VARCHAR)", Columns((await _project.SpecAsync()).Sources[0]).Replace("STRUCT(name", "STRUCT(\"name\"", StringComparison.Ordinal));
        _project.Write("b.json", "[{\"id\":1},{\"id\":2.5}]").Source("files: b.json");
        Assert.Equal("id DOUBLE", Columns((await _project.SpecAsync()).Sources[0]));
    }

    [Theory]
    [InlineData("id,zip\n1,01067\n2,10115\n", "id BIGINT, zip VARCHAR")]
    [InlineData("id,zip\n1,10115\n2, 007\n", "id BIGINT, zip VARCHAR")]
    [InlineData("id,share\n1,0.5\n0,-0.25\n", "id BIGINT, share DOUBLE")]
    [InlineData("id,share\n1,00.5\n2,1.5\n", "id BIGINT, share VARCHAR")]
    [InlineData("id,n\n1,0\n2,-0\n", "id BIGINT, n BIGINT")]
    [InlineData("id,day\n1,2024-01-02\n2,2024-03-04\n", "id BIGINT, day DATE")]
    public async Task Digits_with_zeros_in_front_stay_text(string content, string expected)
    {
        _project.Write("a.csv", content).Source("files: a.csv");
        Assert.Equal(expected, Columns((await _project.SpecAsync()).Sources[0]));
    }

    [Fact]
    public async Task A_contract_makes_numbers_of_digits_with_zeros_in_front()
    {
        _project.Write("a.csv", "id\n007\n").Source("files: a.csv, columns: { id: integer }");
        Assert.Equal("id INTEGER", Columns((await _project.SpecAsync()).Sources[0]));
    }

    [Fact]
    public async Task One_file_with_zeros_in_front_makes_text_of_the_column_in_all()
    {
        _project.Write("d/1.csv", "zip\n10115\n").Write("d/2.csv", "zip\n01067\n").Source("files: d/*.csv");
        Assert.Equal("zip VARCHAR", Columns((await _project.SpecAsync()).Sources[0]));
    }

    private static string Columns(SourceSpec source) => string.Join(", ", source.Columns.Select(static column => $"{column.Name} {column.Type}"));
}
