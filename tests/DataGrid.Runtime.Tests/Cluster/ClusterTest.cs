using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace DataGrid.Runtime.Tests;

/// <summary>A test with a cluster of its own.</summary>
public abstract class ClusterTest : IAsyncLifetime
{
    internal TestCluster Cluster { get; private set; } = null!;

    internal Probe Probe => Cluster.Services.GetRequiredService<Probe>();

    internal IGrainFactory Grains => Cluster.Grains;

    public async Task InitializeAsync() => Cluster = await StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    private protected virtual Task<TestCluster> StartAsync() => TestCluster.StartAsync();
}
