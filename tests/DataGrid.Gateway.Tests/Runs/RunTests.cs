using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DataGrid.Gateway.Tests.Runs;

/// <summary>Starting, watching and ending runs.</summary>
public sealed class RunTests(Bed bed) : IClassFixture<Bed>
{
    [Fact]
    public async Task A_run_is_started_watched_and_told()
    {
        using var submitted = await bed.SubmitAsync(Bed.Files);
        using var started = await bed.Http.PostAsJsonAsync("/api/v1/pipelines/shop/runs", new { parameters = new { least = "0" } });
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        var run = (await Bed.JsonAsync(started)).GetProperty("run").GetString()!;
        Assert.Equal($"/api/v1/runs/{run}", started.Headers.Location?.ToString());

        var events = (await bed.EndAsync(run)).Where(static told => told.Event is not (":" or "progress")).ToList();
        Assert.Equal("run_started", events[0].Event);
        Assert.Equal(["run_ended", "end"], events[^2..].Select(static told => told.Event));
        Assert.Equal(Enumerable.Range(1, events.Count - 1).Select(static number => $"{number}"), events[..^1].Select(static told => told.Id));
        Assert.Equal("{\"status\":\"succeeded\"}", events[^1].Data);

        var record = await bed.GetAsync($"/api/v1/runs/{run}");
        Assert.Equal("succeeded", record.GetProperty("status").GetString());
        Assert.Equal(2, record.GetProperty("steps").GetArrayLength());
        Assert.Equal(1, record.GetProperty("rowsQuarantined").GetInt64());
        Assert.DoesNotContain(bed.Folder, record.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("silver.orders", await bed.Http.GetStringAsync(new Uri($"/api/v1/runs/{run}/logs", UriKind.Relative)), StringComparison.Ordinal);
        var plan = await bed.GetAsync($"/api/v1/runs/{run}/plan");
        Assert.Equal(["silver.orders"], plan.GetProperty("steps")[1].GetProperty("reads").EnumerateArray().Select(static name => name.GetString()));
        Assert.Equal("published", plan.GetProperty("steps")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_stream_goes_on_after_the_last_event_that_was_seen()
    {
        var run = await bed.RunAsync();
        var all = (await bed.EndAsync(run)).Where(static told => told.Id is not null).ToList();
        var rest = (await bed.EndAsync(run, after: 3)).Where(static told => told.Id is not null).ToList();
        Assert.Equal(all[3..], rest);
        Assert.Empty(await bed.EndAsync(run, after: all.Count));
    }

    [Fact]
    public async Task Events_come_as_pages_too()
    {
        var run = await bed.RunAsync();
        var first = await bed.GetAsync($"/api/v1/runs/{run}/events?limit=2");
        Assert.Equal([1L, 2L], first.GetProperty("items").EnumerateArray().Select(static told => told.GetProperty("sequence").GetInt64()));
        Assert.False(first.GetProperty("isComplete").GetBoolean());
        var rest = await bed.GetAsync($"/api/v1/runs/{run}/events?after=2");
        Assert.Equal(3, rest.GetProperty("items")[0].GetProperty("sequence").GetInt64());
        Assert.True(rest.GetProperty("isComplete").GetBoolean());
    }

    [Fact]
    public async Task Runs_are_listed_by_pages_newest_first_and_filtered()
    {
        var older = await bed.RunAsync();
        var newer = await bed.RunAsync();
        var all = (await bed.GetAsync("/api/v1/runs?limit=200")).GetProperty("items").EnumerateArray().Select(static run => run.GetProperty("run").GetString()).ToList();
        Assert.Superset(new HashSet<string?> { older, newer }, all.ToHashSet());
        Assert.Equal(all.OrderDescending(StringComparer.Ordinal), all);

        var paged = new List<string?>();
        for (string? cursor = null; ;)
        {
            using var response = await bed.Http.GetAsync(new Uri($"/api/v1/runs?limit=1{(cursor is null ? "" : $"&cursor={cursor}")}", UriKind.Relative));
            var page = await Bed.JsonAsync(response);
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(static run => run.GetProperty("run").GetString()));
            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
            Assert.Equal(cursor is not null, response.Headers.Contains("Link"));
            if (cursor is null) break;
        }
        Assert.Equal(all, paged);
        Assert.Empty((await bed.GetAsync("/api/v1/runs?status=failed&pipeline=shop")).GetProperty("items").EnumerateArray());
        Assert.NotEmpty((await bed.GetAsync("/api/v1/runs?status=succeeded&pipeline=shop&since=2020-01-01")).GetProperty("items").EnumerateArray());
        Assert.Empty((await bed.GetAsync("/api/v1/runs?until=2020-01-01")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("/api/v1/runs/20200101-000000-00000000", HttpStatusCode.NotFound, "run_unknown")]
    [InlineData("/api/v1/runs/20200101-000000-00000000/events", HttpStatusCode.NotFound, "run_unknown")]
    [InlineData("/api/v1/runs/20200101-000000-00000000/logs", HttpStatusCode.NotFound, "run_unknown")]
    [InlineData("/api/v1/runs/20200101-000000-00000000/plan", HttpStatusCode.NotFound, "run_unknown")]
    [InlineData("/api/v1/runs/20200101-000000-00000000/lineage", HttpStatusCode.NotFound, "run_unknown")]
    [InlineData("/api/v1/runs/..%2F..%2Fx", HttpStatusCode.BadRequest, "name_invalid")]
    [InlineData("/api/v1/runs?status=lost", HttpStatusCode.BadRequest, "usage_invalid")]
    [InlineData("/api/v1/runs?status=3", HttpStatusCode.BadRequest, "usage_invalid")]
    [InlineData("/api/v1/runs?since=yesterday", HttpStatusCode.BadRequest, "usage_invalid")]
    public async Task A_run_that_is_not_there_and_a_filter_that_is_wrong_are_told(string path, HttpStatusCode status, string code)
    {
        using var response = await bed.Http.GetAsync(new Uri(path, UriKind.Relative));
        await Bed.ProblemAsync(response, status, code);
    }

    [Fact]
    public async Task A_stream_of_a_run_that_is_not_there_gets_a_problem()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/runs/20200101-000000-00000000/events") { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await bed.Http.SendAsync(request);
        await Bed.ProblemAsync(response, HttpStatusCode.NotFound, "run_unknown");
    }

    [Fact]
    public async Task A_run_of_some_steps_with_a_wrong_parameter_is_refused()
    {
        await bed.RunAsync();
        using var parameter = await bed.Http.PostAsJsonAsync("/api/v1/pipelines/shop/runs", new { parameters = new { most = "1" } });
        await Bed.ProblemAsync(parameter, HttpStatusCode.BadRequest, "parameter_invalid");
        using var step = await bed.Http.PostAsJsonAsync("/api/v1/pipelines/shop/runs", new { select = new[] { "gold.nothing" } });
        await Bed.ProblemAsync(step, HttpStatusCode.BadRequest, "selection_invalid");
        using var pipeline = await bed.Http.PostAsJsonAsync("/api/v1/pipelines/none/runs", new { });
        await Bed.ProblemAsync(pipeline, HttpStatusCode.NotFound, "pipeline_unknown");
    }

    [Fact]
    public async Task A_run_that_failed_is_made_again_and_one_that_succeeded_is_not()
    {
        var files = new Dictionary<string, string>
        {
            ["datagrid.yaml"] = "pipeline: broken\nsources:\n  raw.numbers: { files: data/n.csv, columns: { n: varchar } }\n",
            ["data/n.csv"] = "n\n1\nx\n",
            ["models/silver/numbers.sql"] = "select cast(n as integer) as n from raw.numbers\n",
        };
        using var submitted = await bed.SubmitAsync(files);
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
        using var started = await bed.Http.PostAsync(new Uri("/api/v1/pipelines/broken/runs", UriKind.Relative), null);
        var run = (await Bed.JsonAsync(started)).GetProperty("run").GetString()!;
        Assert.Equal("{\"status\":\"failed\"}", (await bed.EndAsync(run))[^1].Data);
        var record = await bed.GetAsync($"/api/v1/runs/{run}");
        Assert.Equal(JsonValueKind.Object, record.GetProperty("problem").ValueKind);
        using var again = await bed.Http.PostAsync(new Uri($"/api/v1/runs/{run}/retry", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        var second = (await Bed.JsonAsync(again)).GetProperty("run").GetString()!;
        Assert.NotEqual(run, second);
        await bed.EndAsync(second);
        var good = await bed.RunAsync();
        using var refused = await bed.Http.PostAsync(new Uri($"/api/v1/runs/{good}/retry", UriKind.Relative), null);
        await Bed.ProblemAsync(refused, HttpStatusCode.BadRequest, "usage_invalid");
    }

    [Fact]
    public async Task A_cancel_of_a_run_that_ended_says_so()
    {
        var run = await bed.RunAsync();
        using var response = await bed.Http.PostAsJsonAsync($"/api/v1/runs/{run}/cancel", new { reason = "too late" });
        Assert.Equal("ended", (await Bed.JsonAsync(response)).GetProperty("outcome").GetString());
        using var unknown = await bed.Http.PostAsync(new Uri("/api/v1/runs/20200101-000000-00000000/cancel", UriKind.Relative), null);
        await Bed.ProblemAsync(unknown, HttpStatusCode.NotFound, "run_unknown");
    }

    [Fact]
    public async Task A_stream_with_nothing_to_say_shows_that_it_lives_and_a_cancel_ends_the_run()
    {
        var files = new Dictionary<string, string>
        {
            ["datagrid.yaml"] = "pipeline: slow\n",
            ["models/silver/slow.sql"] = "select sum(hash(a.i * 7919 + b.i) % 1000) as s from range(3000000) a(i), range(1000000) b(i)\n",
        };
        using var submitted = await bed.SubmitAsync(files);
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
        using var started = await bed.Http.PostAsync(new Uri("/api/v1/pipelines/slow/runs", UriKind.Relative), null);
        var run = (await Bed.JsonAsync(started)).GetProperty("run").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events") { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await bed.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var beginning = await Bed.ReadEventsAsync(response, 4);
        Assert.Contains(beginning, static told => told.Event is "run_started" or "step_started");

        using var cancelled = await bed.Http.PostAsync(new Uri($"/api/v1/runs/{run}/cancel", UriKind.Relative), null);
        Assert.Equal("cancelling", (await Bed.JsonAsync(cancelled)).GetProperty("outcome").GetString());
        Assert.Equal("{\"status\":\"cancelled\"}", (await bed.EndAsync(run))[^1].Data);
    }
}
