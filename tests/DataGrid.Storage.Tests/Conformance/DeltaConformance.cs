using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Conformance;

/// <summary>The protocol of commits on a store: what every store must carry.</summary>
public abstract class DeltaConformance
{
    private readonly TestClock _clock = new();

    /// <summary>Files carry the store's time: the table's clock begins there.</summary>
    protected DeltaConformance() => _clock.Advance(TimeProvider.System.GetUtcNow() - _clock.GetUtcNow());

    /// <summary>An empty store.</summary>
    protected abstract IObjectStore Open();

    [Fact]
    public async Task Sixty_four_appends_with_one_pump_all_stand_once()
    {
        using var test = Table();
        var table = test.Open();
        var requests = await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => test.AppendAsync($"r{writer}", writer)));

        var outcomes = await Task.WhenAll(requests.Select(request => Task.Run(() => table.CommitAsync(request, default))));

        Assert.All(outcomes, static outcome => Assert.IsType<CommitOutcome.Committed>(outcome));
        Assert.Equal(Enumerable.Range(0, 64).Select(static row => (long)row), await test.FreshRowsAsync());
    }

    [Fact]
    public async Task Sixty_four_writers_that_know_nothing_of_each_other_win_each_version_once()
    {
        using var test = Table();
        var requests = await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => test.AppendAsync($"r{writer}", writer)));

        var outcomes = await Task.WhenAll(requests.Select(request => Task.Run(() => test.Open().CommitAsync(request, default))));

        Assert.All(outcomes, static outcome => Assert.True(outcome is CommitOutcome.Committed or CommitOutcome.Fenced, outcome.ToString()));
        var committed = outcomes.OfType<CommitOutcome.Committed>().Select(static outcome => outcome.Version).ToList();
        Assert.NotEmpty(committed);
        Assert.Equal(committed.Count, committed.Distinct().Count());
        Assert.Equal(committed.Count, (await test.FreshRowsAsync()).Count);
        Assert.Equal(committed.Count, (await test.EntriesAsync()).Count);
    }

    [Fact]
    public async Task Checkpoints_old_versions_clean_up_and_vacuum_work_together()
    {
        using var test = Table();
        var table = test.Open(options: test.Options with { CheckpointInterval = 4, LogRetention = TimeSpan.FromHours(3), CleansLog = false });
        AddFile? replaced = null;
        for (var run = 0; run < 10; run++)
        {
            if (run == 5) await table.CommitAsync(TestTable.Request(CommitKind.Replace, "replace", 4, replaced = await test.WriteAsync(100)), default);
            else await table.CommitAsync(await test.AppendAsync($"r{run}", run), default);
            await table.CheckpointsAsync();
            _clock.Advance(TimeSpan.FromHours(1));
        }
        Assert.Equal([6, 7, 8, 9, 100], await test.FreshRowsAsync());
        Assert.Equal([6, 7, 100], await test.RowsAsync(await test.Open().ReadVersionAsync(7, default)));
        Assert.NotNull(await test.Store.StatAsync(test.Paths.Checkpoint(8), default));

        await table.CleanUpLogAsync(default);
        Assert.DoesNotContain(LogFile.EntryName(0), await test.EntriesAsync());
        Assert.Equal([6, 7, 8, 9, 100], await test.FreshRowsAsync());

        var dry = await table.VacuumAsync(TimeSpan.Zero, isDryRun: true, allowShortRetention: true, default);
        var done = await table.VacuumAsync(TimeSpan.Zero, isDryRun: false, allowShortRetention: true, default);
        Assert.Equal(dry.Files.AsEnumerable(), done.Files.AsEnumerable());
        Assert.Equal([6, 7, 8, 9, 100], await test.FreshRowsAsync());
        Assert.NotNull(await test.Store.StatAsync(test.Paths.File(replaced!.Path), default));
        Assert.Equal(new CommitOutcome.AlreadyDone(9), await test.Open().CommitAsync(await test.AppendAsync("r9", 9), default));
    }

    [Fact]
    public async Task A_vacuum_takes_what_no_version_names()
    {
        using var test = Table();
        var table = test.Open();
        await table.CommitAsync(await test.AppendAsync("r1", 1), default);
        var orphan = await test.WriteAsync(2);
        _clock.Advance(TimeSpan.FromDays(30));

        var done = await table.VacuumAsync(TimeSpan.FromDays(7), isDryRun: false, allowShortRetention: false, default);

        Assert.Equal(orphan.Path, Assert.Single(done.Files));
        Assert.Null(await test.Store.StatAsync(test.Paths.File(orphan.Path), default));
        Assert.Equal([1], await test.FreshRowsAsync());
    }

    private TestTable Table() => new(Open(), new DeltaTableOptions(), _clock);
}

public sealed class DeltaInAFolderTests : DeltaConformance, IDisposable
{
    private readonly TemporaryFolder _root = new();

    protected override IObjectStore Open() => LocalObjectStore.Open(_root.Path);

    public void Dispose() => _root.Dispose();
}
