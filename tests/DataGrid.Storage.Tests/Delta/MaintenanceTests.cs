using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Delta;

public sealed class MaintenanceTests : IDisposable
{
    private readonly TestTable _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_checkpoint_is_written_every_ten_commits_and_a_new_reader_starts_from_it()
    {
        var table = _test.Open();
        for (var run = 0; run < 25; run++)
        {
            await table.CommitAsync(await _test.AppendAsync($"r{run}", run), default);
            await table.CheckpointsAsync();
        }
        Assert.NotNull(await _test.Store.StatAsync(_test.Paths.Checkpoint(10), default));
        Assert.NotNull(await _test.Store.StatAsync(_test.Paths.Checkpoint(20), default));

        for (var version = 0; version < 20; version++) await _test.Store.DeleteAsync(_test.Paths.Entry(version), default);

        var head = (await _test.Open().ReadHeadAsync(default))!;
        Assert.Equal(24, head.Version);
        Assert.Equal(25, head.Files.Count);
        Assert.Equal(26, head.Transactions.Count);
        Assert.Equal(Enumerable.Range(0, 25).Select(static row => (long)row), await _test.RowsAsync(head));
        Assert.Equal(new CommitOutcome.AlreadyDone(24), await _test.Open().CommitAsync(await _test.AppendAsync("r3", 3), default));
        Assert.Equal(new CommitOutcome.Committed(25), await _test.Open().CommitAsync(await _test.AppendAsync("r25", 25), default));
    }

    [Fact]
    public async Task A_snapshot_from_a_checkpoint_equals_the_one_from_all_entries()
    {
        var table = _test.Open();
        for (var run = 0; run < 11; run++)
        {
            var head = await table.ReadHeadAsync(default);
            var request = run % 4 == 3 ? TestTable.Request(CommitKind.Replace, $"r{run}", head!.Version, await _test.WriteAsync(run)) : await _test.AppendAsync($"r{run}", run);
            await table.CommitAsync(request with { Domains = Core.DeltaLog.Actions.Maps.Of([new("datagrid.owner", $"p{run} \"quoted\" ünï\n")]) }, default);
        }
        await table.CheckpointsAsync();
        var fromCheckpoint = (await _test.Open().ReadHeadAsync(default))!;
        await _test.Store.DeleteAsync(_test.Paths.Checkpoint(10), default);
        await _test.Store.DeleteAsync(_test.Paths.LastCheckpoint, default);
        var fromEntries = (await _test.Open().ReadHeadAsync(default))!;

        Assert.Equal(10, fromCheckpoint.Version);
        Assert.Equal(Describe(fromEntries), Describe(fromCheckpoint));
    }

    [Fact]
    public async Task Old_versions_can_be_read_by_number_and_by_time_until_they_are_cleaned_up()
    {
        var table = _test.Open(options: _test.Options with { CheckpointInterval = 4, LogRetention = TimeSpan.FromHours(10) });
        var times = new List<DateTimeOffset>();
        for (var run = 0; run < 10; run++)
        {
            await table.CommitAsync(await _test.AppendAsync($"r{run}", run), default);
            await table.CheckpointsAsync();
            times.Add(_test.Clock.GetUtcNow());
            _test.Clock.Advance(TimeSpan.FromHours(1));
        }
        Assert.Equal([0, 1, 2], await _test.RowsAsync(await table.ReadVersionAsync(2, default)));
        Assert.Equal(5, (await _test.Open().ReadAsOfAsync(times[5].AddMinutes(30), default)).Version);
        Assert.Equal(9, (await table.ReadAsOfAsync(times[9], default)).Version);
        Assert.Equal(ErrorCodes.VersionUnknown, (await Assert.ThrowsAsync<DataGridException>(() => table.ReadAsOfAsync(times[9].AddDays(1), default))).Problem.Code);
        Assert.Equal(ErrorCodes.VersionUnknown, (await Assert.ThrowsAsync<DataGridException>(() => table.ReadAsOfAsync(times[0].AddDays(-1), default))).Problem.Code);
        Assert.Equal(ErrorCodes.VersionUnknown, (await Assert.ThrowsAsync<DataGridException>(() => table.ReadVersionAsync(10, default))).Problem.Code);

        _test.Clock.Advance(TimeSpan.FromHours(6));
        Assert.True(await table.CleanUpLogAsync(default) > 0);

        Assert.Equal(ErrorCodes.VersionVacuumed, (await Assert.ThrowsAsync<DataGridException>(() => table.ReadVersionAsync(2, default))).Problem.Code);
        Assert.Equal([0, 1, 2, 3, 4], await _test.RowsAsync(await _test.Open().ReadVersionAsync(4, default)));
        Assert.Equal(10, (await _test.FreshRowsAsync()).Count);
        Assert.Equal(ErrorCodes.VersionVacuumed, (await Assert.ThrowsAsync<DataGridException>(() => table.ReadChangesAsync(0, 9, default))).Problem.Code);
        Assert.Equal(4, (await table.ReadChangesAsync(5, 9, default)).Count);
    }

    [Fact]
    public async Task A_clock_that_steps_back_does_not_make_versions_older_than_those_before()
    {
        var table = _test.Open();
        await table.CommitAsync(await _test.AppendAsync("r0", 0), default);
        _test.Clock.Advance(TimeSpan.FromHours(-2));
        await table.CommitAsync(await _test.AppendAsync("r1", 1), default);

        var history = new List<DateTimeOffset>();
        await foreach (var entry in table.ReadHistoryAsync(default)) history.Add(entry.Timestamp);

        Assert.Equal(TimeSpan.FromMilliseconds(1), history[0] - history[1]);
    }

    [Fact]
    public async Task Vacuum_takes_what_left_long_ago_and_what_never_came_in_and_nothing_else()
    {
        var table = _test.Open();
        var old = await _test.WriteAsync(1);
        await table.CommitAsync(TestTable.Request(CommitKind.Append, "r1", null, old), default);
        var lost = await _test.WriteAsync(666);
        await table.CommitAsync(TestTable.Request(CommitKind.Replace, "r2", 0, await _test.WriteAsync(2)), default);
        _test.Clock.Advance(TimeSpan.FromDays(8));
        var recent = await _test.WriteAsync(3);
        await table.CommitAsync(TestTable.Request(CommitKind.Replace, "r3", 1, recent), default);
        var running = await _test.WriteAsync(4);
        await _test.Store.PutAsync(_test.Paths.Cursor(Guid.Empty), new byte[] { 1 }, default);

        var dry = await table.VacuumAsync(null, isDryRun: true, allowShortRetention: false, default);
        Assert.Equal<string>([old.Path, lost.Path], dry.Files);
        Assert.Equal(old.SizeBytes + lost.SizeBytes, dry.Bytes);
        Assert.Equal([1], await _test.RowsAsync(await table.ReadVersionAsync(0, default)));

        var wet = await table.VacuumAsync(null, isDryRun: false, allowShortRetention: false, default);
        Assert.Equal<string>([.. dry.Files], wet.Files);
        Assert.Equal([3], await _test.FreshRowsAsync());
        Assert.Equal([2], await _test.RowsAsync(await table.ReadVersionAsync(1, default)));
        Assert.NotNull(await _test.Store.StatAsync(_test.Paths.File(running.Path), default));

        var gone = Assert.IsType<CommitOutcome.Refused>(await table.RestoreAsync(0, null, default));
        Assert.Equal(ErrorCodes.VersionVacuumed, gone.Problem.Code);
        Assert.Equal(new CommitOutcome.Committed(3), await table.RestoreAsync(1, null, default));
        Assert.Equal([2], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task Vacuum_leaves_the_files_that_tell_how_versions_were_made()
    {
        var table = _test.Open();
        var (named, lost) = (_test.Paths.File("_datagrid/lineage-a.json"), _test.Paths.File("_datagrid/lineage-b.json"));
        await _test.Store.PutAsync(named, new byte[] { 1 }, default);
        await _test.Store.PutAsync(lost, new byte[] { 1 }, default);
        var request = TestTable.Request(CommitKind.Append, "r1", null, await _test.WriteAsync(1));
        await table.CommitAsync(request with { ProvenanceJson = """{"lineageFile":"_datagrid/lineage-a.json"}""" }, default);
        _test.Clock.Advance(TimeSpan.FromDays(8));

        var report = await table.VacuumAsync(null, isDryRun: false, allowShortRetention: false, default);

        Assert.Equal<string>(["_datagrid/lineage-b.json"], report.Files);
        Assert.NotNull(await _test.Store.StatAsync(named, default));
    }

    [Fact]
    public async Task Vacuum_refuses_a_retention_that_running_work_could_not_survive_unless_it_is_meant()
    {
        var table = _test.Open();
        await table.CommitAsync(await _test.AppendAsync("r1", 1), default);

        var fault = await Assert.ThrowsAsync<DataGridException>(() => table.VacuumAsync(TimeSpan.FromHours(1), isDryRun: false, allowShortRetention: false, default));

        Assert.Contains("running work", fault.Message, StringComparison.Ordinal);
        Assert.Empty((await table.VacuumAsync(TimeSpan.FromHours(1), isDryRun: false, allowShortRetention: true, default)).Files);
    }

    [Fact]
    public async Task A_commit_refuses_files_that_vacuum_might_take_before_it_is_done()
    {
        var late = await _test.AppendAsync("r1", 1);
        _test.Clock.Advance(TimeSpan.FromDays(4));

        var conflict = Assert.IsType<CommitOutcome.Conflict>(await _test.Open().CommitAsync(late, default));

        Assert.Contains("vacuum", conflict.Why, StringComparison.Ordinal);
    }

    /// <summary>The writer sleeps for so many days between its files and its commit, and vacuum comes meanwhile.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(30)]
    public async Task A_writer_that_sleeps_while_vacuum_works_commits_files_that_are_there_or_nothing(int days)
    {
        await _test.Open().CommitAsync(await _test.AppendAsync("r1", 1), default);
        var late = await _test.AppendAsync("late", 2);
        var writer = _test.Open();
        _test.Clock.Advance(TimeSpan.FromDays(days));
        await _test.Open().VacuumAsync(null, isDryRun: false, allowShortRetention: false, default);

        var outcome = await writer.CommitAsync(late, default);

        Assert.Equal(outcome is CommitOutcome.Committed ? [1, 2] : [1], await _test.FreshRowsAsync());
        Assert.Equal(days < 4, outcome is CommitOutcome.Committed);
    }

    [Fact]
    public async Task A_reader_of_an_old_version_reads_it_whole_until_the_retention_ends_and_then_is_told_that_files_are_gone()
    {
        var table = _test.Open();
        await table.CommitAsync(await _test.AppendAsync("r1", 1), default);
        var reading = await _test.Open().ReadHeadAsync(default);
        await table.CommitAsync(TestTable.Request(CommitKind.Replace, "r2", 0, await _test.WriteAsync(2)), default);
        for (var day = 0; day < 7; day++)
        {
            await table.VacuumAsync(null, isDryRun: false, allowShortRetention: false, default);
            Assert.Equal([1], await _test.RowsAsync(reading));
            _test.Clock.Advance(TimeSpan.FromDays(1));
        }
        _test.Clock.Advance(TimeSpan.FromDays(1));
        await table.VacuumAsync(null, isDryRun: false, allowShortRetention: false, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _test.RowsAsync(reading));
        Assert.Equal([2], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task Run_transactions_leave_with_a_checkpoint_after_thirty_days_and_stream_transactions_stay()
    {
        var table = _test.Open();
        await table.CommitAsync(await _test.AppendAsync("old", 1), default);
        var stream = await _test.AppendAsync("x", 2) with { Transaction = CommitTransaction.OfStream("p", "s", 7) };
        await table.CommitAsync(stream, default);
        _test.Clock.Advance(TimeSpan.FromDays(31));
        await table.CommitAsync(await _test.AppendAsync("new", 3), default);
        await table.CheckpointAsync(default);

        var head = (await _test.Open().ReadHeadAsync(default))!;

        Assert.Equal(["datagrid/epoch", "run:new/test.events", "stream:p/s"], head.Transactions.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task History_tells_who_committed_what()
    {
        var table = _test.Open();
        await table.CommitAsync(await _test.AppendAsync("r1", 1, 2) with { ProvenanceJson = """{ "run": "r1",  "inputs": [ {"name":"raw.x","version":7} ] }""" }, default);
        await table.CommitAsync(TestTable.Request(CommitKind.Replace, "r2", 0, await _test.WriteAsync(3)), default);

        var history = new List<Storage.Delta.HistoryEntry>();
        await foreach (var entry in table.ReadHistoryAsync(default)) history.Add(entry);

        Assert.Equal([1L, 0L], history.Select(static entry => entry.Version));
        Assert.Equal((1, 1, 1L), (history[0].FilesAdded, history[0].FilesRemoved, history[0].RowsAdded));
        Assert.Equal("replace", Assert.Single(history[0].Members).Kind);
        var first = Assert.Single(history[1].Members);
        Assert.Equal(("run:r1/test.events", 2L), (first.AppId, first.Rows));
        Assert.Equal("""{"run":"r1","inputs":[{"name":"raw.x","version":7}]}""", first.ProvenanceJson);
    }

    private static string Describe(Snapshot snapshot) => string.Join('\n', new[]
    {
        System.Text.Encoding.UTF8.GetString(Core.DeltaLog.Actions.ActionWriter.Write(
        [
            snapshot.Protocol, snapshot.Metadata,
            .. snapshot.Transactions.Values.OrderBy(static one => one.AppId, StringComparer.Ordinal),
            .. snapshot.Domains.Values.OrderBy(static one => one.Domain, StringComparer.Ordinal),
            .. snapshot.OrderedFiles.Select(static file => file with { DataChange = false }),
            .. snapshot.Tombstones.Values.OrderBy(static one => one.Path, StringComparer.Ordinal).Select(static one => one with { DataChange = false }),
        ])),
        $"{snapshot.Version} {snapshot.TimestampMilliseconds}",
    });
}
