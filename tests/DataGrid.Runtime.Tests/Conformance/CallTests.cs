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

public sealed class CallTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await TestCluster.StartAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_call_returns_what_the_grain_returns()
    {
        var grain = _cluster.Grains.GetGrain<IEchoGrain>("a");
        Assert.Equal("hello", await grain.Echo("hello"));
        Assert.Equal(5, await grain.Add(2, 3));
        await grain.Nothing();
    }

    [Fact]
    public async Task A_grain_knows_its_key()
    {
        Assert.Equal("default/x", await _cluster.Grains.GetGrain<IEchoGrain>("default/x").Key());
        Assert.Equal("default/x", _cluster.Grains.GetGrain<IEchoGrain>("default/x").GetPrimaryKeyString());
        Assert.Equal(GrainId.Create("echo", "default/x"), _cluster.Grains.GetGrain<IEchoGrain>("default/x").GetGrainId());
    }

    [Fact]
    public async Task An_exception_reaches_the_caller()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => _cluster.Grains.GetGrain<IEchoGrain>("a").Fail("no"));
        Assert.Equal("no", error.Message);
    }

    [Fact]
    public async Task A_grain_calls_a_grain() => Assert.True(await _cluster.Grains.GetGrain<IEchoGrain>("a").CallOther("b"));

    [Fact]
    public void Two_references_to_one_grain_are_equal() =>
        Assert.Equal(_cluster.Grains.GetGrain<IEchoGrain>("a"), _cluster.Grains.GetGrain<IEchoGrain>("a"));

    [Fact]
    public void The_client_gives_the_services() => Assert.NotNull(_cluster.Services.GetRequiredService<IClusterClient>().ServiceProvider);
}
