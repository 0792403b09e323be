using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>Checkpoints are written beside commits; a compaction goes between them.</summary>
public sealed class CheckpointTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TestTable _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Nobody_who_commits_waits_for_a_checkpoint_and_closing_the_table_does()
    {
        var gate = new Gate(Failpoints.CheckpointBeforeWrite);
        // Closing waits on this clock, and the test's own jumps to the end of every wait.
        var options = _test.Options with { CheckpointInterval = 3, Failpoints = gate };
        var table = new DeltaTable(_test.Store, _test.Paths, _test.Engine, options, TimeProvider.System);

        // The checkpoint of version 3 stands still; that of version 6 gives way to that of version 9.
        for (var run = 0; run < 11; run++)
        {
            await table.CommitAsync(await _test.AppendAsync($"r{run}", run), default).WaitAsync(Limit);
            if (run == 3) await gate.Reached.WaitAsync(Limit);
        }
        Assert.Null(await _test.Store.StatAsync(_test.Paths.Checkpoint(3), default));
        var closing = table.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        gate.Open();
        await closing.WaitAsync(Limit);

        Assert.NotNull(await _test.Store.StatAsync(_test.Paths.Checkpoint(3), default));
        Assert.Null(await _test.Store.StatAsync(_test.Paths.Checkpoint(6), default));
        Assert.NotNull(await _test.Store.StatAsync(_test.Paths.Checkpoint(9), default));
        Assert.Equal(11, (await _test.FreshRowsAsync()).Count);
    }

    [Fact]
    public async Task A_checkpoint_that_fails_is_told_and_the_next_one_is_written()
    {
        var crash = new CrashTests.Crash(Failpoints.CheckpointBeforePublish) { IsArmed = true };
        var told = new List<string>();
        var table = _test.Open(options: _test.Options with { CheckpointInterval = 3, Failpoints = crash, OnBackgroundFault = (what, _) => told.Add(what) });

        for (var run = 0; run < 7; run++)
        {
            await table.CommitAsync(await _test.AppendAsync($"r{run}", run), default);
            await table.CheckpointsAsync().WaitAsync(Limit);
            crash.IsArmed = crash.Deaths == 0;
        }

        Assert.Contains("checkpoint", Assert.Single(told), StringComparison.Ordinal);
        Assert.Null(await _test.Store.StatAsync(_test.Paths.Checkpoint(3), default));
        Assert.NotNull(await _test.Store.StatAsync(_test.Paths.Checkpoint(6), default));
    }

    [Fact]
    public async Task A_compaction_comes_to_its_turn_though_somebody_always_wants_to_append()
    {
        const int Appends = 200;
        var table = _test.Open();
        var (first, second) = (await _test.WriteAsync(1), await _test.WriteAsync(2));
        await table.CommitAsync(TestTable.Request(CommitKind.Append, "first", null, first), default);
        await table.CommitAsync(TestTable.Request(CommitKind.Append, "second", null, second), default);
        var appends = new List<Task<CommitOutcome>>();
        DeltaTable? busy = null;
        // Each entry finds another append waiting before it is written.
        var crowd = new Crowd(Failpoints.CommitBeforePut, async () =>
        {
            if (appends.Count < Appends) appends.Add(busy!.CommitAsync(await _test.AppendAsync($"r{appends.Count}", 10 + appends.Count), default));
        });
        busy = _test.Open(options: _test.Options with { Failpoints = crowd, CheckpointInterval = 1000 });
        appends.Add(busy.CommitAsync(await _test.AppendAsync("begin", 9), default));
        var compaction = TestTable.Request(CommitKind.Compaction, "c", 1, await _test.WriteAsync(1, 2)) with { RemovedPaths = [first.Path, second.Path], Transaction = null, Schema = null };

        var outcome = await busy.CommitAsync(compaction, default).WaitAsync(Limit);

        var committed = Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.True(committed.Version < Appends / 2, $"the compaction came as version {committed.Version}, after all others");
        for (var each = 0; each < appends.Count; each++) Assert.IsType<CommitOutcome.Committed>(await appends[each].WaitAsync(Limit));
    }

    private sealed class Gate(string place) : IFailpoints
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Open() => _open.TrySetResult();

        public async ValueTask HitAsync(string name, CancellationToken cancellationToken)
        {
            if (name != place) return;
            _reached.TrySetResult();
            await _open.Task;
        }
    }

    private sealed class Crowd(string place, Func<Task> come) : IFailpoints
    {
        public async ValueTask HitAsync(string name, CancellationToken cancellationToken)
        {
            if (name == place) await come();
        }
    }
}
