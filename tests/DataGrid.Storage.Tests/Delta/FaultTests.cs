using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Delta;

/// <summary>Stores that fail, forget to answer, and keep half of what they were given. What was acknowledged must be there once; what was not may be there once.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly TestTable _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_commit_whose_reply_is_lost_is_found_to_have_succeeded()
    {
        var faulty = new FaultyStore(_test.Store, static (operation, _, call) => operation == "put-if-absent" && call < 20 ? Fault.ReplyLost : Fault.None);

        Assert.Equal(new CommitOutcome.Committed(0), await _test.Open(faulty).CommitAsync(await _test.AppendAsync("r1", 1), default));

        Assert.Equal([1], await _test.FreshRowsAsync());
        Assert.Single(await _test.EntriesAsync());
    }

    [Fact]
    public async Task A_commit_whose_request_is_lost_is_put_again_at_the_same_version()
    {
        var puts = 0;
        var faulty = new FaultyStore(_test.Store, (operation, _, _) => operation == "put-if-absent" && puts++ < 3 ? Fault.RequestLost : Fault.None);

        Assert.Equal(new CommitOutcome.Committed(0), await _test.Open(faulty).CommitAsync(await _test.AppendAsync("r1", 1), default));
        Assert.Equal(4, puts);
    }

    [Fact]
    public async Task A_store_that_never_answers_faults_the_caller_and_the_commit_is_recognised_when_asked_for_again()
    {
        var (isDown, hasPut) = (true, false);
        var faulty = new FaultyStore(_test.Store, (operation, _, _) =>
        {
            hasPut |= operation == "put-if-absent";
            return !isDown || !hasPut ? Fault.None : operation == "put-if-absent" ? Fault.ReplyLost : Fault.Fails;
        });
        var table = _test.Open(faulty);
        var request = await _test.AppendAsync("r1", 1);

        await Assert.ThrowsAsync<ObjectStoreException>(() => table.CommitAsync(request, default));
        isDown = false;

        // It had been applied: the same writer knows its own claim again and goes on.
        Assert.Equal(new CommitOutcome.AlreadyDone(0), await table.CommitAsync(request, default));
        Assert.Equal(new CommitOutcome.Committed(1), await table.CommitAsync(await _test.AppendAsync("r2", 2), default));
        Assert.Equal([1, 2], await _test.FreshRowsAsync());
    }

    [Theory]
    [InlineData((int)Fault.Fails)]
    [InlineData((int)Fault.ReplyLost)]
    [InlineData((int)Fault.RequestLost)]
    public async Task A_store_that_fails_at_any_one_call_loses_nothing_and_doubles_nothing(int kind)
    {
        var calls = await RunAsync(static (_, _, _) => Fault.None);
        Assert.True(calls > 20, $"only {calls} calls were made");
        for (var failing = 0; failing < calls; failing++)
        {
            var at = failing;
            await RunAsync((_, _, call) => call == at ? (Fault)kind : Fault.None);
        }
    }

    // Six appends by two successive writers, each asked for again until it is answered.
    private static async Task<int> RunAsync(Func<string, ObjectPath, int, Fault> decide)
    {
        using var test = new TestTable();
        var faulty = new FaultyStore(test.Store, decide);
        for (var writer = 0; writer < 2; writer++)
        {
            using var table = new DeltaTable(faulty, test.Paths, test.Engine, test.Options with { UnknownRetries = 2 }, test.Clock);
            for (var run = 0; run < 3; run++)
            {
                var request = await test.AppendAsync($"w{writer}r{run}", (writer * 10) + run);
                CommitOutcome? outcome = null;
                for (var attempt = 0; attempt < 5 && outcome is null; attempt++)
                {
                    try
                    {
                        outcome = await table.CommitAsync(request, default);
                    }
                    catch (ObjectStoreException)
                    {
                        // Asked for again, as a caller would.
                    }
                }
                Assert.True(outcome is CommitOutcome.Committed or CommitOutcome.AlreadyDone, $"writer {writer}, run {run}: {outcome}");
            }
        }
        Assert.Equal([0, 1, 2, 10, 11, 12], await test.FreshRowsAsync());
        return faulty.Calls;
    }

    [Fact]
    public async Task A_log_entry_cut_at_any_byte_is_refused_or_read_whole_but_never_read_wrong()
    {
        var table = _test.Open();
        await table.CommitAsync(await _test.AppendAsync("r1", 1), default);
        var first = await _test.WriteAsync(2, 3);
        var second = await _test.WriteAsync(4);
        await table.CommitAsync(TestTable.Request(CommitKind.Append, "r2", 0, first, second), default);
        var path = _test.Paths.Entry(1);
        var whole = (await _test.Store.ReadAsync(path, default))!;
        var refused = 0;
        for (var length = 0; length < whole.Length; length++)
        {
            await _test.Store.PutAsync(path, whole.AsMemory(0, length), default);
            try
            {
                var rows = await _test.FreshRowsAsync();
                Assert.True(rows.SequenceEqual([1, 2, 3, 4]), $"cut at {length} of {whole.Length} bytes, read as {string.Join(",", rows)}");
                Assert.Equal(whole.Length - 1, length); // Only the last line's end may be missing.
            }
            catch (DataGridException fault) when (fault.Problem.Code == ErrorCodes.TableCorrupt)
            {
                Assert.Contains(LogFile.EntryName(1), fault.Message, StringComparison.Ordinal);
                refused++;
            }
        }
        Assert.Equal(whole.Length - 1, refused);
    }

    [Fact]
    public async Task A_checkpoint_cut_at_any_byte_is_passed_over_while_the_log_is_whole_and_refused_when_it_is_not()
    {
        var table = _test.Open(options: _test.Options with { CheckpointInterval = 1000 });
        for (var run = 0; run < 4; run++) await table.CommitAsync(await _test.AppendAsync($"r{run}", run), default);
        await table.CheckpointAsync(default);
        var path = _test.Paths.Checkpoint(3);
        var whole = (await _test.Store.ReadAsync(path, default))!;
        // Every byte of footer and head, and samples between: opening a Parquet file per byte of a page says nothing new.
        foreach (var length in Enumerable.Range(0, whole.Length).Where(at => at < 16 || at > whole.Length - 64 || at % 97 == 0))
        {
            await _test.Store.PutAsync(path, whole.AsMemory(0, length), default);
            Assert.Equal([0, 1, 2, 3], await _test.FreshRowsAsync());
        }

        await _test.Store.PutAsync(path, whole.AsMemory(0, whole.Length / 2), default);
        await _test.Store.DeleteAsync(_test.Paths.Entry(0), default);
        var fault = await Assert.ThrowsAsync<DataGridException>(() => _test.FreshRowsAsync());
        Assert.Equal(ErrorCodes.TableCorrupt, fault.Problem.Code);

        await _test.Store.PutAsync(path, whole, default);
        Assert.Equal([0, 1, 2, 3], await _test.FreshRowsAsync());
    }

    [Fact]
    public async Task A_damaged_pointer_to_the_last_checkpoint_is_only_a_lost_hint()
    {
        var table = _test.Open();
        for (var run = 0; run < 12; run++) await table.CommitAsync(await _test.AppendAsync($"r{run}", run), default);
        await table.CheckpointsAsync();
        Assert.NotNull(await _test.Store.StatAsync(_test.Paths.Checkpoint(10), default));
        foreach (var damaged in new[] { "", "{", "{}", "[]", "{\"version\":\"x\"}", "{\"version\":9999}", "{\"version\":3}" })
        {
            await _test.Store.PutAsync(_test.Paths.LastCheckpoint, Encoding.UTF8.GetBytes(damaged), default);
            Assert.Equal(12, (await _test.FreshRowsAsync()).Count);
        }
    }

    [Fact]
    public async Task A_missing_entry_in_the_middle_is_named()
    {
        var table = _test.Open();
        for (var run = 0; run < 4; run++) await table.CommitAsync(await _test.AppendAsync($"r{run}", run), default);
        await _test.Store.DeleteAsync(_test.Paths.Entry(2), default);

        var fault = await Assert.ThrowsAsync<DataGridException>(() => _test.FreshRowsAsync());

        Assert.Equal(ErrorCodes.TableCorrupt, fault.Problem.Code);
        Assert.Contains(LogFile.EntryName(2), fault.Message, StringComparison.Ordinal);
    }
}
