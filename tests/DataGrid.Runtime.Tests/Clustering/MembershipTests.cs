using DataGrid.Runtime.Membership;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Clustering;

/// <summary>Who is a member: silos that are killed, paused, late, cut off, or in each other's place.</summary>
public sealed class MembershipTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 40).Select(i => $"grain-{i}")];

    [Fact]
    public async Task A_killed_silo_is_missed_within_ten_seconds_and_its_grains_come_back_elsewhere()
    {
        await using var cluster = await SiloCluster.StartAsync(3);
        var before = await PlacesAsync(cluster);
        var killed = cluster[1];
        killed.Kill();
        var elapsed = await cluster.TickUntilAsync(() => cluster.Live.All(silo => silo.Cluster.View.Active.Count() == 2));
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        var after = await PlacesAsync(cluster);
        Assert.DoesNotContain(killed.Name, after.Values);
        // Nobody else's grains moved.
        Assert.All(Keys.Where(key => before[key] != killed.Name), key => Assert.Equal(before[key], after[key]));
    }

    [Fact]
    public async Task Two_that_cannot_reach_a_silo_need_not_wait_for_its_lease()
    {
        await using var cluster = await SiloCluster.StartAsync(3, options => options.LeaseDuration = TimeSpan.FromHours(1));
        cluster[1].Kill();
        var elapsed = await cluster.TickUntilAsync(() => cluster.Live.All(silo => silo.Cluster.View.Active.Count() == 2));
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        var row = (await cluster.Membership.ReadAsync(CancellationToken.None)).Find(cluster[1].Address)!;
        Assert.Equal(MembershipStatus.Dead, row.Status);
        Assert.Equal(2, row.Suspicions.Length);
    }

    [Fact]
    public async Task A_store_that_is_away_kills_no_silo_however_long()
    {
        await using var cluster = await SiloCluster.StartAsync(3);
        cluster.Membership.BeforeOperation = (_, _) => throw new IOException("The database is away.");
        for (var i = 0; i < 60; i++)
            await cluster.TickAsync();
        Assert.Equal(3, cluster.Live.Count());
        await PlacesAsync(cluster);
        // It comes back to one silo first, while the leases of all have long ended.
        cluster.Membership.BeforeOperation = null;
        for (var i = 0; i < 20; i++)
            await cluster.TickAsync();
        Assert.Equal(3, cluster.Live.Count());
        Assert.All(cluster.Silos, silo => Assert.False(silo.DeclaredDead.Task.IsCompleted));
        Assert.All(cluster.Live, silo => Assert.Equal(3, silo.Cluster.View.Active.Count()));
        Assert.Contains(cluster[0].Logs.Lines, line => line.Contains("nobody is declared dead meanwhile", StringComparison.Ordinal));
        Assert.Contains(cluster[0].Logs.Lines, line => line.Contains("answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_silo_that_the_store_does_not_answer_in_time_stays()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        var slow = new TaskCompletionSource();
        cluster.Membership.BeforeOperation = (_, _) => slow.Task;
        for (var i = 0; i < 20; i++)
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
        cluster.Membership.BeforeOperation = null;
        slow.SetResult();
        for (var i = 0; i < 20; i++)
            await cluster.TickAsync();
        Assert.Equal(2, cluster.Live.Count());
        Assert.All(cluster.Live, silo => Assert.Equal(2, silo.Cluster.View.Active.Count()));
    }

    [Fact]
    public async Task A_silo_that_reads_that_it_is_dead_stops_at_once()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        var condemned = cluster[1];
        await CondemnAsync(cluster, condemned);
        await cluster.TickAsync();
        Assert.Contains("lease", await condemned.DeclaredDead.Task.WaitAsync(SiloCluster.Patience), StringComparison.Ordinal);
        Assert.False(condemned.IsLive);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => condemned.Grains.GetGrain<IPlaceGrain>("a").Where());
    }

    [Fact]
    public async Task Of_two_silos_at_one_address_the_newer_wins_and_the_older_is_told()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        var older = cluster[0];
        var newer = await cluster.AddAsync(options => options.AdvertisedEndpoint = older.Address.Endpoint);
        Assert.Equal(older.Address.Endpoint, newer.Address.Endpoint);
        Assert.True(newer.Address.Generation > older.Address.Generation);
        await cluster.TickAsync();
        var reason = await older.DeclaredDead.Task.WaitAsync(SiloCluster.Patience);
        Assert.Contains(newer.Name, reason, StringComparison.Ordinal);
        Assert.Contains("address", reason, StringComparison.Ordinal);
        Assert.True(newer.IsLive);
    }

    [Fact]
    public async Task Two_silos_that_listen_at_one_address_are_told_so()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => cluster.AddAsync(options => options.ListenEndpoint = cluster[0].Address.Endpoint));
        Assert.Contains("Does another silo run there?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clocks_that_differ_by_hours_kill_nobody()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        await cluster.AddAsync(skew: TimeSpan.FromHours(1));
        await cluster.AddAsync(skew: TimeSpan.FromHours(-1));
        await cluster.AgreeAsync();
        for (var i = 0; i < 20; i++)
            await cluster.TickAsync();
        Assert.Equal(3, cluster.Live.Count());
        await PlacesAsync(cluster);
        cluster[2].Kill();
        await cluster.TickUntilAsync(() => cluster.Live.All(silo => silo.Cluster.View.Active.Count() == 2));
    }

    [Fact]
    public async Task A_silo_that_stops_hands_its_grains_over_and_leaves_no_row()
    {
        await using var cluster = await SiloCluster.StartAsync(3);
        var before = await PlacesAsync(cluster);
        await cluster[2].StopAsync();
        await cluster.AgreeAsync();
        Assert.Null((await cluster.Membership.ReadAsync(CancellationToken.None)).Find(cluster[2].Address));
        Assert.All(cluster.Live, silo => Assert.Equal(2, silo.Cluster.View.Active.Count()));
        var after = await PlacesAsync(cluster);
        Assert.All(Keys.Where(key => before[key] == "silo-2"), key => Assert.NotEqual("silo-2", after[key]));
        Assert.All(Keys.Where(key => before[key] == "silo-2"), key => Assert.Contains($"{key} off silo-2", cluster.Probe.Events));
    }

    [Fact]
    public async Task A_lost_reply_of_the_store_costs_nothing()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        var lost = 0;
        cluster.Membership.AfterOperation = (operation, _) =>
            operation == nameof(IMembershipStore.TryCommitAsync) && Interlocked.Increment(ref lost) == 1 ? throw new IOException("The reply is lost.") : Task.CompletedTask;
        var joining = cluster.AddAsync();
        await PassTimeUntilAsync(cluster, joining);
        var third = await joining;
        Assert.True(lost > 1);
        await cluster.AgreeAsync();
        Assert.Equal(3, third.Cluster.View.Active.Count());
        Assert.Single((await cluster.Membership.ReadAsync(CancellationToken.None)).Rows, row => row.SiloName == third.Name && row.Status == MembershipStatus.Active);
    }

    [Fact]
    public async Task A_store_that_never_answers_is_named_when_joining_gives_up()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        cluster.Membership.BeforeOperation = (_, _) => throw new IOException("The database is away.");
        var joining = cluster.AddAsync();
        await PassTimeUntilAsync(cluster, joining);
        var error = await Assert.ThrowsAsync<OrleansConfigurationException>(() => joining);
        Assert.Contains("The database is away.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_contradict_each_other_are_refused()
    {
        await using var cluster = await SiloCluster.StartAsync(0);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => cluster.AddAsync(options => options.LeaseDuration = TimeSpan.FromSeconds(2)));
        Assert.Contains("LeaseDuration", error.Message, StringComparison.Ordinal);
    }

    internal static async Task CondemnAsync(SiloCluster cluster, ClusterSilo silo)
    {
        var table = await cluster.Membership.ReadAsync(CancellationToken.None);
        var row = table.Find(silo.Address)! with { Status = MembershipStatus.Dead };
        Assert.True(await cluster.Membership.TryCommitAsync(table.Version, new MembershipChange { Puts = [row] }, CancellationToken.None));
    }

    internal static async Task<Dictionary<string, string>> PlacesAsync(SiloCluster cluster)
    {
        var places = new Dictionary<string, string>();
        foreach (var silo in cluster.Live)
        {
            foreach (var key in Keys)
                places[key] = (await silo.Grains.GetGrain<IPlaceGrain>(key).Where().WaitAsync(SiloCluster.Patience)).Silo;
        }

        return places;
    }

    private static async Task PassTimeUntilAsync(SiloCluster cluster, Task task)
    {
        using var limit = new CancellationTokenSource(SiloCluster.Patience);
        while (!task.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            cluster.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }
}
