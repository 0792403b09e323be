using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.DuckDb;
using DataGrid.Gateway.Datasets;

namespace DataGrid.Gateway.Tests.Datasets;

/// <summary>The catalog, its tables' versions, and their rows.</summary>
public sealed class DatasetTests(Bed bed) : IClassFixture<Bed>, IAsyncLifetime
{
    public Task InitializeAsync() => bed.RunAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Datasets_are_listed_searched_and_filtered()
    {
        Assert.Equal(["gold.by_sku", "raw.orders", "silver.orders", "silver.orders__quarantine"], await NamesAsync(""));
        Assert.Equal(["raw.orders", "silver.orders", "silver.orders__quarantine"], await NamesAsync("?q=ORDERS"));
        Assert.Equal(["raw.orders"], await NamesAsync("?kind=source"));
        Assert.Equal(["gold.by_sku"], await NamesAsync("?namespace=gold&pipeline=shop"));
        Assert.Empty(await NamesAsync("?pipeline=other"));
        var first = await bed.GetAsync("/api/v1/datasets?limit=3");
        Assert.Equal(["silver.orders__quarantine"], await NamesAsync($"?limit=3&cursor={first.GetProperty("next").GetString()}"));

        async Task<IEnumerable<string?>> NamesAsync(string query) => (await bed.GetAsync("/api/v1/datasets" + query)).GetProperty("items").EnumerateArray().Select(static dataset => dataset.GetProperty("name").GetString()).ToList();
    }

    [Fact]
    public async Task A_dataset_tells_its_columns_versions_checks_and_partitions()
    {
        var detail = await bed.GetAsync("/api/v1/datasets/silver.orders");
        Assert.Equal("shop", detail.GetProperty("summary").GetProperty("pipeline").GetString());
        Assert.Equal(1, detail.GetProperty("quarantinedRows").GetInt64());
        Assert.DoesNotContain(bed.Folder, detail.GetRawText(), StringComparison.Ordinal);
        var version = detail.GetProperty("summary").GetProperty("version").GetInt64();
        var schema = await bed.GetAsync($"/api/v1/datasets/silver.orders/schema?version={version}");
        Assert.Equal(["id", "sku", "amount"], schema.GetProperty("columns").EnumerateArray().Select(static column => column.GetProperty("name").GetString()));
        var versions = await bed.GetAsync("/api/v1/datasets/silver.orders/versions?limit=1");
        Assert.Equal(version, versions.GetProperty("items")[0].GetProperty("version").GetInt64());
        var checks = await bed.GetAsync("/api/v1/datasets/silver.orders/checks");
        Assert.Equal(1, checks.GetProperty("items")[0].GetProperty("rowsQuarantined").GetInt64());
        Assert.Empty((await bed.GetAsync("/api/v1/datasets/silver.orders/partitions")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("/api/v1/datasets/silver.ordres", HttpStatusCode.NotFound, "dataset_unknown")]
    [InlineData("/api/v1/datasets/silver.ordres/rows", HttpStatusCode.NotFound, "dataset_unknown")]
    [InlineData("/api/v1/datasets/silver", HttpStatusCode.BadRequest, "name_invalid")]
    [InlineData("/api/v1/datasets/a.b;drop/preview", HttpStatusCode.BadRequest, "name_invalid")]
    [InlineData("/api/v1/datasets/raw.orders/versions", HttpStatusCode.BadRequest, "usage_invalid")]
    [InlineData("/api/v1/datasets/silver.orders/schema?version=999", HttpStatusCode.NotFound, "version_unknown")]
    [InlineData("/api/v1/datasets/silver.orders/rows?version=999", HttpStatusCode.NotFound, "version_unknown")]
    [InlineData("/api/v1/datasets/silver.orders/rows?format=xml", HttpStatusCode.BadRequest, "usage_invalid")]
    [InlineData("/api/v1/datasets/silver.orders/preview?limit=1000000", HttpStatusCode.BadRequest, "usage_invalid")]
    public async Task What_is_not_there_or_not_right_is_told(string path, HttpStatusCode status, string code)
    {
        using var response = await bed.Http.GetAsync(new Uri(path, UriKind.Relative));
        await Bed.ProblemAsync(response, status, code);
    }

    [Fact]
    public async Task An_unknown_dataset_is_told_with_the_nearest_name()
    {
        using var response = await bed.Http.GetAsync(new Uri("/api/v1/datasets/silver.ordres", UriKind.Relative));
        Assert.Contains("silver.orders", (await Bed.JsonAsync(response)).GetProperty("help").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_has_rows_columns_and_whether_there_are_more()
    {
        var preview = await bed.GetAsync("/api/v1/datasets/silver.orders/preview?limit=2");
        Assert.Equal(2, preview.GetProperty("rows").GetArrayLength());
        Assert.Equal(3, preview.GetProperty("columns").GetArrayLength());
        Assert.True(preview.GetProperty("isTruncated").GetBoolean());
        Assert.Equal("a", preview.GetProperty("rows")[0].GetProperty("sku").GetString());
    }

    [Fact]
    public async Task A_profile_tells_nulls_different_values_and_bounds_of_each_column()
    {
        var profile = await bed.GetAsync("/api/v1/datasets/silver.orders/profile");
        Assert.Equal(3, profile.GetProperty("rows").GetInt64());
        var sku = profile.GetProperty("columns")[1];
        Assert.Equal(("sku", 0L, 2L, "a", "b"), (sku.GetProperty("name").GetString(), sku.GetProperty("nulls").GetInt64(), sku.GetProperty("distinct").GetInt64(), sku.GetProperty("min").GetString(), sku.GetProperty("max").GetString()));
        Assert.Equal("30", profile.GetProperty("columns")[2].GetProperty("max").GetString());
        var source = await bed.GetAsync("/api/v1/datasets/raw.orders/profile");
        Assert.Equal(4, source.GetProperty("rows").GetInt64());
    }

    [Fact]
    public void A_column_whatever_it_is_called_is_a_name_and_nested_types_have_no_bounds()
    {
        var sql = ProfileQuery.Write(DatasetName.Parse("a.b"), [new ColumnSpec { Name = "x\"; drop", Type = "INTEGER" }, new ColumnSpec { Name = "l", Type = "INTEGER[]" }]);
        Assert.Contains("count(\"x\"\"; drop\")", sql, StringComparison.Ordinal);
        Assert.EndsWith("count(\"l\"), NULL, NULL, NULL FROM \"a\".\"b\"", sql, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_come_as_parquet_csv_json_and_json_lines()
    {
        var csv = await RowsAsync("?format=csv", "text/csv");
        Assert.Equal("id,sku,amount\r\n1,a,10\r\n2,b,20\r\n3,a,30\r\n".ReplaceLineEndings("\n"), System.Text.Encoding.UTF8.GetString(csv).ReplaceLineEndings("\n"));
        var lines = System.Text.Encoding.UTF8.GetString(await RowsAsync("?format=ndjson", "application/x-ndjson")).Trim().Split('\n');
        Assert.Equal(3, lines.Length);
        var parquet = await RowsAsync("?format=parquet", "application/vnd.apache.parquet");
        var file = Path.Combine(bed.Folder, "rows.parquet");
        await File.WriteAllBytesAsync(file, parquet);
        using var engine = DuckDbInstance.Open();
        using var connection = engine.Connect();
        using var result = connection.Query($"select sum(amount) from '{file}'", CancellationToken.None);
        Assert.Equal("60", Assert.Single(result.ReadRows(CancellationToken.None))[0]?.ToString());

        async Task<byte[]> RowsAsync(string query, string type)
        {
            using var response = await bed.Http.GetAsync(new Uri("/api/v1/datasets/silver.orders/rows" + query, UriKind.Relative));
            Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
            Assert.StartsWith("silver.orders.", response.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
            return await response.Content.ReadAsByteArrayAsync();
        }
    }

    [Fact]
    public async Task A_table_goes_back_to_a_version_only_when_it_is_what_the_caller_saw()
    {
        await bed.RunAsync();
        var now = (await bed.GetAsync("/api/v1/datasets/gold.by_sku")).GetProperty("summary").GetProperty("version").GetInt64();
        using var stale = await RollbackAsync($"\"{now - 1}\"", new { version = now - 1 });
        await Bed.ProblemAsync(stale, HttpStatusCode.PreconditionFailed, "precondition_failed");
        using var dry = await RollbackAsync(null, new { version = now - 1, dryRun = true });
        Assert.False((await Bed.JsonAsync(dry)).TryGetProperty("version", out _));
        using var done = await RollbackAsync($"\"{now}\"", new { version = now - 1 });
        Assert.Equal(now + 1, (await Bed.JsonAsync(done)).GetProperty("version").GetInt64());
        using var unknown = await RollbackAsync(null, new { version = 999 });
        await Bed.ProblemAsync(unknown, HttpStatusCode.NotFound, "version_unknown");

        async Task<HttpResponseMessage> RollbackAsync(string? tag, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/datasets/gold.by_sku/rollback") { Content = JsonContent.Create(body) };
            if (tag is not null) request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
            return await bed.Http.SendAsync(request);
        }
    }
}
