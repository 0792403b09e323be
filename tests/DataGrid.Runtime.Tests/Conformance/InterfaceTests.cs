using Orleans;

namespace DataGrid.Runtime.Tests.Conformance;

public interface INobodyGrain : IGrainWithStringKey;

public interface ITwiceGrain : IGrainWithStringKey
{
    Task<string> Who();
}

[GrainType("twice-first")]
public sealed class FirstTwiceGrain : Grain, ITwiceGrain
{
    public Task<string> Who() => Task.FromResult("first");
}

[GrainType("twice-second")]
public sealed class SecondTwiceGrain : Grain, ITwiceGrain
{
    public Task<string> Who() => Task.FromResult("second");
}

public sealed class InterfaceTests : ClusterTest
{
    [Fact]
    public void An_interface_without_a_class_is_refused() => Assert.Throws<ArgumentException>(() => Grains.GetGrain<INobodyGrain>("a"));

    [Fact]
    public void An_interface_of_two_classes_is_ambiguous() => Assert.Throws<ArgumentException>(() => Grains.GetGrain<ITwiceGrain>("a"));

    [Fact]
    public async Task A_class_name_prefix_says_which() =>
        Assert.Equal("second", await Grains.GetGrain<ITwiceGrain>("a", typeof(SecondTwiceGrain).FullName).Who());

    [Fact]
    public void A_blank_key_is_refused() => Assert.ThrowsAny<ArgumentException>(() => Grains.GetGrain<ITwiceGrain>(" "));
}
