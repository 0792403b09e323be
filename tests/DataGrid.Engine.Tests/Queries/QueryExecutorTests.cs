using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Queries;
using DataGrid.Engine.Tests.Tasks;

namespace DataGrid.Engine.Tests.Queries;

public sealed class QueryExecutorTests : IAsyncLifetime
{
    private const string Everything =
        """
        SELECT 9007199254740993::BIGINT AS big, 42::BIGINT AS small, 1.10::DECIMAL(4,2) AS price, 12345678901234567.89::DECIMAL(20,2) AS wide, 'nan'::DOUBLE AS nan,
               '-infinity'::FLOAT AS inf, 0.1::DOUBLE AS tenth, 0.1::FLOAT AS single, DATE '2024-01-02' AS day, TIMESTAMP '2024-01-02 03:04:05.5' AS at, '2024-01-02 03:04:05+02'::TIMESTAMPTZ AS instant,
               TIME '10:20:30' AS clock, INTERVAL '14 months 3 days 4.5 seconds' AS span, NULL AS nothing, '' AS blank, 'a,"b"' || chr(10) || 'ż' AS text, [1, NULL] AS list,
               {'x': 1, 'y z': 'q'} AS st, MAP {'k': 1} AS m, '\xFF'::BLOB AS bytes, true AS yes, 340282366920938463463374607431768211455::UHUGEINT AS huge,
               '12:00:00+01:30'::TIMETZ AS zoned, '0044-03-15 (BC)'::DATE AS ides, uuid '01234567-89ab-cdef-0123-456789abcdef' AS id
        """;

    private readonly TaskBench _bench = new();
    private readonly QueryExecutor _executor;

    public QueryExecutorTests() => _executor = new QueryExecutor(_bench.Pool);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _executor.Dispose();
        await _bench.DisposeAsync();
    }

    [Fact]
    public void A_query_is_analysed_without_knowing_what_exists()
    {
        var analysis = _executor.Analyze("SELECT * FROM silver.flights f JOIN gold.x USING (id) WHERE day = $day");
        Assert.Equal(["silver.flights", "gold.x"], analysis.Reads.Select(r => r.ToString()));
        Assert.Equal(["day"], analysis.Parameters.ToArray());
        Assert.Empty(analysis.Problems);
        Assert.Equal(ErrorCodes.SqlForbidden, _executor.Analyze("FROM '/etc/passwd'").Problems[0].Code);
        Assert.Equal(ErrorCodes.SqlSyntax, _executor.Analyze("SELEC 1").Problems[0].Code);
    }

    [Fact]
    public async Task Json_keeps_every_digit_and_has_no_token_that_is_not_json()
    {
        var text = await WriteAsync(Everything, QueryFormat.Ndjson);
        using var parsed = JsonDocument.Parse(text);
        var row = parsed.RootElement;
        Assert.Equal("\"9007199254740993\"", row.GetProperty("big").GetRawText());
        Assert.Equal("42", row.GetProperty("small").GetRawText());
        Assert.Equal("1.10", row.GetProperty("price").GetRawText());
        Assert.Equal("\"12345678901234567.89\"", row.GetProperty("wide").GetRawText());
        Assert.Equal("NaN", row.GetProperty("nan").GetString());
        Assert.Equal("-Infinity", row.GetProperty("inf").GetString());
        Assert.Equal("0.1", row.GetProperty("tenth").GetRawText());
        Assert.Equal("0.1", row.GetProperty("single").GetRawText());
        Assert.Equal("2024-01-02", row.GetProperty("day").GetString());
        Assert.Equal("2024-01-02T03:04:05.5", row.GetProperty("at").GetString());
        Assert.Equal("2024-01-02T01:04:05Z", row.GetProperty("instant").GetString());
        Assert.Equal("10:20:30", row.GetProperty("clock").GetString());
        Assert.Equal("P1Y2M3DT4.5S", row.GetProperty("span").GetString());
        Assert.Equal(JsonValueKind.Null, row.GetProperty("nothing").ValueKind);
        Assert.Equal("a,\"b\"\nż", row.GetProperty("text").GetString());
        Assert.Equal("[1,null]", row.GetProperty("list").GetRawText());
        Assert.Equal("{\"x\":1,\"y z\":\"q\"}", row.GetProperty("st").GetRawText());
        Assert.Equal("[{\"key\":\"k\",\"value\":1}]", row.GetProperty("m").GetRawText());
        Assert.Equal("/w==", row.GetProperty("bytes").GetString());
        Assert.Equal("340282366920938463463374607431768211455", row.GetProperty("huge").GetString());
        Assert.Equal("12:00:00+01:30", row.GetProperty("zoned").GetString());
        Assert.Equal("0044-03-15 (BC)", row.GetProperty("ides").GetString());
    }

    [Fact]
    public async Task A_json_array_is_one_document_also_when_it_is_empty_and_names_repeat()
    {
        using var many = JsonDocument.Parse(await WriteAsync("SELECT range AS a, 1 AS a FROM range(5000)", QueryFormat.Json));
        Assert.Equal(5000, many.RootElement.GetArrayLength());
        Assert.Equal("{\"a\":4999,\"a_1\":1}", many.RootElement[4999].GetRawText());
        Assert.Equal("[]\n", await WriteAsync("SELECT 1 AS a WHERE false", QueryFormat.Json));
    }

    [Fact]
    public async Task Csv_quotes_what_must_be_and_tells_null_from_the_empty_text()
    {
        Assert.Equal("a,\"b\"\"c\"\n1,\"x, \"\"y\"\"\"\n,\"\"\n", await WriteAsync("SELECT * FROM (VALUES (1, 'x, \"y\"'), (NULL, '')) t(a, \"b\"\"c\")", QueryFormat.Csv));
    }

    [Fact]
    public async Task Parquet_is_a_whole_file_with_every_digit()
    {
        using var output = new MemoryStream();
        var outcome = await _executor.WriteAsync(Spec("SELECT sum(v) AS s, sum(v) AS s FROM (VALUES (9007199254740993), (0)) t(v)"), QueryFormat.Parquet, output, default);
        Assert.Null(outcome.Problem);
        Assert.Equal(1, outcome.Rows);
        var path = _bench.Folder["result.parquet"];
        await File.WriteAllBytesAsync(path, output.ToArray());
        Assert.Equal("9007199254740993", _bench.Engine.ExecuteScalar<string>($"SELECT s_1::VARCHAR FROM '{path}'"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Pool.Options.TemporaryDirectory));
    }

    [Fact]
    public async Task A_whole_table_is_its_own_file_only_where_that_has_exactly_its_rows_and_columns()
    {
        var table = _bench.Table("raw.t", "SELECT i AS id, 'n' || i AS name FROM range(1000) r(i)");
        var other = _bench.Table("raw.other", "SELECT i AS id, 'o' || i AS name FROM range(10) r(i)");
        var file = await File.ReadAllBytesAsync(table.Files[0].Path);
        var (rows, bytes) = await WholeAsync(table);
        Assert.Equal((1000L, true), (rows, bytes.AsSpan().SequenceEqual(file)));
        foreach (var (changed, expected) in new (TaskInput, long)[]
        {
            (table with { Files = [.. table.Files, .. other.Files] }, 1010),
            (table with { Files = [table.Files[0] with { DeletedRows = [0, 5] }] }, 998),
            (table with { Columns = [.. table.Columns, new ColumnSpec { Name = "new", Type = "INTEGER" }] }, 1000),
            (table with { Columns = [table.Columns[1], table.Columns[0]] }, 1000),
            (table with { Columns = [table.Columns[0] with { Type = "DOUBLE" }, table.Columns[1]] }, 1000),
        })
        {
            (rows, bytes) = await WholeAsync(changed);
            Assert.Equal((expected, false), (rows, bytes.AsSpan().SequenceEqual(file)));
            var path = _bench.Folder["result.parquet"];
            await File.WriteAllBytesAsync(path, bytes);
            Assert.Equal(expected, _bench.Engine.ExecuteScalar<long>($"SELECT count(*) FROM '{path}'"));
            Assert.Equal(string.Join(", ", changed.Columns.Select(static column => column.Name)), _bench.Engine.ExecuteScalar<string>($"SELECT string_agg(column_name, ', ') FROM (DESCRIBE FROM '{path}')"));
        }
        // A limit is a limit also of a whole table.
        var limited = await _executor.WriteAsync(Spec("SELECT * FROM raw.t", table) with { IsWholeDataset = true, MaxRows = 5 }, QueryFormat.Parquet, Stream.Null, default);
        Assert.Equal((5L, true), (limited.Rows, limited.IsTruncated));

        async Task<(long Rows, byte[] Bytes)> WholeAsync(TaskInput input)
        {
            using var output = new MemoryStream();
            var outcome = await _executor.WriteAsync(Spec("SELECT * FROM raw.t", input) with { IsWholeDataset = true }, QueryFormat.Parquet, output, default);
            Assert.True(outcome.Problem is null, outcome.Problem?.Message);
            return (outcome.Rows, output.ToArray());
        }
    }

    [Theory]
    [InlineData(QueryFormat.Csv)]
    [InlineData(QueryFormat.Parquet)]
    public async Task The_limit_cuts_and_says_so(QueryFormat format)
    {
        var input = _bench.Table("raw.t", "SELECT i AS id FROM range(10000) r(i)");
        foreach (var (max, rows, cut) in new[] { (3000L, 3000L, true), (10000L, 10000L, false), (20000L, 10000L, false) })
        {
            var outcome = await _executor.WriteAsync(Spec("SELECT id FROM raw.t", input) with { MaxRows = max }, format, Stream.Null, default);
            Assert.Equal((rows, cut), (outcome.Rows, outcome.IsTruncated));
        }
    }

    [Fact]
    public async Task Text_for_people_comes_in_batches_and_columns_also_without_rows()
    {
        var input = _bench.Table("raw.t", "SELECT i AS id, CASE WHEN i > 0 THEN 'n' || i END AS name FROM range(3000) r(i)");
        var rows = new List<string?[]>();
        var outcome = await _executor.ReadTextAsync(Spec("SELECT id, name FROM raw.t ORDER BY id", input), (_, batch) => rows.AddRange(batch), default);
        Assert.Equal(3000, outcome.Rows);
        Assert.Equal("0|", string.Join("|", rows[0]));
        Assert.Equal("2999|n2999", string.Join("|", rows[^1]));
        var calls = 0;
        await _executor.ReadTextAsync(Spec("SELECT id FROM raw.t WHERE false", input), (columns, batch) => calls += columns.Length + batch.Count, default);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Parameters_and_views_work()
    {
        var input = _bench.Table("raw.t", "SELECT i AS id FROM range(10) r(i)");
        var view = new TaskInput { Name = DatasetName.Parse("raw.v"), Form = TaskInputForm.View, Columns = input.Columns, ViewSql = "SELECT id FROM raw.t WHERE id > 4" };
        var spec = Spec("SELECT sum(id)::INTEGER AS s FROM raw.v WHERE id < $top", input, view) with { Parameters = [new ParameterSpec { Name = "top", Type = "INTEGER" }] };
        Assert.Equal("s\n11\n", await WriteAsync(spec with { ParameterValues = spec.ParameterValues.Add("top", "7") }, QueryFormat.Csv));
        var missing = await _executor.WriteAsync(spec, QueryFormat.Csv, Stream.Null, default);
        Assert.Equal(ErrorCodes.ParameterInvalid, missing.Problem!.Code);
    }

    [Theory]
    [InlineData("SELECT nme FROM raw.t", ErrorCodes.ColumnUnknown)]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')", ErrorCodes.SqlForbidden)]
    [InlineData("SELECT * FROM raw.other", ErrorCodes.DatasetUnknown)]
    [InlineData("SELECT CASE WHEN id = 5000 THEN 'x' ELSE '1' END::INTEGER FROM raw.t", ErrorCodes.DataInvalid)]
    public async Task Mistakes_are_outcomes(string sql, string code)
    {
        var input = _bench.Table("raw.t", "SELECT i AS id FROM range(10000) r(i)");
        var outcome = await _executor.WriteAsync(Spec(sql, input), QueryFormat.Ndjson, Stream.Null, default);
        Assert.Equal(code, outcome.Problem?.Code);
    }

    [Fact]
    public async Task A_cancelled_query_throws()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _executor.WriteAsync(
            Spec("SELECT count(*) AS n FROM range(3000000000) a(i), range(1000) b(j) WHERE (i * j) % 7 = 3"), QueryFormat.Csv, Stream.Null, cancellation.Token));
    }

    private static QuerySpec Spec(string sql, params TaskInput[] inputs) => new() { Sql = sql, Inputs = [.. inputs], Limits = TaskBench.Limits };

    private Task<string> WriteAsync(string sql, QueryFormat format) => WriteAsync(Spec(sql), format);

    private async Task<string> WriteAsync(QuerySpec spec, QueryFormat format)
    {
        using var output = new MemoryStream();
        var outcome = await _executor.WriteAsync(spec, format, output, default);
        Assert.True(outcome.Problem is null, outcome.Problem?.ToString());
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
