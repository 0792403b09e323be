using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace DataGrid.Gateway.Tests.Http;

/// <summary>What every request meets, whatever it asks for.</summary>
public sealed class RequestTests(Bed bed) : IClassFixture<Bed>
{
    [Fact]
    public async Task The_only_person_on_loopback_is_admin_without_a_key()
    {
        var me = await bed.GetAsync("/api/v1/me");
        Assert.Equal(("local", "default", "admin"), (me.GetProperty("name").GetString(), me.GetProperty("workspace").GetString(), me.GetProperty("role").GetString()));
        Assert.False(string.IsNullOrEmpty(me.GetProperty("version").GetString()));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v2/me")]
    public async Task An_address_where_nothing_is_gets_a_problem(string path)
    {
        using var response = await bed.Http.GetAsync(new Uri(path, UriKind.Relative));
        var problem = await Bed.ProblemAsync(response, HttpStatusCode.NotFound, "route_unknown");
        Assert.Contains("openapi", problem.GetProperty("help").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_is_not_taken_gets_a_problem_that_names_those_that_are()
    {
        using var response = await bed.Http.PutAsync(new Uri("/api/v1/me", UriKind.Relative), null);
        var problem = await Bed.ProblemAsync(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Contains("GET", problem.GetProperty("help").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_that_means_nothing_is_refused_with_the_nearest()
    {
        using var response = await bed.Http.GetAsync(new Uri("/api/v1/runs?statsu=failed", UriKind.Relative));
        var problem = await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, "usage_invalid");
        Assert.Contains("status", problem.GetProperty("help").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"sql\": ", "body_invalid")]
    [InlineData("", "body_invalid")]
    [InlineData("null", "body_invalid")]
    [InlineData("[]", "body_invalid")]
    [InlineData("{\"sql\": 1}", "body_invalid")]
    [InlineData("{\"sql\": \"select 1\", \"slq\": \"x\"}", "body_invalid")]
    [InlineData("{\"sql\": \"select 1\", \"sql\": \"select 2\"}", "body_invalid")]
    [InlineData("{\"sql\": \"select 1\", \"format\": \"xml\"}", "body_invalid")]
    [InlineData("{\"sql\": \"select 1\", \"maxRows\": -1}", "usage_invalid")]
    [InlineData("{\"sql\": \"select 1\", \"versions\": {\"no name\": 1}}", "body_invalid")]
    [InlineData("{\"sql\": \"\"}", "usage_invalid")]
    [InlineData("{}", "usage_invalid")]
    public async Task A_body_that_is_not_what_is_asked_for_is_refused(string body, string code)
    {
        using var response = await bed.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task An_unknown_member_is_named_with_its_line()
    {
        using var response = await bed.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), new StringContent("{\n  \"sql\": \"select 1\",\n  \"slq\": 1\n}", Encoding.UTF8, "application/json"));
        var problem = await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, "body_invalid");
        Assert.Contains("'slq'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, problem.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task A_body_nested_without_end_is_refused()
    {
        var body = "{\"sql\": " + new string('[', 5000) + new string(']', 5000) + "}";
        using var response = await bed.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, "body_invalid");
    }

    [Fact]
    public async Task A_body_of_another_type_is_refused()
    {
        using var response = await bed.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), new StringContent("{\"sql\":\"select 1\"}", Encoding.UTF8, "text/plain"));
        await Bed.ProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported");
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_refused()
    {
        var body = "{\"sql\": \"" + new string('x', bed.Options.MaxBodyBytes) + "\"}";
        using var response = await bed.Http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        await Bed.ProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "body_too_large");
    }

    [Theory]
    [InlineData("Origin", "http://evil.example.com")]
    [InlineData("Origin", "null")]
    [InlineData("Host", "evil.example.com")]
    public async Task A_page_of_another_site_gets_nothing(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await bed.Http.SendAsync(request);
        await Bed.ProblemAsync(response, HttpStatusCode.Forbidden, "origin_refused");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("201")]
    [InlineData("many")]
    public async Task A_page_has_a_length_within_limits(string limit)
    {
        using var response = await bed.Http.GetAsync(new Uri($"/api/v1/datasets?limit={limit}", UriKind.Relative));
        await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, "usage_invalid");
    }

    [Fact]
    public async Task A_cursor_that_was_never_given_out_is_refused()
    {
        using var response = await bed.Http.GetAsync(new Uri("/api/v1/datasets?cursor=%21%21", UriKind.Relative));
        await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, "usage_invalid");
    }

    [Fact]
    public async Task Another_workspace_does_not_exist()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me") { Headers = { { "DataGrid-Workspace", "other" } } };
        using var response = await bed.Http.SendAsync(request);
        await Bed.ProblemAsync(response, HttpStatusCode.NotFound, "workspace_unknown");
    }

    [Fact]
    public async Task Health_readiness_and_metrics_are_answered_on_the_same_port()
    {
        Assert.Equal("ok\n", await bed.Http.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        Assert.True((await bed.GetAsync("/readyz")).GetProperty("ready").GetBoolean());
        Assert.Contains("# TYPE ", await bed.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idempotency_key_repeats_the_first_answer_and_refuses_another_body()
    {
        var key = Guid.NewGuid().ToString();
        var files = new Dictionary<string, string>(Bed.Files) { ["datagrid.yaml"] = Bed.Project.Replace("pipeline: shop", "pipeline: again", StringComparison.Ordinal) };
        files["models/silver/again.sql"] = "select 1 as one\n";
        files.Remove("models/silver/orders.sql");
        files.Remove("models/gold/by_sku.sql");
        using var first = await SendAsync(files);
        using var second = await SendAsync(files);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.True(second.Headers.Contains("Idempotency-Replayed"));

        files["models/silver/again.sql"] = "select 2 as one\n";
        using var other = await SendAsync(files);
        await Bed.ProblemAsync(other, HttpStatusCode.Conflict, "idempotency_mismatch");

        async Task<HttpResponseMessage> SendAsync(Dictionary<string, string> what)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/pipelines") { Content = JsonContent.Create(new { files = what }), Headers = { { "Idempotency-Key", key } } };
            return await bed.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_request_whose_server_died_before_it_answered_is_carried_out_again_without_a_second_run()
    {
        await bed.RunAsync();
        var key = Guid.NewGuid().ToString();
        using var first = await StartAsync();
        var run = (await Bed.JsonAsync(first)).GetProperty("run").GetString()!;
        await bed.EndAsync(run);
        var before = (await bed.GetAsync("/api/v1/runs?limit=200")).GetProperty("items").GetArrayLength();
        // What the server would have left: the record without an answer.
        var file = Directory.EnumerateFiles(Path.Combine(bed.Root, "default", "gateway", "requests")).Single(file => File.ReadAllText(file).Contains(run, StringComparison.Ordinal));
        var record = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        foreach (var member in (string[])["status", "location", "contentType", "content"]) record.Remove(member);
        await File.WriteAllTextAsync(file, record.ToJsonString());
        using var early = await StartAsync();
        await Bed.ProblemAsync(early, HttpStatusCode.Conflict, "idempotency_unsettled");
        record["at"] = TimeProvider.System.GetUtcNow().AddMinutes(-3).ToString("O");
        await File.WriteAllTextAsync(file, record.ToJsonString());
        using var again = await StartAsync();
        Assert.Equal(run, (await Bed.JsonAsync(again)).GetProperty("run").GetString());
        Assert.Equal(before, (await bed.GetAsync("/api/v1/runs?limit=200")).GetProperty("items").GetArrayLength());

        async Task<HttpResponseMessage> StartAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/pipelines/shop/runs") { Headers = { { "Idempotency-Key", key } } };
            return await bed.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task Of_equal_requests_at_the_same_time_one_starts_a_run()
    {
        await bed.RunAsync();
        var before = (await bed.GetAsync("/api/v1/runs?limit=200")).GetProperty("items").GetArrayLength();
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/pipelines/shop/runs") { Headers = { { "Idempotency-Key", key } } };
            using var response = await bed.Http.SendAsync(request);
            return response.StatusCode;
        }));
        Assert.Contains(HttpStatusCode.Created, answers);
        Assert.All(answers, static status => Assert.True(status is HttpStatusCode.Created or HttpStatusCode.Conflict));
        var runs = (await bed.GetAsync("/api/v1/runs?limit=200")).GetProperty("items");
        Assert.Equal(before + 1, runs.GetArrayLength());
        await bed.EndAsync(runs[0].GetProperty("run").GetString()!);
    }
}
