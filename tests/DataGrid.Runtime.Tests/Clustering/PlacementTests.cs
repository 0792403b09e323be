namespace DataGrid.Runtime.Tests.Clustering;

public sealed class PlacementTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 60).Select(i => $"grain-{i}")];

    [Fact]
    public async Task A_grain_is_on_one_silo_whoever_calls_it()
    {
        await using var cluster = await SiloCluster.StartAsync(3);
        var places = new Dictionary<string, string>();
        for (var round = 1; round <= 3; round++)
        {
            foreach (var key in Keys)
            {
                var reply = await cluster[round - 1].Grains.GetGrain<IPlaceGrain>(key).Where().WaitAsync(SiloCluster.Patience);
                Assert.Equal(round, reply.Calls);
                Assert.Equal(places.TryAdd(key, reply.Silo) ? reply.Silo : places[key], reply.Silo);
            }
        }

        Assert.Equal(["silo-0", "silo-1", "silo-2"], places.Values.Distinct().Order());
        Assert.Equal(Keys.Length, cluster.Probe.Events.Count);
    }

    [Fact]
    public async Task A_grain_calls_grains_on_other_silos()
    {
        await using var cluster = await SiloCluster.StartAsync(3);
        var asked = await Task.WhenAll(Keys.Select(key => cluster[0].Grains.GetGrain<IPlaceGrain>("asking").Ask(key))).WaitAsync(SiloCluster.Patience);
        Assert.Equal(3, asked.Distinct().Count());
    }
}
