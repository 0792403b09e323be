using System.Net;
using DataGrid.Client.Datasets;
using DataGrid.Client.Runs;
using static DataGrid.Client.Tests.ScriptedHandler;

namespace DataGrid.Client.Tests.Http;

/// <summary>What is sent again, to whom, and what is not.</summary>
public sealed class ConnectionTests
{
    private const string Me = """{"name":"local","workspace":"default","role":"admin","version":"1.0.0"}""";
    private const string Started = """{"run":"r","pipeline":"p","version":"v","status":"queued","startedAt":"2024-05-06T00:00:00Z"}""";

    [Fact]
    public async Task The_next_server_is_asked_where_one_cannot_be_reached_and_stays_the_one_that_is_asked()
    {
        var handler = new ScriptedHandler(Refuse, Say(Me), Say(Me));
        using var client = Client(handler);
        await client.GetMeAsync(default);
        await client.GetMeAsync(default);
        Assert.Equal(["GET one:1/api/v1/me", "GET two:2/api/v1/me", "GET two:2/api/v1/me"], handler.Requests.Select(static request => request.Asked));
        Assert.Equal("two", client.Server.Host);
    }

    [Fact]
    public async Task What_makes_something_is_sent_again_with_the_same_key()
    {
        var handler = new ScriptedHandler(Die, Fail(HttpStatusCode.Conflict, "idempotency_unsettled"), Say(Started, HttpStatusCode.Created));
        using var client = Client(handler);
        Assert.Equal("r", (await client.Runs.StartAsync("p", new RunStart(), default)).Id);
        Assert.Equal(["POST one:1/api/v1/pipelines/p/runs", "POST two:2/api/v1/pipelines/p/runs", "POST two:2/api/v1/pipelines/p/runs"], handler.Requests.Select(static request => request.Asked));
        Assert.NotNull(Assert.Single(handler.Requests.Select(static request => request.Key).Distinct()));
    }

    [Fact]
    public async Task A_cancel_is_sent_again_only_when_it_never_left()
    {
        var died = new ScriptedHandler(Die, Say("""{"run":"r","outcome":"cancelling"}"""));
        using (var client = Client(died))
        {
            var fault = await Assert.ThrowsAsync<DataGridException>(() => client.Runs.CancelAsync("r", null, default));
            Assert.Equal(DataGridException.ConnectionFailed, fault.Code);
        }
        Assert.Single(died.Requests);
        var refused = new ScriptedHandler(Refuse, Say("""{"run":"r","outcome":"cancelling"}"""));
        using (var client = Client(refused)) Assert.Equal(CancelOutcome.Cancelling, (await client.Runs.CancelAsync("r", null, default)).Outcome);
    }

    [Fact]
    public async Task A_mistake_is_told_at_once_and_an_overload_is_waited_for()
    {
        var wrong = new ScriptedHandler(Fail(HttpStatusCode.NotFound, "dataset_unknown"));
        using (var client = Client(wrong))
        {
            var fault = await Assert.ThrowsAsync<DataGridException>(() => client.Datasets.GetAsync("a.b", default));
            Assert.Equal(("dataset_unknown", "what happened", "what to do", 404), (fault.Code, fault.Message, fault.Help, fault.Status));
        }
        Assert.Single(wrong.Requests);
        var busy = new ScriptedHandler(Fail(HttpStatusCode.ServiceUnavailable, "overloaded"), Fail(HttpStatusCode.TooManyRequests, "rate_limited"), Say(Me));
        using (var client = Client(busy)) await client.GetMeAsync(default);
        Assert.Equal(["GET one:1/api/v1/me", "GET two:2/api/v1/me", "GET two:2/api/v1/me"], busy.Requests.Select(static request => request.Asked));
    }

    [Fact]
    public async Task Who_answers_nonsense_is_told_as_such()
    {
        foreach (var answer in new[] { Say("<html>proxy</html>", HttpStatusCode.BadRequest, "text/html"), Say("[1, 2"), Say("{\"name\": 3}"), Say("null"), Say("hello", HttpStatusCode.OK, "text/plain") })
        {
            using var client = Client(new ScriptedHandler(answer));
            Assert.Equal(DataGridException.AnswerInvalid, (await Assert.ThrowsAsync<DataGridException>(() => client.GetMeAsync(default))).Code);
        }
    }

    [Fact]
    public async Task Rows_that_are_cut_off_are_no_result()
    {
        using var client = Client(new ScriptedHandler(Break("{\"n\":1}\n{\"n\":2}\n{\"n", "application/x-ndjson")));
        var rows = new List<int>();
        var fault = await Assert.ThrowsAsync<DataGridException>(async () =>
        {
            await foreach (var row in client.Query.ReadAsync(new QueryRequest { Sql = "x" }, default)) rows.Add(row.GetProperty("n").GetInt32());
        });
        Assert.Equal(DataGridException.AnswerCutOff, fault.Code);
        Assert.Equal([1, 2], rows);
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_kept()
    {
        using var client = Client(new ScriptedHandler(Refuse));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetMeAsync(stop.Token));
    }

    [Fact]
    public async Task When_nobody_can_be_reached_all_addresses_are_told_and_no_key()
    {
        using var client = Client(new ScriptedHandler(Refuse), TimeSpan.FromMilliseconds(20));
        var fault = await Assert.ThrowsAsync<DataGridException>(() => client.GetMeAsync(default));
        Assert.Contains("http://one:1, http://two:2 cannot be reached", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("dg_secret", fault.ToString(), StringComparison.Ordinal);
    }

    internal static DataGridClient Client(HttpMessageHandler handler, TimeSpan? patience = null) => new(new DataGridClientOptions
    {
        Servers = [new Uri("http://one:1"), new Uri("http://two:2/")], Key = "dg_secret", Pause = TimeSpan.FromMilliseconds(1), Patience = patience ?? TimeSpan.FromSeconds(30), WatchPatience = patience ?? TimeSpan.FromSeconds(30),
    }, handler);
}
