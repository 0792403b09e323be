using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface IReminderGrain : IGrainWithStringKey
{
    Task Remind(string name, TimeSpan due, TimeSpan period);

    Task<bool> Forget(string name);

    Task<int> Count();
}

[GrainType("reminder")]
internal sealed class ReminderGrain(Probe probe) : Grain, IReminderGrain, IRemindable
{
    private int _ticks;

    public Task Remind(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task<bool> Forget(string name)
    {
        if (await this.GetReminder(name) is not { } reminder)
            return false;
        await this.UnregisterReminder(reminder);
        return true;
    }

    public async Task<int> Count() => (await this.GetReminders()).Count;

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        probe.Events.Enqueue($"{reminderName} at {status.CurrentTickTime:HH:mm}, first {status.FirstTickTime:HH:mm}, every {status.Period}");
        probe.Set($"{reminderName} {++_ticks}");
        return Task.CompletedTask;
    }
}

public interface INotRemindableGrain : IGrainWithStringKey
{
    Task Remind();
}

[GrainType("not-remindable")]
public sealed class NotRemindableGrain : Grain, INotRemindableGrain
{
    public Task Remind() => this.RegisterOrUpdateReminder("x", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
}

public sealed class ReminderTests : ClusterTest
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private IReminderGrain Grain => Grains.GetGrain<IReminderGrain>("a");

    [Fact]
    public async Task A_reminder_ticks_when_due()
    {
        await Grain.Remind("r", 2 * Minute, 5 * Minute);
        Cluster.Time.Advance(2 * Minute);
        await Probe.Wait("r 1");
        Assert.Equal(["r at 00:02, first 00:02, every 00:05:00"], Probe.Events);
    }

    [Fact]
    public async Task A_reminder_wakes_a_grain_that_is_not_in_memory()
    {
        await Grain.Remind("r", 100 * Minute, 5 * Minute);
        await TickAsync(Cluster);
    }

    [Fact]
    public async Task A_period_below_a_minute_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Grain.Remind("r", TimeSpan.Zero, TimeSpan.FromSeconds(59)));
        Assert.Equal(0, await Grain.Count());
    }

    [Fact]
    public async Task A_reminder_of_the_same_name_is_replaced()
    {
        await Grain.Remind("r", 2 * Minute, 5 * Minute);
        await Grain.Remind("r", 10 * Minute, 5 * Minute);
        Assert.Equal(1, await Grain.Count());
        Cluster.Time.Advance(10 * Minute);
        await Probe.Wait("r 1");
        Assert.Equal(["r at 00:10, first 00:10, every 00:05:00"], Probe.Events);
    }

    [Fact]
    public async Task A_forgotten_reminder_ticks_no_more()
    {
        await Grain.Remind("r", 2 * Minute, 5 * Minute);
        Assert.True(await Grain.Forget("r"));
        Assert.False(await Grain.Forget("r"));
        Cluster.Time.Advance(20 * Minute);
        Assert.Equal(0, await Grain.Count());
        Assert.Empty(Probe.Events);
    }

    [Fact]
    public async Task A_reminder_outlives_the_silo()
    {
        await Grain.Remind("r", 2 * Minute, 5 * Minute);
        var table = Cluster.Services.GetRequiredService<IReminderTable>();
        await Cluster.StopAsync();
        await using var next = await TestCluster.StartAsync(services => services.AddSingleton(table));
        await TickAsync(next);
    }

    [Fact]
    public async Task A_grain_that_cannot_be_reminded_cannot_ask_for_it() =>
        await Assert.ThrowsAsync<InvalidOperationException>(Grains.GetGrain<INotRemindableGrain>("a").Remind);

    /// <summary>Waits for the first tick. Reminders are read in the background: the clock moves until they are.</summary>
    private static async Task TickAsync(TestCluster cluster)
    {
        var ticked = cluster.Services.GetRequiredService<Probe>().Wait("r 1");
        while (!ticked.IsCompleted)
        {
            cluster.Time.Advance(Minute);
            await Task.WhenAny(ticked, Task.Delay(1));
        }

        await ticked;
    }
}
