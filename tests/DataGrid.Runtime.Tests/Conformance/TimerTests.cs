using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive);

    Task StartFailing(TimeSpan period);

    Task Stop();

    [ResponseTimeout("01:00:00")]
    Task Block(string name);

    [AlwaysInterleave]
    Task Marker();

    Task<Guid> Instance();
}

[GrainType("timer")]
internal sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private readonly Guid _instance = Guid.NewGuid();
    private IGrainTimer? _timer;
    private int _ticks;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Set("deactivated");
        return Task.CompletedTask;
    }

    public Task Start(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive)
    {
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(due, period) { Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task StartFailing(TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            async () =>
            {
                await Tick();
                throw new InvalidOperationException("tick failed");
            },
            period,
            period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task Block(string name)
    {
        probe.Set("in " + name);
        await probe.Wait(name);
    }

    public Task Marker() => Task.CompletedTask;

    public Task<Guid> Instance() => Task.FromResult(_instance);

    private Task Tick()
    {
        probe.Events.Enqueue($"tick {++_ticks}");
        _ = SignalAfterThisTurnAsync(_ticks);
        return Task.CompletedTask;
    }

    // Once the test hears of a tick, the tick has ended and the next one is set.
    private async Task SignalAfterThisTurnAsync(int tick)
    {
        await Task.Yield();
        probe.Set($"tick {tick}");
    }
}

public sealed class TimerTests : ClusterTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private ITimerGrain Grain => Grains.GetGrain<ITimerGrain>("a");

    [Fact]
    public async Task A_timer_ticks_when_due_and_then_every_period()
    {
        await Grain.Start(Minute, 2 * Minute, interleave: false, keepAlive: false);
        Cluster.Time.Advance(Minute);
        await Probe.Wait("tick 1");
        Cluster.Time.Advance(Minute);
        Assert.Single(Probe.Events);
        Cluster.Time.Advance(Minute);
        await Probe.Wait("tick 2");
    }

    [Fact]
    public async Task A_tick_waits_for_the_running_request()
    {
        await Grain.Start(Minute, Minute, interleave: false, keepAlive: false);
        var blocked = Grain.Block("go");
        await Probe.Wait("in go");
        Cluster.Time.Advance(Minute);
        await Grain.Marker();
        Assert.Empty(Probe.Events);
        Probe.Set("go");
        await blocked;
        await Probe.Wait("tick 1");
    }

    [Fact]
    public async Task An_interleaving_tick_runs_between_awaits_of_a_request()
    {
        await Grain.Start(Minute / 4, Minute, interleave: true, keepAlive: false);
        var blocked = Grain.Block("go");
        await Probe.Wait("in go");
        Cluster.Time.Advance(Minute / 4);
        await Probe.Wait("tick 1");
        Assert.False(blocked.IsCompleted);
        Probe.Set("go");
        await blocked;
    }

    [Fact]
    public async Task A_timer_does_not_keep_its_activation()
    {
        await using var cluster = await TestCluster.StartAsync(TestSilo.CollectingSoon);
        var grain = cluster.Grains.GetGrain<ITimerGrain>("a");
        var before = await grain.Instance();
        await grain.Start(100 * Minute, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: false);
        TestSilo.PassCollectionAge(cluster);
        await cluster.Services.GetRequiredService<Probe>().Wait("deactivated");
        Assert.NotEqual(before, await grain.Instance());
    }

    [Fact]
    public async Task A_timer_that_asks_for_it_keeps_its_activation()
    {
        var before = await Grain.Instance();
        await Grain.Start(10 * Minute, Timeout.InfiniteTimeSpan, interleave: false, keepAlive: true);
        Cluster.Time.Advance(10 * Minute);
        await Probe.Wait("tick 1");
        Cluster.Time.Advance(6 * Minute);
        Assert.Equal(before, await Grain.Instance());
    }

    [Fact]
    public async Task A_failing_tick_does_not_stop_the_next()
    {
        await Grain.StartFailing(Minute);
        Cluster.Time.Advance(Minute);
        await Probe.Wait("tick 1");
        await Grain.Marker();
        Cluster.Time.Advance(Minute);
        await Probe.Wait("tick 2");
    }

    [Fact]
    public async Task A_stopped_timer_ticks_no_more()
    {
        await Grain.Start(Minute, Minute, interleave: false, keepAlive: false);
        await Grain.Stop();
        Cluster.Time.Advance(5 * Minute);
        await Grain.Marker();
        Assert.Empty(Probe.Events);
    }
}
