using System.Net;
using DataGrid.Contracts.Storage;
using DataGrid.Grains.Tests.Faults;
using DataGrid.Silo;
using DataGrid.Silo.Telemetry;

namespace DataGrid.Grains.Tests.Telemetry;

/// <summary>Whether a silo takes work, as an orchestrator asks it.</summary>
public sealed class ReadinessTests : IDisposable
{
    private readonly TestProject _project = new();

    [Fact]
    public async Task A_silo_whose_store_fails_is_not_ready_and_says_why_without_secrets()
    {
        using var http = new HttpClient();
        FaultyStore? store = null;
        var telemetry = new TelemetryOptions { AdminPort = 0, OtlpEndpoint = null, StoreProbeEvery = TimeSpan.Zero, ProbeTimeout = TimeSpan.FromSeconds(20) };
        await using var silo = await EmbeddedSilo.StartAsync(_project.Options with { Telemetry = telemetry, Store = inner => store = new FaultyStore(inner) }, CancellationToken.None);
        var address = new Uri(new Uri(silo.AdminAddress!), "/readyz");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(address)).StatusCode);

        store!.Before = static (verb, _) => verb == "stat" ? new ObjectStoreException(StoreFault.AccessDenied, "The container is closed to us.", null) : null;
        var answer = await http.GetAsync(address);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("\"why\": \"The container is closed to us\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        store.Before = static (verb, _) => verb == "stat" ? new InvalidOperationException("AccountKey=secret") : null;
        var text = await http.GetAsync(address);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, text.StatusCode);
        Assert.DoesNotContain("secret", await text.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        store.Before = static (_, _) => null;
        Directory.Move(_project.Root, _project.Root + "-away");
        Assert.Contains("is gone", await (await http.GetAsync(address)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Directory.Move(_project.Root + "-away", _project.Root);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(address)).StatusCode);
    }

    [Fact]
    public async Task A_probe_asks_once_at_a_time_and_not_more_often_than_told()
    {
        var clock = new Clock();
        var (asked, answer) = (0, new TaskCompletionSource());
        var probe = new CachedProbe(
            async _ =>
            {
                Interlocked.Increment(ref asked);
                await answer.Task;
            },
            TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), clock);
        var looks = new[] { probe.LookAsync(), probe.LookAsync(), probe.LookAsync() };
        answer.SetResult();
        Assert.All(await Task.WhenAll(looks), static why => Assert.Null(why));
        clock.Now += TimeSpan.FromSeconds(4).Ticks;
        Assert.Null(await probe.LookAsync());
        Assert.Equal(1, asked);
        clock.Now += TimeSpan.FromSeconds(1).Ticks;
        Assert.Null(await probe.LookAsync());
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_probe_that_hangs_is_told_after_its_limit()
    {
        var stuck = new CachedProbe(static _ => new TaskCompletionSource().Task, TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeProvider.System);

        Assert.Equal("no answer within 0.1 s", await stuck.LookAsync());
        Assert.Equal("no answer within 0.1 s", await stuck.LookAsync());
    }

    public void Dispose() => _project.Dispose();

    /// <summary>A clock that stands until it is moved; its timers are the system's.</summary>
    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
