using DataGrid.Runtime.Tests.Conformance;
using Orleans;

namespace DataGrid.Runtime.Tests.Activations;

public interface IShortGrain : ILifeMethods;

[CollectionAgeLimit(Minutes = 2)]
[GrainType("life-short")]
internal sealed class ShortGrain(Probe probe) : LifeGrainBase(probe), IShortGrain;

/// <summary>When exactly idle activations go. Orleans measures their age with the machine's clock, which tests cannot move.</summary>
public sealed class CollectionAgeTests : ClusterTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private ILifeGrain Grain => Grains.GetGrain<ILifeGrain>("a");

    [Fact]
    public async Task An_activation_goes_when_it_was_idle_for_fifteen_minutes()
    {
        var first = await Grain.Instance();
        Cluster.Time.Advance(14 * Minute);
        Assert.Equal(first, await Grain.Instance());
        Cluster.Time.Advance(16 * Minute);
        Assert.NotEqual(first, await Grain.Instance());
    }

    [Fact]
    public async Task A_delayed_activation_stays_as_long_as_it_asked()
    {
        var first = await Grain.Instance();
        await Grain.Delay(30 * Minute);
        Cluster.Time.Advance(20 * Minute);
        Assert.Equal(first, await Grain.Instance());
        Cluster.Time.Advance(31 * Minute);
        Assert.NotEqual(first, await Grain.Instance());
    }

    [Fact]
    public async Task A_class_may_have_its_own_age_limit()
    {
        var grain = Grains.GetGrain<IShortGrain>("a");
        var first = await grain.Instance();
        Cluster.Time.Advance(3 * Minute);
        Assert.NotEqual(first, await grain.Instance());
    }
}
