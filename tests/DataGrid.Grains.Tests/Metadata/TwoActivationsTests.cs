using DataGrid.Grains.Tests.Metadata.Embedded;
#if ORLEANS
using System.Net;
using System.Net.Sockets;
using Orleans.Hosting;
#else
using DataGrid.Runtime;
#endif
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Metadata;

public interface IFencedGrain : IGrainWithStringKey
{
    Task<int> Add(int value);

    Task<int> Value();
}

public sealed class FencedState
{
    public int Value { get; set; }
}

[GrainType("fenced")]
public sealed class FencedGrain([PersistentState("state")] IPersistentState<FencedState> state) : Grain, IFencedGrain
{
    public async Task<int> Add(int value)
    {
        state.State.Value += value;
        await state.WriteStateAsync();
        return state.State.Value;
    }

    public Task<int> Value() => Task.FromResult(state.State.Value);
}

/// <summary>Two silos that do not know each other share a store, so that a grain has two activations: what a cluster can have for a moment.</summary>
public sealed class TwoActivationsTests : IAsyncLifetime
{
    private readonly MetadataFolder _folder = new();
    private OpenStore _open = null!;
    private IHost _one = null!;
    private IHost _two = null!;

    public async Task InitializeAsync()
    {
        _open = await _folder.OpenAsync();
        _one = await StartAsync();
        _two = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _one.StopAsync();
        await _two.StopAsync();
        _one.Dispose();
        _two.Dispose();
        await _open.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Of_two_first_writers_one_wins_and_the_other_starts_over()
    {
        var (one, two) = (Grain(_one), Grain(_two));
        Assert.Equal(0, await one.Value());
        Assert.Equal(0, await two.Value());
        Assert.Equal(1, await one.Add(1));
        await Assert.ThrowsAsync<InconsistentStateException>(() => two.Add(10));
        Assert.Equal(11, await two.Add(10));
        await Assert.ThrowsAsync<InconsistentStateException>(() => one.Add(1));
        Assert.Equal(11, await one.Value());
    }

    [Fact]
    public async Task No_addition_is_lost_or_counted_twice()
    {
        var sums = await Task.WhenAll(AddAsync(Grain(_one)), AddAsync(Grain(_two)));
        var state = new GrainState<FencedState>();
        await _open.States.ReadStateAsync("state", GrainId.Create("fenced", "a"), state);
        Assert.Equal(sums.Sum(), state.State!.Value);
        Assert.True(sums.Sum() > 0);
    }

    private static async Task<int> AddAsync(IFencedGrain grain)
    {
        var acknowledged = 0;
        for (var i = 0; i < 100; i++)
        {
            try
            {
                await grain.Add(1);
                acknowledged++;
            }
            catch (InconsistentStateException)
            {
                // The other silo wrote: this activation ended, the next call reads anew.
            }
        }

        return acknowledged;
    }

    private static IFencedGrain Grain(IHost host) => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IFencedGrain>("a");

    private async Task<IHost> StartAsync()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
#if ORLEANS
        using (var port = new TcpListener(IPAddress.Loopback, 0))
        {
            port.Start();
            builder.UseOrleans(silo => silo.UseLocalhostClustering(((IPEndPoint)port.LocalEndpoint).Port, gatewayPort: 0));
        }
#else
        builder.Services.AddEmbeddedSilo(options => options.GrainAssemblies.Add(typeof(FencedGrain).Assembly));
#endif
        builder.Services.AddSingleton<IGrainStorage>(_open.States);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
