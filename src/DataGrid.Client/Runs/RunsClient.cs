using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using DataGrid.Client.Http;

namespace DataGrid.Client.Runs;

/// <summary>Starts, watches and cancels runs.</summary>
public sealed class RunsClient
{
    private readonly Connection _connection;

    internal RunsClient(Connection connection) => _connection = connection;

    /// <summary>Starts a run of the version of a pipeline that was submitted last. It is started once, however often the request must be sent.</summary>
    public Task<Run> StartAsync(string pipeline, RunStart start, CancellationToken cancellationToken) =>
        _connection.PostAsync<Run>($"pipelines/{Address.Part(pipeline)}/runs", start, Again.Always, cancellationToken);

    /// <summary>Starts again a run that did not succeed: the same version, selection and parameters.</summary>
    public Task<Run> RetryAsync(string run, CancellationToken cancellationToken) => _connection.PostAsync<Run>($"runs/{Address.Part(run)}/retry", null, Again.Always, cancellationToken);

    /// <summary>Asks a run to stop.</summary>
    /// <param name="run">Which.</param>
    /// <param name="reason">One line, shown in the run's story; null for who asked.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public Task<CancelledRun> CancelAsync(string run, string? reason, CancellationToken cancellationToken) =>
        _connection.PostAsync<CancelledRun>($"runs/{Address.Part(run)}/cancel", new Dictionary<string, string?> { ["reason"] = reason }, Again.IfUnsent, cancellationToken);

    /// <summary>A run as it stands.</summary>
    public Task<Run> GetAsync(string run, CancellationToken cancellationToken) => _connection.GetAsync<Run>($"runs/{Address.Part(run)}", cancellationToken);

    /// <summary>Runs without their steps, the newest first. Pages are asked for as they are needed.</summary>
    public IAsyncEnumerable<Run> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _connection.ListAsync<Run>(
            "runs", [("pipeline", filter.Pipeline), ("status", filter.Status is { } status ? ClientJson.Word(status) : null), ("since", filter.Since?.ToString("O")), ("until", filter.Until?.ToString("O"))], cancellationToken);
    }

    /// <summary>The events of a run that have happened so far.</summary>
    public async Task<IReadOnlyList<RunEvent>> ReadEventsAsync(string run, CancellationToken cancellationToken)
    {
        var events = new List<RunEvent>();
        while (true)
        {
            var after = events.Count == 0 ? null : events[^1].Sequence.ToString(CultureInfo.InvariantCulture);
            var page = await _connection.GetAsync<EventPage>(Address.Of($"runs/{Address.Part(run)}/events", ("after", after), ("limit", $"{_connection.Options.PageSize}")), cancellationToken).ConfigureAwait(false);
            if (page.Items.Count == 0) return events;
            events.AddRange(page.Items);
        }
    }

    /// <summary>
    /// Follows a run until it has ended: every event after a number, in order and each once, and progress between them; the last piece says how it ended. When the server
    /// or the connection is lost it goes on, on another server where there is one.
    /// </summary>
    /// <param name="run">Which.</param>
    /// <param name="after">The number of the last event that is known; 0 for the whole story.</param>
    /// <param name="cancellationToken">Stops watching; the run goes on.</param>
    /// <exception cref="DataGridException">No server could be reached for <see cref="DataGridClientOptions.WatchPatience"/>, or there is no such run.</exception>
    public async IAsyncEnumerable<RunNews> WatchAsync(string run, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lostSince = _connection.Clock.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            var turn = _connection.Turn;
            Exception? lost = null;
            var stream = ReadStreamAsync(run, after, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (stream.ConfigureAwait(false))
            {
                while (true)
                {
                    RunNews news;
                    try
                    {
                        if (!await stream.MoveNextAsync().ConfigureAwait(false)) break;
                        news = stream.Current;
                    }
                    catch (Exception fault) when (Connection.IsLost(fault, cancellationToken) || fault is DataGridException { Code: DataGridException.ConnectionFailed })
                    {
                        lost = fault;
                        break;
                    }
                    (tries, lostSince) = (0, _connection.Clock.GetTimestamp());
                    if (news.Event is { } happened) after = happened.Sequence;
                    yield return news;
                    if (news.End is not null) yield break;
                }
            }
            if (_connection.Clock.GetElapsedTime(lostSince) >= _connection.Options.WatchPatience)
                throw lost as DataGridException ?? ServerFaults.Unreachable(_connection.Options.Servers, lost ?? new IOException("the stream ended before the run did"));
            _connection.TurnAway(turn);
            await _connection.PauseAsync(tries, null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<RunNews> ReadStreamAsync(string run, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _connection.Clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        using var response = await _connection.SendAsync(new Request(HttpMethod.Get, $"runs/{Address.Part(run)}/events")
        {
            Accept = "text/event-stream", Headers = after > 0 ? new Dictionary<string, string> { ["Last-Event-ID"] = after.ToString(CultureInfo.InvariantCulture) } : null,
        }, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            // All was told before.
            yield return new RunNews { End = (await GetAsync(run, cancellationToken).ConfigureAwait(false)).Status };
            yield break;
        }
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var alive = new WatchedStream(body, () => silence.CancelAfter(_connection.Options.Silence));
        await foreach (var told in SseParser.Create(alive, static (_, data) => Encoding.UTF8.GetString(data)).EnumerateAsync(stop.Token).ConfigureAwait(false))
            if (NewsOf(told) is { } news) yield return news;
    }

    private static RunNews? NewsOf(SseItem<string> told)
    {
        try
        {
            return told.EventType switch
            {
                "progress" => new RunNews { Progress = JsonSerializer.Deserialize<StepProgress>(told.Data, ClientJson.Options) },
                "end" => new RunNews { End = JsonSerializer.Deserialize<EndOfRun>(told.Data, ClientJson.Options)!.Status },
                // What is neither kept nor known is of a newer server.
                _ when told.EventId is { Length: > 0 } => new RunNews { Event = JsonSerializer.Deserialize<RunEvent>(told.Data, ClientJson.Options) },
                _ => null,
            };
        }
        catch (JsonException wrong)
        {
            throw ServerFaults.Invalid("an event of the run is none that this client knows", null, wrong);
        }
    }

    private sealed record EndOfRun(RunStatus Status);

    private sealed record EventPage
    {
        public IReadOnlyList<RunEvent> Items { get; init; } = [];
    }
}
