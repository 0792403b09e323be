using Orleans;
using Orleans.Concurrency;

namespace DataGrid.Runtime.Tests.Conformance;

public interface ISlowGrain : IGrainWithStringKey
{
    Task Block(string name);

    [ResponseTimeout("00:00:05")]
    Task BlockImpatiently(string name);

    [ResponseTimeout("01:00:00")]
    Task BlockPatiently(string name);

    Task BlockWithToken(string name, CancellationToken cancellationToken);

    Task Run(string name, CancellationToken cancellationToken);

    Task CallMyself();

    [AlwaysInterleave]
    Task Marker();

    [OneWay]
    Task FireAndForget(string name);

    [OneWay]
    Task FailAndForget();
}

[GrainType("slow")]
internal sealed class SlowGrain(Probe probe) : Grain, ISlowGrain
{
    public async Task Block(string name)
    {
        probe.Set("in " + name);
        await probe.Wait(name);
        probe.Events.Enqueue("out " + name);
        probe.Set("out " + name);
    }

    public Task BlockImpatiently(string name) => Block(name);

    public Task BlockPatiently(string name) => Block(name);

    public async Task BlockWithToken(string name, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => probe.Set("token"));
        await Block(name);
        probe.Events.Enqueue(cancellationToken.IsCancellationRequested ? "cancelled" : "not cancelled");
        probe.Set("ended " + name);
    }

    public Task Run(string name, CancellationToken cancellationToken)
    {
        probe.Events.Enqueue("ran " + name);
        return Task.CompletedTask;
    }

    public Task CallMyself() => this.AsReference<ISlowGrain>().Block("myself");

    public Task Marker() => Task.CompletedTask;

    public Task FireAndForget(string name) => Block(name);

    public Task FailAndForget() => throw new InvalidOperationException("nobody hears it");
}

public sealed class TimeoutTests : ClusterTest
{
    private ISlowGrain Grain => Grains.GetGrain<ISlowGrain>("a");

    [Fact]
    public async Task A_call_times_out_and_the_callee_runs_on()
    {
        var call = Grain.Block("go");
        await Probe.Wait("in go");
        await AssertTimesOut(call, TestSilo.CallTimeout);
        Probe.Set("go");
        await Probe.Wait("out go");
    }

    [Fact]
    public async Task A_method_may_have_its_own_timeout()
    {
        var impatient = Grain.BlockImpatiently("one");
        var patient = Grains.GetGrain<ISlowGrain>("b").BlockPatiently("two");
        await AssertTimesOut(impatient, TimeSpan.FromSeconds(5));
        Cluster.Time.Advance(TimeSpan.FromMinutes(10));
        Probe.Set("two");
        await patient;
        Probe.Set("one");
    }

    [Fact]
    public async Task A_call_to_itself_ends_by_timeout()
    {
        var call = Grain.CallMyself();
        await Grain.Marker();
        await AssertTimesOut(call, TestSilo.CallTimeout);
    }

    [Fact]
    public async Task Cancelling_ends_the_call_before_the_callee_stops()
    {
        using var source = new CancellationTokenSource();
        var call = Grain.BlockWithToken("go", source.Token);
        await Probe.Wait("in go");
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(Probe.Events);
        await Probe.Wait("token");
        Probe.Set("go");
        await Probe.Wait("ended go");
        Assert.Equal(["out go", "cancelled"], Probe.Events);
    }

    [Fact]
    public async Task A_timeout_cancels_the_callees_token()
    {
        var call = Grain.BlockWithToken("go", CancellationToken.None);
        await Probe.Wait("in go");
        await AssertTimesOut(call, TestSilo.CallTimeout);
        await Probe.Wait("token");
        Probe.Set("go");
        await Probe.Wait("ended go");
    }

    [Fact]
    public async Task A_request_cancelled_while_it_waits_ends_for_its_caller_at_once()
    {
        using var source = new CancellationTokenSource();
        var first = Grain.Block("go");
        await Probe.Wait("in go");
        var second = Grain.Run("second", source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Probe.Set("go");
        await first;
        await Grain.Run("third", CancellationToken.None);
        // Orleans tells the callee by a message of its own, which may come after the request has begun.
        Assert.Equal(["out go", "ran third"], Probe.Events.Where(e => e != "ran second"));
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_sends_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Grain.Run("never", new CancellationToken(canceled: true)));
        await Grain.Run("next", CancellationToken.None);
        Assert.Equal(["ran next"], Probe.Events);
    }

    [Fact]
    public async Task A_one_way_call_returns_at_once()
    {
        await Grain.FireAndForget("go");
        Probe.Set("go");
        await Probe.Wait("out go");
    }

    [Fact]
    public async Task A_one_way_call_hides_its_error()
    {
        await Grain.FailAndForget();
        await Grain.Run("next", CancellationToken.None);
        Assert.Equal(["ran next"], Probe.Events);
    }

    private protected override Task<TestCluster> StartAsync() => TestCluster.StartAsync(new TestCluster.Settings { CallTimeout = TestSilo.CallTimeout });

    private async Task AssertTimesOut(Task call, TimeSpan limit)
    {
        await TestSilo.PassAsync(Cluster.Time, call, limit);
        await Assert.ThrowsAsync<TimeoutException>(() => call);
    }
}
