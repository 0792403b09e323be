using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>A process that dies at each named place in turn. The next one finds every acknowledged row once, and can go on.</summary>
public sealed class CrashTests
{
    public static TheoryData<string> CommitPlaces => new(Failpoints.All.Where(static name => name.StartsWith("commit.", StringComparison.Ordinal) || name.StartsWith("checkpoint.", StringComparison.Ordinal)
        || name.StartsWith("cleanup.", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(CommitPlaces))]
    public async Task A_writer_that_dies_anywhere_in_a_commit_a_checkpoint_or_a_clean_up_leaves_a_sound_table(string place)
    {
        using var test = new TestTable(options: new DeltaTableOptions { CheckpointInterval = 3, LogRetention = TimeSpan.FromHours(1) });
        var (crash, asked) = (new Crash(place), new List<long>());
        for (var life = 0; life < 40; life++)
        {
            // A death in a clean-up ends the process too: whatever was held in memory is gone.
            using var table = new DeltaTable(test.Store, test.Paths, test.Engine, test.Options with { Failpoints = crash, OnBackgroundFault = static (_, _) => { } }, test.Clock);
            var request = await test.AppendAsync($"run{life}", life);
            asked.Add(life);
            crash.IsArmed = life % 2 == 1;
            try
            {
                await table.CommitAsync(request, default);
                await table.CheckpointsAsync();
            }
            catch (CrashException)
            {
                // It died before it could answer.
            }
            crash.IsArmed = false;
            using var next = new DeltaTable(test.Store, test.Paths, test.Engine, test.Options, test.Clock);
            Assert.True(await next.CommitAsync(request, default) is CommitOutcome.Committed or CommitOutcome.AlreadyDone);
            await next.CheckpointsAsync();
            Assert.Equal(asked, await test.FreshRowsAsync());
            test.Clock.Advance(TimeSpan.FromHours(1));
        }
        Assert.True(crash.Deaths > 0, $"nobody died at {place}: the test does not reach it");
    }

    [Theory]
    [InlineData(Failpoints.VacuumPlanned)]
    [InlineData(Failpoints.VacuumBetweenDeletes)]
    public async Task A_vacuum_that_dies_has_deleted_only_what_nothing_needs(string place)
    {
        using var test = new TestTable();
        var crash = new Crash(place);
        var table = test.Open(options: test.Options with { Failpoints = crash });
        for (var run = 0; run < 4; run++)
        {
            var head = await table.ReadHeadAsync(default);
            await table.CommitAsync(TestTable.Request(CommitKind.Replace, $"r{run}", head?.Version, await test.WriteAsync(run)), default);
        }
        test.Clock.Advance(TimeSpan.FromDays(8));
        crash.IsArmed = true;

        await Assert.ThrowsAsync<CrashException>(() => table.VacuumAsync(null, isDryRun: false, allowShortRetention: false, default));
        crash.IsArmed = false;

        Assert.Equal([3], await test.FreshRowsAsync());
        var rest = await test.Open().VacuumAsync(null, isDryRun: false, allowShortRetention: false, default);
        Assert.Equal(place == Failpoints.VacuumPlanned ? 3 : 2, rest.Files.Length);
        Assert.Equal([3], await test.FreshRowsAsync());
    }

    internal sealed class CrashException : Exception;

    internal sealed class Crash(string place) : IFailpoints
    {
        public bool IsArmed { get; set; }

        public int Deaths { get; private set; }

        public ValueTask HitAsync(string name, CancellationToken cancellationToken)
        {
            if (!IsArmed || name != place) return ValueTask.CompletedTask;
            Deaths++;
            throw new CrashException();
        }
    }
}
