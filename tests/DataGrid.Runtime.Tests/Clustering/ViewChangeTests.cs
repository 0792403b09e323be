using Orleans.Storage;

namespace DataGrid.Runtime.Tests.Clustering;

/// <summary>Silos that do not agree for a while: calls find the grain all the same, and two activations of one grain harm nothing.</summary>
public sealed class ViewChangeTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 60).Select(i => $"grain-{i}")];

    [Fact]
    public async Task Grains_of_a_new_silo_move_there_and_keep_their_state()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        foreach (var key in Keys)
            Assert.Equal(5, await cluster[0].Grains.GetGrain<IPlaceGrain>(key).Add(5));
        var added = await cluster.AddAsync();
        await cluster.AgreeAsync();
        foreach (var key in Keys)
            Assert.Equal(6, await cluster[1].Grains.GetGrain<IPlaceGrain>(key).Add(1).WaitAsync(SiloCluster.Patience));
        var moved = cluster.Probe.Events.Where(line => line.EndsWith($"on {added.Name}", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).ToArray();
        Assert.InRange(moved.Length, 5, 40);
        await SiloCluster.Until(() => moved.All(key => cluster.Probe.Events.Any(line => line == $"{key} off silo-0" || line == $"{key} off silo-1")));
    }

    [Fact]
    public async Task A_call_at_the_wrong_silo_goes_on_to_the_right_one()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        var old = cluster[0].Cluster.View;
        var added = await cluster.AddAsync();
        // The first silo does not know of the third one yet, the second does.
        cluster[1].Cluster.OnNewerView(long.MaxValue);
        await SiloCluster.Until(() => cluster[1].Cluster.View.Version > old.Version + 1);
        var key = Keys.First(key => old.OwnerOf(CallTests.ClusterHash(key))!.Equals(cluster[1].Address)
            && added.Cluster.View.OwnerOf(CallTests.ClusterHash(key))!.Equals(added.Address));
        Assert.Same(old, cluster[0].Cluster.View);
        var reply = await cluster[0].Grains.GetGrain<IPlaceGrain>(key).Where().WaitAsync(SiloCluster.Patience);
        Assert.Equal(added.Name, reply.Silo);
        Assert.Equal([$"{key} on {added.Name}"], cluster.Probe.Events);
    }

    [Fact]
    public async Task A_one_way_call_at_the_wrong_silo_goes_on_too()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        var old = cluster[0].Cluster.View;
        var added = await cluster.AddAsync();
        cluster[1].Cluster.OnNewerView(long.MaxValue);
        await SiloCluster.Until(() => cluster[1].Cluster.View.Version > old.Version + 1);
        var key = Keys.First(key => old.OwnerOf(CallTests.ClusterHash(key))!.Equals(cluster[1].Address)
            && added.Cluster.View.OwnerOf(CallTests.ClusterHash(key))!.Equals(added.Address));
        await cluster[0].Grains.GetGrain<IPlaceGrain>(key).Note("hello");
        await cluster.Probe.Wait("hello");
        Assert.Contains($"hello on {added.Name}", cluster.Probe.Events);
    }

    [Fact]
    public async Task Requests_that_wait_when_their_grain_moves_are_answered_at_its_new_place()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        var key = "waiting";
        var grain = cluster[0].Grains.GetGrain<IPlaceGrain>(key);
        var running = grain.Block("go");
        await cluster.Probe.Wait("in go");
        var waiting = grain.Where();
        ClusterSilo owner;
        do
            owner = await cluster.AddAsync();
        while (!owner.Cluster.View.OwnerOf(CallTests.ClusterHash(key))!.Equals(owner.Address));
        await cluster.AgreeAsync();
        cluster.Probe.Set("go");
        await running.WaitAsync(SiloCluster.Patience);
        Assert.Equal(owner.Name, (await waiting.WaitAsync(SiloCluster.Patience)).Silo);
    }

    [Fact]
    public async Task Of_two_activations_of_one_grain_the_stale_one_cannot_write()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        var key = CallTests.KeyOn(cluster, 1);
        var zombie = cluster[1];
        Assert.Equal(10, await zombie.Grains.GetGrain<IPlaceGrain>(key).Add(10));
        // The others bury it, and it does not know: as after a long pause.
        await MembershipTests.CondemnAsync(cluster, zombie);
        cluster[0].Cluster.OnNewerView(long.MaxValue);
        await SiloCluster.Until(() => cluster[0].Cluster.View.Active.Count() == 1);
        Assert.Equal(11, await cluster[0].Grains.GetGrain<IPlaceGrain>(key).Add(1).WaitAsync(SiloCluster.Patience));
        Assert.Equal("silo-1", (await zombie.Grains.GetGrain<IPlaceGrain>(key).Where()).Silo);
        await Assert.ThrowsAsync<InconsistentStateException>(() => zombie.Grains.GetGrain<IPlaceGrain>(key).Add(100));
        Assert.Equal(12, await cluster[0].Grains.GetGrain<IPlaceGrain>(key).Add(1));
        // It learns it from whoever it calls, even without the store.
        cluster.Membership.BeforeOperation = (_, _) => throw new IOException("The database is away.");
        _ = zombie.Grains.GetGrain<IPlaceGrain>(Keys.First(other => zombie.Cluster.View.OwnerOf(CallTests.ClusterHash(other))!.Equals(cluster[0].Address))).Where();
        await zombie.DeclaredDead.Task.WaitAsync(SiloCluster.Patience);
        Assert.False(zombie.IsLive);
    }

    [Fact]
    public async Task A_silo_that_hears_nothing_is_replaced_although_it_can_speak()
    {
        var proxies = new List<TcpProxy>();
        await using var cluster = await SiloCluster.StartAsync(3, options => options.LeaseDuration = TimeSpan.FromHours(1));
        try
        {
            var deaf = cluster[1];
            foreach (var other in new[] { cluster[0], cluster[2] })
            {
                var to = Between(other, deaf, proxies);
                var from = Between(deaf, other, proxies);
                to.HoldTowards();
                from.HoldBack();
            }

            var elapsed = await cluster.TickUntilAsync(() => !deaf.IsLive, (deaf, cluster[0]), (deaf, cluster[2]));
            Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            Assert.Contains("could not reach it", await deaf.DeclaredDead.Task.WaitAsync(SiloCluster.Patience), StringComparison.Ordinal);
            await cluster.AgreeAsync();
            foreach (var key in Keys)
                Assert.NotEqual(deaf.Name, (await cluster[0].Grains.GetGrain<IPlaceGrain>(key).Where().WaitAsync(SiloCluster.Patience)).Silo);
        }
        finally
        {
            proxies.ForEach(proxy => proxy.Dispose());
        }
    }

    [Fact]
    public async Task Two_silos_that_cannot_reach_each_other_both_live_while_a_third_reaches_both()
    {
        var proxies = new List<TcpProxy>();
        await using var cluster = await SiloCluster.StartAsync(3);
        try
        {
            var (one, other) = (Between(cluster[0], cluster[1], proxies), Between(cluster[1], cluster[0], proxies));
            one.HoldTowards();
            other.HoldTowards();
            for (var i = 0; i < 20; i++)
                await cluster.TickAsync((cluster[0], cluster[1]));
            Assert.Equal(3, cluster.Live.Count());
            one.Release();
            other.Release();
            await cluster.TickUntilAsync(() => cluster.Live.All(silo => silo.Cluster.Agent.Probes.Unanswered.Count == 0), (cluster[0], cluster[1]));
            Assert.Equal(3, (await MembershipTests.PlacesAsync(cluster)).Values.Distinct().Count());
        }
        finally
        {
            proxies.ForEach(proxy => proxy.Dispose());
        }
    }

    private static TcpProxy Between(ClusterSilo from, ClusterSilo to, List<TcpProxy> proxies)
    {
        var proxy = new TcpProxy(to.Address.Endpoint);
        proxies.Add(proxy);
        var before = from.Cluster.Redirect;
        from.Cluster.Redirect = endpoint => endpoint.Equals(to.Address.Endpoint) ? proxy.Endpoint : before?.Invoke(endpoint);
        from.Cluster.Transport.Drop(to.Address, "The test takes another way.");
        return proxy;
    }
}
