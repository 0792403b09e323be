using System.Globalization;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace DataGrid.Gateway.Runs;

/// <summary>
/// A run's news as server-sent events. Each event of the story has its number as <c>id</c>, so that a client that comes back with <c>Last-Event-ID</c> misses none; progress
/// has none. When the story is told, an <c>end</c> follows and the stream closes; a client that comes back then gets 204, which tells it to stay away.
/// </summary>
internal sealed class EventStreams(RunQueries runs, GatewayOptions options, TimeProvider clock, IHostApplicationLifetime host)
{
    private const int EventsAtOnce = 200;
    private const int MaxFaults = 60;
    private static readonly TimeSpan FaultPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private int _open;

    /// <summary>Streams a run's news until it has ended or the client goes away.</summary>
    public Task WriteAsync(HttpContext http, RunId run, long after) => InPlaceAsync(http, run, stop => StreamAsync(http, run, after, stop));

    /// <summary>Hands a run's news over, page by page, until it has ended or the client goes away.</summary>
    public Task FollowAsync(HttpContext http, RunId run, long after, Func<RunEventPage, Task> onPage) => InPlaceAsync(http, run, async stop =>
    {
        var page = await runs.ReadEventsAsync(run, after, EventsAtOnce, TimeSpan.Zero, stop);
        for (; ; page = await ReadAsync(run, after, LongestWait, stop))
        {
            if (page.Events.Length > 0) after = page.Events[^1].Sequence;
            await onPage(page);
            if (page.IsComplete) return;
        }
    });

    private async Task InPlaceAsync(HttpContext http, RunId run, Func<CancellationToken, Task> work)
    {
        await runs.GetAsync(run, http.RequestAborted);
        if (Interlocked.Increment(ref _open) > options.MaxEventStreams)
        {
            Interlocked.Decrement(ref _open);
            http.Response.Headers.RetryAfter = "5";
            throw ApiFaults.Of(ErrorCodes.Overloaded, $"{options.MaxEventStreams} streams of events are open", "wait, or ask for pages of events");
        }
        // A server that stops does not wait for streams that may last for hours: their clients come back to another.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        try
        {
            await work(stop.Token);
        }
        catch (OperationCanceledException) when (host.ApplicationStopping.IsCancellationRequested && http.Response.HasStarted)
        {
            // What was sent is whole events; the client resumes after the last of them.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task StreamAsync(HttpContext http, RunId run, long after, CancellationToken stop)
    {
        var first = await runs.ReadEventsAsync(run, after, EventsAtOnce, stop);
        if (first is { IsComplete: true, Events.IsEmpty: true } && after > 0)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var wait = options.Heartbeat < LongestWait ? options.Heartbeat : LongestWait;
        var spokeAt = clock.GetTimestamp();
        for (var page = first; ; page = await ReadAsync(run, after, wait, stop))
        {
            var text = TextOf(page);
            if (page.Events.Length > 0) after = page.Events[^1].Sequence;
            if (page.IsComplete) text.Append("event: end\ndata: {\"status\":").Append(JsonSerializer.Serialize((await runs.GetAsync(run, stop)).Status, ApiJson.Answers)).Append("}\n\n");
            if (text.Length == 0 && clock.GetElapsedTime(spokeAt) >= options.Heartbeat || page == first && text.Length == 0) text.Append(": heartbeat\n\n");
            if (text.Length > 0)
            {
                await http.Response.WriteAsync(text.ToString(), stop);
                await http.Response.Body.FlushAsync(stop);
                spokeAt = clock.GetTimestamp();
            }
            if (page.IsComplete) return;
        }
    }

    /// <summary>A silo that dies takes its run's grain along; it comes back on another.</summary>
    private async Task<RunEventPage> ReadAsync(RunId run, long after, TimeSpan wait, CancellationToken stop)
    {
        for (var faults = 1; ; faults++)
        {
            try
            {
                return await runs.ReadEventsAsync(run, after, EventsAtOnce, wait, stop);
            }
            catch (Exception fault) when (fault is not OperationCanceledException && faults < MaxFaults)
            {
                await Task.Delay(FaultPause, clock, stop);
            }
        }
    }

    private static StringBuilder TextOf(RunEventPage page)
    {
        var text = new StringBuilder();
        foreach (var told in page.Events)
        {
            text.Append(CultureInfo.InvariantCulture, $"id: {told.Sequence}\nevent: {JsonNamingPolicy.SnakeCaseLower.ConvertName(told.Kind.ToString())}\ndata: ");
            text.Append(JsonSerializer.Serialize(told, ApiJson.Answers)).Append("\n\n");
        }
        foreach (var step in page.Progress) text.Append("event: progress\ndata: ").Append(JsonSerializer.Serialize(step, ApiJson.Answers)).Append("\n\n");
        return text;
    }
}
