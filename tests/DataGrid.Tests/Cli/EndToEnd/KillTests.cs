namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>Killed at random moments, then run to the end: readers see what an undisturbed history shows.</summary>
public sealed class KillTests
{
    private const int Rounds = 6;

    [Fact]
    public async Task Kills_at_random_moments_change_nothing_that_readers_see()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var disturbed = ProjectFolder.Small();
        using var undisturbed = ProjectFolder.Small();
        for (var round = 0; round < Rounds; round++)
        {
            disturbed.AddEvents(round);
            undisturbed.AddEvents(round);
            // Some kills hit the start, some the work, some the publishing; and some runs get through.
            using (var run = CliProcess.Start("run", disturbed.Path))
            {
                if (!await run.EndsWithinAsync(TimeSpan.FromMilliseconds(random.Next(300, 2500))))
                {
                    await run.SignalAsync("KILL");
                    await run.WaitAsync();
                }
            }
            if (round == 0) continue; // nothing may have been made yet
            await CliProcess.SucceedAsync("run", disturbed.Path);
        }
        await CliProcess.SucceedAsync("run", undisturbed.Path);

        var expected = await undisturbed.ContentAsync();
        var actual = await disturbed.ContentAsync();
        Assert.True(expected == actual, $"seed {seed}: expected\n{expected}\nbut readers see\n{actual}");
        Assert.Empty(disturbed.StagedFiles());
    }
}
