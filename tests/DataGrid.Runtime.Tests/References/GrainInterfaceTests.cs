using Orleans;

namespace DataGrid.Runtime.Tests.References;

public interface IGenericMethodGrain : IGrainWithStringKey
{
    Task<T> Get<T>();
}

public interface IVoidGrain : IGrainWithStringKey
{
    void Nothing();
}

public interface INobodyGrain : IGrainWithStringKey;

public interface ITwiceGrain : IGrainWithStringKey
{
    Task<string> Who();
}

[GrainType("generic-method")]
public sealed class GenericMethodGrain : Grain, IGenericMethodGrain
{
    public Task<T> Get<T>() => Task.FromResult<T>(default!);
}

[GrainType("void")]
public sealed class VoidGrain : Grain, IVoidGrain
{
    public void Nothing()
    {
    }
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

public sealed class GrainInterfaceTests : ClusterTest
{
    [Fact]
    public void A_generic_method_is_refused_by_name()
    {
        var error = Assert.Throws<NotSupportedException>(() => Grains.GetGrain<IGenericMethodGrain>("a"));
        Assert.Contains("IGenericMethodGrain.Get", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_method_that_returns_no_task_is_refused_by_name()
    {
        var error = Assert.Throws<NotSupportedException>(() => Grains.GetGrain<IVoidGrain>("a"));
        Assert.Contains("IVoidGrain.Nothing", error.Message, StringComparison.Ordinal);
    }

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
