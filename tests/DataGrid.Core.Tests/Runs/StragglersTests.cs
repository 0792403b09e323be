using DataGrid.Core.Runs;

namespace DataGrid.Core.Tests.Runs;

public sealed class StragglersTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    // Fewer than half are done: nobody knows what is usual.
    [InlineData(10, new[] { 2, 2, 2, 2 }, new[] { 100 }, new int[0])]
    [InlineData(8, new[] { 2, 2, 2, 2 }, new[] { 100 }, new[] { 0 })]
    // Only those beyond three times the median, one slow one among the done ones does not count.
    [InlineData(6, new[] { 2, 2, 2, 90 }, new[] { 6, 7 }, new[] { 1 })]
    // Nothing is doubled for the sake of a moment.
    [InlineData(4, new[] { 0, 0, 0 }, new[] { 1 }, new int[0])]
    [InlineData(4, new[] { 0, 0, 0 }, new[] { 2 }, new[] { 0 })]
    [InlineData(3, new int[0], new[] { 100 }, new int[0])]
    public void A_task_is_a_straggler_beyond_three_times_the_median_once_half_are_done(int tasks, int[] finishedSeconds, int[] runningSeconds, int[] stragglers)
    {
        var running = runningSeconds.Select((seconds, number) => (seconds, number)).ToDictionary(static task => task.number, static task => Now - TimeSpan.FromSeconds(task.seconds));
        Assert.Equal(stragglers, Stragglers.Find(tasks, [.. finishedSeconds.Select(static seconds => TimeSpan.FromSeconds(seconds))], running, Now, 3));
    }
}
