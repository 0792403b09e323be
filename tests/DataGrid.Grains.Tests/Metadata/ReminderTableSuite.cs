using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Metadata;

public abstract class ReminderTableSuite : MetadataSuite
{
    private static readonly GrainId Grain = GrainId.Create("pipeline", "default/flights");

    private IReminderTable Table => Bed.Reminders;

    [Fact]
    public async Task A_reminder_is_read_as_it_was_written_also_by_the_next_process()
    {
        var etag = await Table.UpsertRow(Entry("daily", 5));
        await Bed.ReopenAsync();
        var read = (await Table.ReadRow(Grain, "daily"))!;
        Assert.Equal((Grain, "daily", TimeSpan.FromMinutes(5), etag), (read.GrainId, read.ReminderName, read.Period, read.ETag));
        Assert.Equal(new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc).AddTicks(1), read.StartAt);
    }

    [Fact]
    public async Task A_reminder_is_replaced_and_gets_a_new_version()
    {
        var first = await Table.UpsertRow(Entry("daily", 5));
        var second = await Table.UpsertRow(Entry("daily", 6));
        Assert.NotEqual(first, second);
        Assert.Equal(TimeSpan.FromMinutes(6), Assert.Single((await Table.ReadRows(Grain)).Reminders).Period);
    }

    [Fact]
    public async Task Only_the_version_that_one_knows_can_be_removed()
    {
        var etag = await Table.UpsertRow(Entry("daily", 5));
        Assert.False(await Table.RemoveRow(Grain, "daily", "0.0"));
        Assert.True(await Table.RemoveRow(Grain, "daily", etag!));
        Assert.Null(await Table.ReadRow(Grain, "daily"));
    }

    [Fact]
    public async Task A_range_of_hashes_and_its_complement_hold_everything_once()
    {
        for (var i = 0; i < 20; i++)
            await Table.UpsertRow(new ReminderEntry { GrainId = GrainId.Create("g", $"k{i}"), ReminderName = "r", Period = TimeSpan.FromMinutes(1) });
        const uint middle = uint.MaxValue / 2;
        var low = await Table.ReadRows(0, middle);
        var high = await Table.ReadRows(middle, 0);
        Assert.Equal(20, low.Reminders.Concat(high.Reminders).Select(r => r.GrainId).Distinct().Count());
        Assert.Equal(20, low.Reminders.Count + high.Reminders.Count);
        Assert.Equal(20, (await Table.ReadRows(0, 0)).Reminders.Count);
        await Table.TestOnlyClearTable();
        Assert.Empty((await Table.ReadRows(0, 0)).Reminders);
    }

    private static ReminderEntry Entry(string name, int minutes) => new()
    {
        GrainId = Grain,
        ReminderName = name,
        StartAt = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc).AddTicks(1),
        Period = TimeSpan.FromMinutes(minutes),
    };
}
