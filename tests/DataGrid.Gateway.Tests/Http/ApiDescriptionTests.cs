using System.Text.Json;

namespace DataGrid.Gateway.Tests.Http;

/// <summary>The API's description is the one that was accepted, and says what clients need.</summary>
public sealed class ApiDescriptionTests(Bed bed) : IClassFixture<Bed>
{
    [Fact]
    public async Task The_description_is_the_one_that_was_accepted()
    {
        var file = Path.Combine(Repository(), "docs", "openapi.json");
        var now = (await bed.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative))).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("DATAGRID_ACCEPT") == "1") await File.WriteAllTextAsync(file, now);
        Assert.Equal((await File.ReadAllTextAsync(file)).Split('\n'), now.Split('\n'));
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_what_it_needs_and_how_it_fails()
    {
        var document = await bed.GetAsync("/openapi/v1.json");
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject()).Select(static operation => operation.Value).ToList();
        Assert.True(operations.Count > 30, $"{operations.Count} operations");
        Assert.All(operations, static operation =>
        {
            Assert.False(string.IsNullOrEmpty(operation.GetProperty("summary").GetString()));
            Assert.False(string.IsNullOrEmpty(operation.GetProperty("operationId").GetString()));
            Assert.StartsWith("Needs the role", operation.GetProperty("description").GetString(), StringComparison.Ordinal);
            foreach (var parameter in operation.GetProperty("parameters").EnumerateArray())
                Assert.True(parameter.TryGetProperty("description", out _), $"{operation.GetProperty("operationId")}: {parameter.GetProperty("name")} is not described");
            if (operation.TryGetProperty("requestBody", out var body))
                Assert.True(body.GetProperty("content").GetProperty("application/json").TryGetProperty("example", out _), $"{operation.GetProperty("operationId")}: no example of its body");
            Assert.Equal(JsonValueKind.Object, operation.GetProperty("responses").GetProperty("default").GetProperty("content").GetProperty("application/problem+json").ValueKind);
        });
    }

    /// <summary>Whatever is asked of any operation, with parameters and bodies that make no sense: the answer is a refusal, never a fault of the server.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_request_made_from_the_description_breaks_the_server(int seed)
    {
        // Another seed may have paused the pipeline.
        using var resumed = await bed.Http.PostAsync(new Uri("/api/v1/pipelines/shop/resume", UriKind.Relative), null);
        await bed.RunAsync();
        var chance = new Random(seed);
        var document = await bed.GetAsync("/openapi/v1.json");
        var broken = new List<string>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                for (var i = 0; i < 6; i++)
                {
                    using var request = Odd(path.Name, operation, chance);
                    using var response = await bed.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                    if ((int)response.StatusCode >= 500) broken.Add($"seed {seed}: {request.Method} {request.RequestUri}: {await response.Content.ReadAsStringAsync()}");
                }
            }
        }
        Assert.Empty(broken);
    }

    private static readonly string[] OddTexts =
        ["", "0", "-1", "99999999999999999999", "null", "..", "../../etc", "%00", "a.b", "silver.orders", "gold.by_sku.total", "shop", "'", "\"; drop", "ünïcödé", "true", "1e999", new string('x', 3000), "csv", "2024-01-01", "20200101-000000-00000000"];

    private static readonly string[] OddBodies =
        ["", "{", "[]", "null", "{}", "1", "\"\"", "{\"sql\":null}", "{\"sql\":[]}", "{\"files\":null}", "{\"files\":{\"\":\"\"}}", "{\"version\":-1}", "{\"version\":9223372036854775807}", "{\"version\":1e400}", "{\"select\":[null]}",
            "{\"parameters\":{\"a\":null}}", "{\"name\":\"\\u0000\",\"role\":\"viewer\"}", "{\"reason\":\"\\n\"}", "\ud83d"];

    private static HttpRequestMessage Odd(string path, JsonProperty operation, Random chance)
    {
        var address = path;
        var query = new List<string>();
        List<JsonElement> parameters = operation.Value.TryGetProperty("parameters", out var all) ? [.. all.EnumerateArray()] : [];
        foreach (var parameter in parameters)
        {
            var text = Uri.EscapeDataString(OddTexts[chance.Next(OddTexts.Length)]);
            var name = parameter.GetProperty("name").GetString()!;
            if (parameter.GetProperty("in").GetString() == "path") address = address.Replace($"{{{name}}}", text.Length == 0 ? "x" : text, StringComparison.Ordinal);
            else if (parameter.GetProperty("in").GetString() == "query" && chance.Next(2) == 0) query.Add($"{name}={text}");
        }
        var request = new HttpRequestMessage(HttpMethod.Parse(operation.Name), new Uri(address + (query.Count > 0 ? "?" + string.Join('&', query) : ""), UriKind.Relative));
        if (operation.Name is "post" or "put") request.Content = new StringContent(OddBodies[chance.Next(OddBodies.Length)], System.Text.Encoding.UTF8, chance.Next(4) == 0 ? "application/zip" : "application/json");
        return request;
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DataGrid.sln"))) return folder.FullName;
        throw new InvalidOperationException("the repository is not above the tests");
    }
}
