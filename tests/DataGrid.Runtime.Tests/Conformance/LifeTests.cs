using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface ILifeMethods : IGrainWithStringKey
{
    Task<Guid> Instance();

    Task Delay(TimeSpan time);

    Task<Guid> DeactivateAfterThis();

    Task Block(string name);
}

public interface ILifeGrain : ILifeMethods;

public interface IKeptGrain : ILifeMethods;

[GrainType("life")]
internal sealed class LifeGrain(Probe probe) : LifeGrainBase(probe), ILifeGrain;

[KeepAlive]
[GrainType("life-kept")]
internal sealed class KeptGrain(Probe probe) : LifeGrainBase(probe), IKeptGrain;

internal abstract class LifeGrainBase(Probe probe) : Grain
{
    private readonly Guid _instance = Guid.NewGuid();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Events.Enqueue("activated");
        if (this.GetPrimaryKeyString() == "fails once" && probe.Events.Count(e => e == "activated") == 1)
            throw new InvalidOperationException("not yet");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Events.Enqueue($"deactivated {reason.ReasonCode}");
        probe.Set("deactivated");
        return Task.CompletedTask;
    }

    public Task<Guid> Instance() => Task.FromResult(_instance);

    public Task Delay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task<Guid> DeactivateAfterThis()
    {
        DeactivateOnIdle();
        return Task.FromResult(_instance);
    }

    public async Task Block(string name)
    {
        DeactivateOnIdle();
        probe.Set("in " + name);
        await probe.Wait(name);
        probe.Events.Enqueue("out " + name);
    }
}

public sealed class LifeTests : ClusterTest
{
    private ILifeGrain Grain => Grains.GetGrain<ILifeGrain>("a");

    [Fact]
    public async Task An_idle_activation_is_collected()
    {
        var first = await Grain.Instance();
        await BecomeIdleAsync();
        Assert.NotEqual(first, await Grain.Instance());
        Assert.Equal(["activated", "deactivated ActivationIdle", "activated"], Probe.Events);
    }

    [Fact]
    public async Task A_delayed_activation_stays()
    {
        var first = await Grain.Instance();
        await Grain.Delay(TimeSpan.FromMinutes(60));
        await Grains.GetGrain<ILifeGrain>("idle").Instance();
        await BecomeIdleAsync();
        Assert.Equal(first, await Grain.Instance());
    }

    [Fact]
    public async Task A_kept_class_is_not_collected()
    {
        var grain = Grains.GetGrain<IKeptGrain>("a");
        var first = await grain.Instance();
        await Grains.GetGrain<ILifeGrain>("idle").Instance();
        await BecomeIdleAsync();
        Assert.Equal(first, await grain.Instance());
    }

    [Fact]
    public async Task DeactivateOnIdle_ends_the_activation_after_the_request()
    {
        var first = await Grain.DeactivateAfterThis();
        Assert.NotEqual(first, await Grain.Instance());
        Assert.Equal(["activated", "deactivated ApplicationRequested", "activated"], Probe.Events);
    }

    [Fact]
    public async Task Requests_that_wait_for_an_ending_activation_go_to_its_successor()
    {
        var running = Grain.Block("go");
        await Probe.Wait("in go");
        var waiting = Grain.Instance();
        Assert.Equal(["activated"], Probe.Events);
        Probe.Set("go");
        await Task.WhenAll(running, waiting);
        Assert.Equal(["activated", "out go", "deactivated ApplicationRequested", "activated"], Probe.Events);
    }

    [Fact]
    public async Task A_failed_activation_fails_its_callers_and_the_next_call_tries_again()
    {
        var grain = Grains.GetGrain<ILifeGrain>("fails once");
        var error = await Assert.ThrowsAnyAsync<Exception>(grain.Instance);
        Assert.Contains("not yet", error.ToString(), StringComparison.Ordinal);
        await grain.Instance();
    }

    private protected override Task<TestCluster> StartAsync() => TestCluster.StartAsync(TestSilo.CollectingSoon);

    private async Task BecomeIdleAsync()
    {
        TestSilo.PassCollectionAge(Cluster);
        await Probe.Wait("deactivated");
    }
}
