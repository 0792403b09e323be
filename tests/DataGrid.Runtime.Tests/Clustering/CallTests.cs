using System.Collections.Concurrent;
using System.Diagnostics;
using Orleans.Runtime;
using Orleans.Serialization;

namespace DataGrid.Runtime.Tests.Clustering;

/// <summary>Calls between silos: what crosses, what is refused, and how they end when nobody answers.</summary>
public sealed class CallTests : IAsyncLifetime
{
    private SiloCluster _cluster = null!;

    /// <summary>A grain on the second silo, called from the first.</summary>
    private IPlaceGrain Remote => _cluster[0].Grains.GetGrain<IPlaceGrain>(KeyOn(_cluster, 1));

    public async Task InitializeAsync() => _cluster = await SiloCluster.StartAsync(2, options => options.MaxFrameBytes = 64 * 1024);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task An_error_of_a_known_type_arrives_as_what_it_was()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Remote.Fail("known"));
        Assert.Equal("It does not work.", error.Message);
        Assert.Equal("That is why.", Assert.IsType<FormatException>(error.InnerException).Message);
        Assert.Contains(nameof(PlaceGrain.Fail), error.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_another_type_arrives_with_its_message_and_the_name_of_its_type()
    {
        var error = await Assert.ThrowsAsync<UnavailableExceptionFallbackException>(() => Remote.Fail("unknown"));
        Assert.Equal("It is our own.", error.Message);
        Assert.Equal("value", error.Data["key"]);
        Assert.Equal(typeof(OwnException).FullName, error.ExceptionType);
    }

    [Fact]
    public async Task Values_of_the_request_context_arrive()
    {
        RequestContext.Set("user", "ada");
        RequestContext.Set("number", 7L);
        Assert.Equal("ada", await Remote.Context("user"));
        Assert.Equal("7", await Remote.Context("number"));
        Assert.Null(await Remote.Context("other"));
    }

    [Fact]
    public async Task A_trace_goes_on_at_the_other_silo()
    {
        var seen = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var root = new Activity("root").SetIdFormat(ActivityIdFormat.W3C).Start();
        await Remote.Where();
        await SiloCluster.Until(() => seen.Any(activity => activity.TraceId == root.TraceId));
        var remote = seen.First(activity => activity.TraceId == root.TraceId);
        Assert.Equal("IPlaceGrain/Where", remote.DisplayName);
        Assert.Equal(root.SpanId, remote.ParentSpanId);
    }

    [Fact]
    public async Task A_one_way_call_arrives()
    {
        await Remote.Note("hello");
        await _cluster.Probe.Wait("hello");
        Assert.Contains("hello on silo-1", _cluster.Probe.Events);
    }

    [Fact]
    public async Task Arguments_that_are_too_big_are_refused_before_they_are_sent()
    {
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => Remote.Length(new byte[100_000]));
        Assert.Contains("IPlaceGrain/Length", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxFrameBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(10_000, await Remote.Length(new byte[10_000]));
    }

    [Fact]
    public async Task A_result_that_is_too_big_is_an_error_of_its_call_only()
    {
        var error = await Assert.ThrowsAsync<LimitExceededException>(() => Remote.Make(100_000));
        Assert.Contains("IPlaceGrain/Make", error.Message, StringComparison.Ordinal);
        Assert.Equal(10_000, (await Remote.Make(10_000)).Length);
    }

    [Fact]
    public async Task What_the_caller_changes_after_the_call_does_not_arrive()
    {
        var data = new byte[100];
        var blocking = Remote.Block("go");
        await _cluster.Probe.Wait("in go");
        var sum = Remote.Length(data);
        Array.Resize(ref data, 5);
        _cluster.Probe.Set("go");
        await blocking;
        Assert.Equal(100, await sum);
    }

    [Fact]
    public async Task Cancelling_ends_the_call_and_reaches_the_callee()
    {
        using var source = new CancellationTokenSource();
        var call = Remote.BlockWithToken("go", source.Token);
        await _cluster.Probe.Wait("in go");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _cluster.Probe.Wait("token go");
        _cluster.Probe.Set("go");
    }

    [Fact]
    public async Task A_timeout_ends_the_call_cancels_the_callees_token_and_lets_it_run_on()
    {
        var call = Remote.BlockWithToken("go", CancellationToken.None);
        var other = Remote.Block("second");
        await _cluster.Probe.Wait("in go");
        _cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await Assert.ThrowsAsync<TimeoutException>(() => call);
        await Assert.ThrowsAsync<TimeoutException>(() => other);
        await _cluster.Probe.Wait("token go");
        _cluster.Probe.Set("go");
        // The second one waited when its time was over: it must never run.
        Assert.Equal("silo-1", (await Remote.Where().WaitAsync(SiloCluster.Patience)).Silo);
        Assert.DoesNotContain("out second", _cluster.Probe.Events);
    }

    [Fact]
    public async Task A_call_that_runs_on_a_silo_that_dies_fails_because_it_may_have_run()
    {
        var call = Remote.Block("go");
        await _cluster.Probe.Wait("in go");
        _cluster[1].Kill();
        var error = await Assert.ThrowsAsync<SiloUnavailableException>(() => call.WaitAsync(SiloCluster.Patience));
        Assert.Contains("may have run", error.Message, StringComparison.Ordinal);
        _cluster.Probe.Set("go");
    }

    [Fact]
    public async Task A_call_that_was_never_sent_waits_for_the_silo_that_takes_over()
    {
        var remote = Remote;
        _cluster[1].Kill();
        await OneIsGoneAsync();
        var call = remote.Where();
        await _cluster.TickUntilAsync(() => _cluster[0].Cluster.View.Active.Count() == 1);
        Assert.Equal("silo-0", (await call.WaitAsync(SiloCluster.Patience)).Silo);
    }

    [Fact]
    public async Task A_call_that_can_never_be_sent_ends_by_its_timeout_and_says_why()
    {
        var remote = Remote;
        _cluster[1].Kill();
        await OneIsGoneAsync();
        _cluster.Membership.BeforeOperation = (_, _) => throw new IOException("The database is away.");
        var call = remote.Where();
        for (var i = 0; i < 40 && !call.IsCompleted; i++)
            await _cluster.TickAsync();
        var error = await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(SiloCluster.Patience));
        Assert.Contains("It was never sent", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_calls_at_once_all_end_with_their_own_answer()
    {
        var remote = Remote;
        var answers = await Task.WhenAll(Enumerable.Range(1, 2000).Select(length => remote.Length(new byte[length]))).WaitAsync(SiloCluster.Patience);
        Assert.Equal(Enumerable.Range(1, 2000), answers);
    }

    internal static string KeyOn(SiloCluster cluster, int silo) =>
        Enumerable.Range(0, 1000).Select(i => $"key-{i}").First(key => cluster[0].Cluster.View.OwnerOf(ClusterHash(key))!.Equals(cluster[silo].Address));

    internal static ulong ClusterHash(string key) => DataGrid.Runtime.Clustering.ClusterView.HashOf(GrainId.Create("place", key));

    /// <summary>What is written to a connection that is about to break may have run, and a listener that is about to close may still take one.</summary>
    private async Task OneIsGoneAsync()
    {
        await SiloCluster.Until(() => !Listens());
        await SiloCluster.Until(() => !_cluster[0].Cluster.Transport.LinkTo(_cluster[1].Address).IsConnected);

        bool Listens()
        {
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            try
            {
                socket.Connect(_cluster[1].Address.Endpoint);
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        }
    }
}
