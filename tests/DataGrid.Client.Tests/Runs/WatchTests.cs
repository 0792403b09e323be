using System.Net;
using DataGrid.Client.Runs;
using DataGrid.Client.Tests.Http;
using static DataGrid.Client.Tests.ScriptedHandler;

namespace DataGrid.Client.Tests.Runs;

/// <summary>A watched run whose servers come and go.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task A_broken_stream_goes_on_elsewhere_after_the_last_event_that_was_seen()
    {
        string? resumed = null;
        var handler = new ScriptedHandler(Break(Event(1) + Event(2) + "id: 3\nevent: step_st", "text/event-stream"), Refuse, request =>
        {
            resumed = request.Headers.GetValues("Last-Event-ID").Single();
            return Say(": heartbeat\n\n" + Event(3) + "event: something_new\ndata: {}\n\n" + "event: progress\ndata: {\"step\":\"a.b\",\"progress\":{\"percent\":50,\"phase\":\"reading\"}}\n\nevent: end\ndata: {\"status\":\"succeeded\"}\n\n", type: "text/event-stream")(request);
        });
        using var client = ConnectionTests.Client(handler);
        var news = await AllAsync(client);
        Assert.Equal([1L, 2, 3], news.Where(static piece => piece.Event is not null).Select(static piece => piece.Event!.Sequence));
        Assert.Equal(50, news.Single(static piece => piece.Progress is not null).Progress!.Progress.Percent);
        Assert.Equal(RunStatus.Succeeded, news[^1].End);
        Assert.Equal("2", resumed);
    }

    [Fact]
    public async Task A_stream_that_ends_before_the_run_is_opened_again_and_204_says_that_all_was_told()
    {
        var handler = new ScriptedHandler(
            Say(Event(1), type: "text/event-stream"), _ => new HttpResponseMessage(HttpStatusCode.NoContent), Say("""{"run":"r","pipeline":"p","version":"v","status":"failed","startedAt":"2024-05-06T00:00:00Z"}"""));
        using var client = ConnectionTests.Client(handler);
        var news = await AllAsync(client);
        Assert.Equal([1L], news.Where(static piece => piece.Event is not null).Select(static piece => piece.Event!.Sequence));
        Assert.Equal(RunStatus.Failed, news[^1].End);
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_not_waited_for()
    {
        var handler = new ScriptedHandler(Fail(HttpStatusCode.NotFound, "run_unknown"));
        using var client = ConnectionTests.Client(handler);
        Assert.Equal("run_unknown", (await Assert.ThrowsAsync<DataGridException>(() => AllAsync(client))).Code);
        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task A_server_that_is_silent_counts_as_lost()
    {
        var handler = new ScriptedHandler(
            _ => new HttpResponseMessage { Content = new StreamContent(new SilentStream()) { Headers = { { "Content-Type", "text/event-stream" } } } },
            Say("event: end\ndata: {\"status\":\"a_word_of_tomorrow\"}\n\n", type: "text/event-stream"));
        using var client = new DataGridClient(new DataGridClientOptions { Servers = [new Uri("http://one:1"), new Uri("http://two:2")], Silence = TimeSpan.FromMilliseconds(20), Pause = TimeSpan.FromMilliseconds(1) }, handler);
        Assert.Equal(RunStatus.Unknown, (await AllAsync(client))[^1].End);
        Assert.Equal("GET two:2/api/v1/runs/r/events", handler.Requests[^1].Asked);
    }

    [Fact]
    public async Task Servers_that_are_gone_for_too_long_end_the_watch()
    {
        using var client = ConnectionTests.Client(new ScriptedHandler(Say(Event(1), type: "text/event-stream"), Refuse), TimeSpan.FromMilliseconds(30));
        Assert.Equal(DataGridException.ConnectionFailed, (await Assert.ThrowsAsync<DataGridException>(() => AllAsync(client))).Code);
    }

    private static async Task<List<RunNews>> AllAsync(DataGridClient client)
    {
        var news = new List<RunNews>();
        await foreach (var piece in client.Runs.WatchAsync("r", 0, default)) news.Add(piece);
        return news;
    }

    private static string Event(int number) => $$"""
        id: {{number}}
        event: step_staged
        data: {"sequence":{{number}},"at":"2024-05-06T00:00:00Z","kind":"step_staged","message":"m","status":"running"}


        """;

    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }
}
