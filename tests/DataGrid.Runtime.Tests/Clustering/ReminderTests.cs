using DataGrid.Runtime.Tests.Conformance;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Clustering;

public sealed class ReminderTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_reminder_ticks_once_however_many_silos_read_the_table()
    {
        await using var cluster = await SiloCluster.StartAsync(3);
        await cluster[0].Grains.GetGrain<IReminderGrain>("a").Remind("r", 10 * Minute, 60 * Minute).WaitAsync(SiloCluster.Patience);
        // All silos read the table several times before it is due.
        for (var i = 0; i < 9; i++)
            await PassAsync(cluster, Minute);
        Assert.Empty(cluster.Probe.Events);
        await PassAsync(cluster, Minute);
        await cluster.Probe.Wait("r 1").WaitAsync(SiloCluster.Patience);
        await PassAsync(cluster, 5 * Minute);
        Assert.Single(cluster.Probe.Events);
    }

    [Fact]
    public async Task A_reminder_of_a_silo_that_died_ticks_on_another()
    {
        await using var cluster = await SiloCluster.StartAsync(3);
        var key = Enumerable.Range(0, 100).Select(i => $"grain-{i}").First(key =>
            cluster[0].Cluster.View.OwnerOf(Runtime.Clustering.ClusterView.HashOf(GrainId.Create("reminder", key)))!.Equals(cluster[1].Address));
        await cluster[0].Grains.GetGrain<IReminderGrain>(key).Remind("r", 10 * Minute, 60 * Minute).WaitAsync(SiloCluster.Patience);
        cluster[1].Kill();
        await cluster.TickUntilAsync(() => cluster.Live.All(silo => silo.Cluster.View.Active.Count() == 2));
        for (var i = 0; i < 10; i++)
            await PassAsync(cluster, Minute);
        await cluster.Probe.Wait("r 1").WaitAsync(SiloCluster.Patience);
        Assert.Single(cluster.Probe.Events);
    }

    [Fact]
    public async Task A_reminder_that_was_removed_through_another_silo_ticks_no_more()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        await cluster[0].Grains.GetGrain<IReminderGrain>("a").Remind("r", 5 * Minute, 60 * Minute).WaitAsync(SiloCluster.Patience);
        Assert.True(await cluster[1].Grains.GetGrain<IReminderGrain>("a").Forget("r").WaitAsync(SiloCluster.Patience));
        for (var i = 0; i < 10; i++)
            await PassAsync(cluster, Minute);
        Assert.Empty(cluster.Probe.Events);
    }

    /// <summary>Moves the clock, and lets the silos look around after it.</summary>
    private static async Task PassAsync(SiloCluster cluster, TimeSpan time)
    {
        cluster.Time.Advance(time - TimeSpan.FromSeconds(1));
        await cluster.TickAsync();
    }
}
