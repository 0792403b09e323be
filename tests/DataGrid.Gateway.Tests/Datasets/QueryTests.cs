using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DataGrid.Gateway.Tests.Datasets;

/// <summary>Queries and the forms of their results.</summary>
public sealed class QueryTests(Bed bed) : IClassFixture<Bed>, IAsyncLifetime
{
    public Task InitializeAsync() => bed.RunAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_query_gives_rows_and_columns()
    {
        using var response = await QueryAsync(new { sql = "select sku, total from gold.by_sku order by sku" });
        var result = await Bed.JsonAsync(response);
        Assert.Equal([("a", 40), ("b", 20)], result.GetProperty("rows").EnumerateArray().Select(static row => (row.GetProperty("sku").GetString(), row.GetProperty("total").GetInt32())));
        Assert.Equal(["sku", "total"], result.GetProperty("columns").EnumerateArray().Select(static column => column.GetProperty("name").GetString()));
        Assert.Equal(2, result.GetProperty("rowCount").GetInt64());
        Assert.False(result.GetProperty("isTruncated").GetBoolean());
    }

    [Fact]
    public async Task A_result_without_rows_is_whole_in_every_form()
    {
        using var json = await QueryAsync(new { sql = "select sku from gold.by_sku where false" });
        Assert.Equal((0, 1), (Length(await Bed.JsonAsync(json), "rows"), Length(await Bed.JsonAsync(json), "columns")));
        using var lines = await QueryAsync(new { sql = "select sku from gold.by_sku where false", format = "ndjson" });
        Assert.Equal(("", "application/x-ndjson"), (await lines.Content.ReadAsStringAsync(), lines.Content.Headers.ContentType?.MediaType));
        using var csv = await QueryAsync(new { sql = "select sku from gold.by_sku where false", format = "csv" });
        Assert.Equal("sku", (await csv.Content.ReadAsStringAsync()).Trim());

        static int Length(JsonElement result, string member) => result.GetProperty(member).GetArrayLength();
    }

    [Fact]
    public async Task A_limit_cuts_a_result_and_says_so()
    {
        using var response = await QueryAsync(new { sql = "select * from range(100)", maxRows = 7 });
        var result = await Bed.JsonAsync(response);
        Assert.Equal((7, true), (result.GetProperty("rows").GetArrayLength(), result.GetProperty("isTruncated").GetBoolean()));
    }

    [Fact]
    public async Task Parameters_are_bound_and_never_pasted()
    {
        using var response = await QueryAsync(new { sql = "select $name as name", parameters = new { name = "'; drop table x; --" } });
        Assert.Equal("'; drop table x; --", (await Bed.JsonAsync(response)).GetProperty("rows")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_dataset_is_read_as_it_was()
    {
        using var empty = await QueryAsync(new { sql = "select count(*) as n from silver.orders", versions = new Dictionary<string, long> { ["silver.orders"] = 0 } });
        Assert.Equal(3, (await Bed.JsonAsync(empty)).GetProperty("rows")[0].GetProperty("n").GetInt32());
        using var later = await QueryAsync(new { sql = "select 1", versions = new Dictionary<string, long> { ["silver.orders"] = 0 } });
        await Bed.ProblemAsync(later, HttpStatusCode.BadRequest, "usage_invalid");
        using var never = await QueryAsync(new { sql = "select 1 from silver.orders", versions = new Dictionary<string, long> { ["silver.orders"] = 77 } });
        await Bed.ProblemAsync(never, HttpStatusCode.NotFound, "version_unknown");
    }

    [Theory]
    [InlineData("selec 1", "sql_syntax", HttpStatusCode.BadRequest)]
    [InlineData("select nothing from silver.orders", "column_unknown", HttpStatusCode.BadRequest)]
    [InlineData("select 1 from silver.ordres", "dataset_unknown", HttpStatusCode.NotFound)]
    [InlineData("select * from '/etc/passwd'", "sql_forbidden", HttpStatusCode.BadRequest)]
    [InlineData("select * from read_csv('/etc/passwd')", "sql_forbidden", HttpStatusCode.BadRequest)]
    [InlineData("copy (select 1) to '/x'", "sql_forbidden", HttpStatusCode.BadRequest)]
    [InlineData("select 1; select 2", "sql_forbidden", HttpStatusCode.BadRequest)]
    [InlineData("select cast('x' as integer)", "data_invalid", HttpStatusCode.UnprocessableEntity)]
    public async Task A_query_that_is_wrong_or_forbidden_is_refused(string sql, string code, HttpStatusCode status)
    {
        using var response = await QueryAsync(new { sql });
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, text);
        await Bed.ProblemAsync(response, status, code);
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("application/x-ndjson, application/json;q=0.5", "application/x-ndjson")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/vnd.apache.parquet", "application/vnd.apache.parquet")]
    public async Task The_form_is_what_the_client_accepts(string accept, string type)
    {
        using var response = await QueryAsync(new { sql = "select 1 as one" }, accept);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_form_that_cannot_be_given_is_refused()
    {
        using var response = await QueryAsync(new { sql = "select 1" }, "application/xml");
        await Bed.ProblemAsync(response, HttpStatusCode.NotAcceptable, "not_acceptable");
    }

    [Fact]
    public async Task A_failure_in_the_middle_cuts_the_connection_so_that_no_part_looks_whole()
    {
        var fault = await Record.ExceptionAsync(async () =>
        {
            using var response = await QueryAsync(new { sql = "select cast(case when i < 300000 then '1' else 'x' end as integer) as n from range(400000) t(i)", format = "ndjson" });
            await response.Content.ReadAsStringAsync();
            // The engine may see it before the first row is sent: then it is a problem.
            if (!response.IsSuccessStatusCode) throw new HttpRequestException(await response.Content.ReadAsStringAsync());
        });
        Assert.True(fault is HttpRequestException or IOException, $"{fault}");
    }

    [Fact]
    public async Task A_client_that_goes_away_frees_its_place_for_others()
    {
        for (var i = 0; i < 2 * bed.Options.MaxQueries; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/query") { Content = JsonContent.Create(new { sql = "select i, hash(i) as h from range(100000000000) t(i)", format = "ndjson" }) };
            using var response = await bed.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var body = await response.Content.ReadAsStreamAsync();
            Assert.True(await body.ReadAsync(new byte[100]) > 0);
        }
        using var after = await QueryAsync(new { sql = "select 1 as one" });
        Assert.True(after.IsSuccessStatusCode, await after.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> QueryAsync(object body, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/query") { Content = JsonContent.Create(body) };
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        return await bed.Http.SendAsync(request);
    }
}
