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
}
