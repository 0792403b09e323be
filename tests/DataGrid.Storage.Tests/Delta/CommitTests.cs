using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Delta;

public sealed class CommitTests : IDisposable
{
    private readonly TestTable _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task The_first_append_makes_the_table_and_the_next_one_adds_to_it()
    {
        var table = _test.Open();
        Assert.Null(await table.ReadHeadAsync(default));

        Assert.Equal(new CommitOutcome.Committed(0), await table.CommitAsync(await _test.AppendAsync("r1", 1, 2), default));
        Assert.Equal(new CommitOutcome.Committed(1), await table.CommitAsync(await _test.AppendAsync("r2", 3), default));

        Assert.Equal([1, 2, 3], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_commit_asked_for_again_does_nothing_and_says_where_it_is()
    {
        var first = await _test.AppendAsync("r1", 1);
        await _test.Open().CommitAsync(first, default);
        await _test.Open().CommitAsync(await _test.AppendAsync("r2", 2), default);

        Assert.Equal(new CommitOutcome.AlreadyDone(0), await _test.Open().CommitAsync(first with { CommitId = Guid.NewGuid() }, default));
        Assert.Equal([1, 2], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_replaced_writer_is_fenced_and_stays_so()
    {
        var (old, young) = (_test.Open(), _test.Open());
        await old.CommitAsync(await _test.AppendAsync("r1", 1), default);
        await young.CommitAsync(await _test.AppendAsync("r2", 2), default);

        Assert.Equal(new CommitOutcome.Fenced(2), await old.CommitAsync(await _test.AppendAsync("r3", 3), default));
        Assert.Equal(new CommitOutcome.Fenced(2), await old.CommitAsync(await _test.AppendAsync("r4", 4), default));
        Assert.Equal(new CommitOutcome.Committed(2), await young.CommitAsync(await _test.AppendAsync("r5", 5), default));
        Assert.Equal([1, 2, 5], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_replaced_writer_still_tells_what_was_committed()
    {
        var (old, young) = (_test.Open(), _test.Open());
        var first = await _test.AppendAsync("r1", 1);
        await old.CommitAsync(first, default);
        await young.CommitAsync(await _test.AppendAsync("r2", 2), default);
        Assert.IsType<CommitOutcome.Fenced>(await old.CommitAsync(await _test.AppendAsync("r3", 3), default));

        Assert.Equal(new CommitOutcome.AlreadyDone(0), await old.CommitAsync(first with { CommitId = Guid.NewGuid() }, default));
        Assert.Equal([1, 2], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_table_that_comes_back_to_a_process_is_written_there_again_and_the_other_is_replaced()
    {
        var (here, there) = (_test.Open(), _test.Open());
        await here.CommitAsync(await _test.AppendAsync("r1", 1), default);
        await there.CommitAsync(await _test.AppendAsync("r2", 2), default);
        Assert.IsType<CommitOutcome.Fenced>(await here.CommitAsync(await _test.AppendAsync("r3", 3), default));

        here.BeginWriting();

        Assert.Equal(new CommitOutcome.Committed(2), await here.CommitAsync(await _test.AppendAsync("r4", 4), default));
        Assert.Equal(new CommitOutcome.Fenced(3), await there.CommitAsync(await _test.AppendAsync("r5", 5), default));
        Assert.Equal([1, 2, 4], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_zombie_that_wakes_between_building_its_entry_and_putting_it_never_wins()
    {
        var sleeping = new TaskCompletionSource();
        var asleep = new TaskCompletionSource();
        var nap = new Nap(Failpoints.CommitBeforePut, asleep, sleeping.Task);
        var zombie = _test.Open(options: _test.Options with { Failpoints = nap });
        await zombie.CommitAsync(await _test.AppendAsync("r1", 1), default);

        nap.IsOn = true;
        var late = zombie.CommitAsync(await _test.AppendAsync("r2", 2), default);
        await asleep.Task;
        await _test.Open().CommitAsync(await _test.AppendAsync("r3", 3), default);
        sleeping.SetResult();

        Assert.Equal(new CommitOutcome.Fenced(2), await late);
        Assert.Equal([1, 3], await _test.FreshRowsAsync());
    }

    [Theory]
    [InlineData(Failpoints.CommitBeforePut)]
    [InlineData(Failpoints.CommitPlanned)]
    public async Task A_zombie_that_sleeps_while_a_vacuum_with_a_short_retention_takes_its_files_commits_nothing(string place)
    {
        var (asleep, sleeping) = (new TaskCompletionSource(), new TaskCompletionSource());
        var nap = new Nap(place, asleep, sleeping.Task);
        var zombie = _test.Open(options: _test.Options with { Failpoints = nap });
        await zombie.CommitAsync(await _test.AppendAsync("r1", 1), default);
        nap.IsOn = true;
        var request = await _test.AppendAsync("r2", 2);
        var late = zombie.CommitAsync(request, default);
        await asleep.Task;
        _test.Clock.Advance(TimeSpan.FromMinutes(5));

        // The table's next owner has committed nothing yet.
        var owner = _test.Open();
        var report = await owner.VacuumAsync(TimeSpan.FromMinutes(1), isDryRun: false, allowShortRetention: true, default);
        sleeping.SetResult();

        Assert.Equal(request.Adds[0].Path, Assert.Single(report.Files));
        Assert.IsType<CommitOutcome.Fenced>(await late);
        Assert.Equal([1], await _test.FreshRowsAsync());
        // Nor is it in the way of those who come after.
        await owner.CommitAsync(await _test.AppendAsync("r3", 3), default);
        Assert.Equal([1, 3], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_vacuum_with_a_short_retention_keeps_what_a_writer_had_put_before_it_was_replaced()
    {
        var (asleep, sleeping) = (new TaskCompletionSource(), new TaskCompletionSource());
        var nap = new Nap(Failpoints.CommitAfterPut, asleep, sleeping.Task);
        var zombie = _test.Open(options: _test.Options with { Failpoints = nap });
        await zombie.CommitAsync(await _test.AppendAsync("r1", 1), default);
        var lost = await _test.WriteAsync(9);
        nap.IsOn = true;
        var late = zombie.CommitAsync(await _test.AppendAsync("r2", 2), default);
        await asleep.Task;
        _test.Clock.Advance(TimeSpan.FromMinutes(5));

        var report = await _test.Open().VacuumAsync(TimeSpan.FromMinutes(1), isDryRun: false, allowShortRetention: true, default);
        sleeping.SetResult();

        Assert.Equal(lost.Path, Assert.Single(report.Files));
        Assert.Equal(new CommitOutcome.Committed(1), await late);
        Assert.Equal([1, 2], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_sleeper_that_wins_a_version_which_was_cleaned_up_does_not_count_as_committed()
    {
        var (asleep, sleeping) = (new TaskCompletionSource(), new TaskCompletionSource());
        var nap = new Nap(Failpoints.CommitBeforePut, asleep, sleeping.Task);
        var options = _test.Options with { CheckpointInterval = 5, LogRetention = TimeSpan.FromHours(1) };
        var zombie = _test.Open(options: options with { Failpoints = nap });
        await zombie.CommitAsync(await _test.AppendAsync("z0", 100), default);
        nap.IsOn = true;
        var late = zombie.CommitAsync(await _test.AppendAsync("z1", 101), default);
        await asleep.Task;

        var young = _test.Open(options: options);
        for (var run = 0; run < 12; run++)
        {
            await young.CommitAsync(await _test.AppendAsync($"y{run}", run), default);
            await young.CheckpointsAsync();
            _test.Clock.Advance(TimeSpan.FromHours(2));
        }
        Assert.DoesNotContain(LogFile.EntryName(1), await _test.EntriesAsync());
        sleeping.SetResult();

        Assert.IsType<CommitOutcome.Fenced>(await late);
        Assert.DoesNotContain(101, await _test.FreshRowsAsync());
        Assert.DoesNotContain(LogFile.EntryName(1), await _test.EntriesAsync());
    }

    [Fact]
    public async Task A_checked_append_a_merge_and_a_replace_conflict_with_rows_that_came_since()
    {
        var table = _test.Open();
        var kept = await _test.WriteAsync(1);
        await table.CommitAsync(TestTable.Request(CommitKind.Append, "r1", null, kept), default);
        await table.CommitAsync(await _test.AppendAsync("r2", 2), default);

        foreach (var kind in new[] { CommitKind.CheckedAppend, CommitKind.Merge, CommitKind.Replace })
        {
            var late = TestTable.Request(kind, $"late-{kind}", 0, await _test.WriteAsync(9)) with { RemovedPaths = kind == CommitKind.Merge ? [kept.Path] : [] };
            var conflict = Assert.IsType<CommitOutcome.Conflict>(await table.CommitAsync(late, default));
            Assert.Contains("version 1 changed rows after version 0", conflict.Why, StringComparison.Ordinal);
            Assert.IsType<CommitOutcome.Conflict>(await table.CommitAsync(late with { BaseVersion = null }, default));
        }
        Assert.Equal([1, 2], await _test.FreshRowsAsync());

        var merge = TestTable.Request(CommitKind.Merge, "merge", 1, await _test.WriteAsync(10)) with { RemovedPaths = [kept.Path] };
        Assert.Equal(new CommitOutcome.Committed(2), await table.CommitAsync(merge, default));
        Assert.Equal([2, 10], await _test.FreshRowsAsync());
        Assert.Equal(new CommitOutcome.Committed(3), await table.CommitAsync(TestTable.Request(CommitKind.Replace, "replace", 2, await _test.WriteAsync(7)), default));
        Assert.Equal([7], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_has_another_length_is_refused_and_the_others_of_the_group_go_on()
    {
        var table = _test.Open();
        await table.CommitAsync(await _test.AppendAsync("r0", 0), default);
        var missing = await _test.AppendAsync("gone", 1);
        await _test.Store.DeleteAsync(_test.Paths.File(missing.Adds[0].Path), default);
        var shorter = await _test.AppendAsync("cut", 2);
        shorter = shorter with { Adds = [shorter.Adds[0] with { SizeBytes = 99 }] };
        var wrongCount = await _test.AppendAsync("count", 3) with { ExpectedRows = 2 };

        var outcomes = await Task.WhenAll(table.CommitAsync(missing, default), table.CommitAsync(shorter, default), table.CommitAsync(wrongCount, default), table.CommitAsync(await _test.AppendAsync("good", 4), default));

        Assert.Contains("is not there", Assert.IsType<CommitOutcome.Refused>(outcomes[0]).Problem.Message, StringComparison.Ordinal);
        Assert.Contains("99 were written", Assert.IsType<CommitOutcome.Refused>(outcomes[1]).Problem.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCodes.Internal, Assert.IsType<CommitOutcome.Refused>(outcomes[2]).Problem.Code);
        Assert.IsType<CommitOutcome.Committed>(outcomes[3]);
        Assert.Equal([0, 4], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_cursor_commits_with_its_rows_conflicts_when_it_moved_and_comes_back_with_a_rollback()
    {
        var table = _test.Open();
        CommitRequest Step(CommitRequest append, string? expected, string next) => append with
        {
            Domains = Core.DeltaLog.Actions.Maps.Of([new("datagrid.cursor", next)]),
            ExpectedDomains = Core.DeltaLog.Actions.Maps.Of([new("datagrid.cursor", expected)]),
        };
        await table.CommitAsync(Step(await _test.AppendAsync("r1", 1), null, "c1"), default);
        await table.CommitAsync(Step(await _test.AppendAsync("r2", 2), "c1", "c2"), default);

        Assert.IsType<CommitOutcome.Conflict>(await table.CommitAsync(Step(await _test.AppendAsync("r3", 3), "c1", "c3"), default));
        Assert.Equal("c2", (await table.ReadHeadAsync(default))!.Domain("datagrid.cursor"));

        Assert.Equal(new CommitOutcome.Committed(2), await table.RestoreAsync(0, null, default));
        var head = (await table.ReadHeadAsync(default))!;
        Assert.Equal("c1", head.Domain("datagrid.cursor"));
        Assert.Equal([1], await _test.FreshRowsAsync());
        Assert.Equal(new CommitOutcome.AlreadyDone(1), await table.CommitAsync(await _test.AppendAsync("r2", 2), default));
        Assert.Equal(1, WriterEpoch.Of(head));
    }

    [Fact]
    public async Task Sixty_four_writers_with_one_pump_see_no_conflict_and_share_entries()
    {
        var table = _test.Open();
        var requests = await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => _test.AppendAsync($"r{writer}", writer)));

        var outcomes = await Task.WhenAll(requests.Select(request => Task.Run(() => table.CommitAsync(request, default))));

        Assert.All(outcomes, static outcome => Assert.IsType<CommitOutcome.Committed>(outcome));
        Assert.Equal(Enumerable.Range(0, 64).Select(static row => (long)row), await _test.FreshRowsAsync());
        Assert.True((await _test.EntriesAsync()).Count <= 64);
        Assert.Equal(64, await CountMembersAsync(table));
    }

    [Fact]
    public async Task Sixty_four_writers_of_other_engines_race_and_every_version_has_one_winner()
    {
        // Writers without an epoch of their own, as another engine would be: all claims are made at once, the losers are fenced, nothing is lost or doubled.
        var requests = await Task.WhenAll(Enumerable.Range(0, 64).Select(writer => _test.AppendAsync($"r{writer}", writer)));
        var outcomes = await Task.WhenAll(requests.Select(request => Task.Run(() => _test.Open().CommitAsync(request, default))));

        var committed = outcomes.OfType<CommitOutcome.Committed>().Select(static outcome => outcome.Version).ToList();
        Assert.NotEmpty(committed);
        Assert.Equal(committed.Count, committed.Distinct().Count());
        Assert.All(outcomes, static outcome => Assert.True(outcome is CommitOutcome.Committed or CommitOutcome.Fenced, outcome.ToString()));
        var winners = requests.Zip(outcomes).Where(static pair => pair.Second is CommitOutcome.Committed).SelectMany(static pair => pair.First.Transaction!.AppId.Split('/')[0][5..].Split(','));
        Assert.Equal(winners.Select(static row => long.Parse(row, System.Globalization.CultureInfo.InvariantCulture)).Order(), await _test.FreshRowsAsync());
    }

    private static async Task<int> CountMembersAsync(DeltaTable table)
    {
        var members = 0;
        await foreach (var entry in table.ReadHistoryAsync(default)) members += entry.Members.Length;
        return members;
    }

    private sealed class Nap(string where, TaskCompletionSource asleep, Task sleeping) : IFailpoints
    {
        public bool IsOn { get; set; }

        public async ValueTask HitAsync(string name, CancellationToken cancellationToken)
        {
            if (!IsOn || name != where) return;
            IsOn = false;
            asleep.SetResult();
            await sleeping;
        }
    }
}
