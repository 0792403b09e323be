using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface IStopGrain : IGrainWithStringKey
{
    Task Block(string name);

    Task BlockThenCall(string name, string other);

    Task Nothing();
}

[GrainType("stop")]
internal sealed class StopGrain(Probe probe) : Grain, IStopGrain
{
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Events.Enqueue($"{this.GetPrimaryKeyString()} {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public async Task Block(string name)
    {
        probe.Set("in " + name);
        await probe.Wait(name);
    }

    public async Task BlockThenCall(string name, string other)
    {
        await Block(name);
        await GrainFactory.GetGrain<IStopGrain>(other).Nothing();
    }

    public Task Nothing() => Task.CompletedTask;
}

internal sealed class Participant(Probe probe) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        foreach (var stage in new[] { ServiceLifecycleStage.Active, ServiceLifecycleStage.RuntimeInitialize, ServiceLifecycleStage.ApplicationServices })
        {
            lifecycle.Subscribe("test", stage, _ => Record("start", stage), _ => Record("stop", stage));
        }
    }

    private Task Record(string what, int stage)
    {
        probe.Events.Enqueue($"{what} {stage}");
        return Task.CompletedTask;
    }
}

public sealed class SiloTests : ClusterTest
{
    [Fact]
    public async Task Stopping_lets_running_requests_end_and_deactivates_everything()
    {
        var a = Grains.GetGrain<IStopGrain>("a");
        await Grains.GetGrain<IStopGrain>("b").Nothing();
        var running = a.BlockThenCall("go", "b");
        await Probe.Wait("in go");
        var stopping = Cluster.StopAsync();
        // The deactivation of the idle grain shows that stopping is under way.
        while (Probe.Events.IsEmpty)
            await Task.Yield();
        Assert.False(running.IsCompleted);
        await Assert.ThrowsAnyAsync<OrleansException>(Grains.GetGrain<IStopGrain>("c").Nothing);
        Probe.Set("go");
        await stopping;
        Assert.True(running.IsCompleted);
        Assert.Equal(["a ShuttingDown", "b ShuttingDown"], Probe.Events.Order());
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_ever()
    {
        var running = Grains.GetGrain<IStopGrain>("a").Block("never");
        await Probe.Wait("in never");
        var stopping = Cluster.StopAsync();
        while (!stopping.IsCompleted)
        {
            Cluster.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        await Assert.ThrowsAnyAsync<Exception>(() => running);
    }

    [Fact]
    public async Task Stages_start_upwards_and_stop_downwards()
    {
        await using var cluster = await TestCluster.StartAsync(services => services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, Participant>());
        await cluster.StopAsync();
        var probe = cluster.Services.GetRequiredService<Probe>();
        Assert.Equal(["start 2000", "start 10000", "start 20000", "stop 20000", "stop 10000", "stop 2000"], probe.Events);
    }

    [Fact]
    public void A_silo_knows_itself()
    {
        var details = Cluster.Services.GetRequiredService<ILocalSiloDetails>();
        Assert.False(string.IsNullOrWhiteSpace(details.Name));
        Assert.False(string.IsNullOrWhiteSpace(details.ClusterId));
        Assert.True(details.SiloAddress.Generation > 0);
    }

    [Fact]
    public async Task Too_many_waiting_requests_are_refused()
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { MaxQueuedRequests = 3 });
        var probe = cluster.Services.GetRequiredService<Probe>();
        var grain = cluster.Grains.GetGrain<IStopGrain>("a");
        var running = grain.Block("go");
        await probe.Wait("in go");
        var waiting = Enumerable.Range(0, 3).Select(_ => grain.Nothing()).ToArray();
        var error = await Assert.ThrowsAsync<LimitExceededException>(grain.Nothing);
        Assert.Contains("stop/a", error.Message, StringComparison.Ordinal);
        probe.Set("go");
        await running;
        await Task.WhenAll(waiting);
    }

    // Beside others, what a stopping silo gives up begins anew there.
    private protected override Task<TestCluster> StartAsync() => TestCluster.StartAsync(new TestCluster.Settings { IsAlone = true });
}
