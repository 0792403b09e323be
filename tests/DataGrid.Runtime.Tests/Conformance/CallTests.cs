using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<string> Echo(string text);

    ValueTask<int> Add(int left, int right);

    ValueTask Nothing();

    Task<string> Key();

    Task Fail(string message);

    Task<bool> CallOther(string other);
}

[GrainType("echo")]
public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<string> Echo(string text) => Task.FromResult(text);

    public ValueTask<int> Add(int left, int right) => new(left + right);

    public ValueTask Nothing() => ValueTask.CompletedTask;

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task Fail(string message) => throw new InvalidOperationException(message);

    public async Task<bool> CallOther(string other) => await GrainFactory.GetGrain<IEchoGrain>(other).Key() == other;
}

public sealed class CallTests : ClusterTest
{
    [Fact]
    public async Task A_call_returns_what_the_grain_returns()
    {
        var grain = Grains.GetGrain<IEchoGrain>("a");
        Assert.Equal("hello", await grain.Echo("hello"));
        Assert.Equal(5, await grain.Add(2, 3));
        await grain.Nothing();
    }

    [Fact]
    public async Task A_grain_knows_its_key()
    {
        Assert.Equal("default/x", await Grains.GetGrain<IEchoGrain>("default/x").Key());
        Assert.Equal("default/x", Grains.GetGrain<IEchoGrain>("default/x").GetPrimaryKeyString());
        Assert.Equal(GrainId.Create("echo", "default/x"), Grains.GetGrain<IEchoGrain>("default/x").GetGrainId());
    }

    [Fact]
    public async Task An_exception_reaches_the_caller()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Grains.GetGrain<IEchoGrain>("a").Fail("no"));
        Assert.Equal("no", error.Message);
    }

    [Fact]
    public async Task A_grain_calls_a_grain() => Assert.True(await Grains.GetGrain<IEchoGrain>("a").CallOther("b"));

    [Fact]
    public void Two_references_to_one_grain_are_equal() =>
        Assert.Equal(Grains.GetGrain<IEchoGrain>("a"), Grains.GetGrain<IEchoGrain>("a"));

    [Fact]
    public void The_client_gives_the_services() => Assert.NotNull(Cluster.Services.GetRequiredService<IClusterClient>().ServiceProvider);
}
