using DataGrid.Contracts.Errors;
using DataGrid.DuckDb;
using DataGrid.Metadata;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Metadata.Embedded;

public sealed class MetadataStoreTests : IDisposable
{
    private readonly MetadataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_waits_during_a_commit_shares_the_next_one()
    {
        _folder.Options = _folder.Options with { MaxBatchTime = TimeSpan.FromSeconds(1) };
        await using var open = await _folder.OpenAsync();
        using var held = new ManualResetEventSlim();
        var before = open.Store.Commits;
        var holding = open.Store.WriteAsync(session =>
        {
            held.Wait();
            return session.NextEtag();
        });
        var waiting = Enumerable.Range(0, 200).Select(i => open.States.WriteStateAsync("s", GrainId.Create("g", $"k{i}"), new GrainState<Value>(new Value()))).ToArray();
        held.Set();
        await holding;
        await Task.WhenAll(waiting);
        // The holder may have been joined by what came before it was taken up.
        Assert.InRange(open.Store.Commits - before, 1, 2);
    }

    [Fact]
    public async Task A_bad_operation_does_not_fail_its_neighbours()
    {
        await using var open = await _folder.OpenAsync();
        using var held = new ManualResetEventSlim();
        var holding = open.Store.ReadAsync(_ =>
        {
            held.Wait();
            return 0;
        });
        var good = open.States.WriteStateAsync("s", GrainId.Create("g", "k"), new GrainState<Value>(new Value { Number = 7 }));
        var bad = open.Store.WriteAsync(session => session.Execute("INSERT INTO no_such_table VALUES (1)"));
        var faulty = open.Store.WriteAsync<int>(_ => throw new InvalidOperationException("mine"));
        var alsoGood = open.States.WriteStateAsync("s", GrainId.Create("g", "l"), new GrainState<Value>(new Value { Number = 8 }));
        held.Set();
        await holding;
        await Assert.ThrowsAsync<DuckDbException>(() => bad);
        await Assert.ThrowsAsync<InvalidOperationException>(() => faulty);
        await Task.WhenAll(good, alsoGood);
        var read = new GrainState<Value>();
        await open.States.ReadStateAsync("s", GrainId.Create("g", "l"), read);
        Assert.Equal(8, read.State!.Number);
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        _folder.Options = _folder.Options with { MaxQueuedOperations = 1 };
        await using var open = await _folder.OpenAsync();
        using var held = new ManualResetEventSlim();
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holding = open.Store.ReadAsync(_ =>
        {
            taken.SetResult();
            held.Wait();
            return 0;
        });
        await taken.Task;
        var waiting = open.Store.ReadAsync(_ => 1);
        var error = await Assert.ThrowsAsync<DataGridException>(() => open.Store.ReadAsync(_ => 2));
        Assert.Equal(ErrorCodes.StoreUnavailable, error.Problem.Code);
        held.Set();
        Assert.Equal(1, await waiting);
        await holding;
    }

    [Fact]
    public async Task A_closed_store_refuses_and_has_finished_what_waited()
    {
        var open = await _folder.OpenAsync();
        var write = open.States.WriteStateAsync("s", GrainId.Create("g", "k"), new GrainState<Value>(new Value()));
        await open.DisposeAsync();
        await write;
        await Assert.ThrowsAsync<DataGridException>(() => open.Store.ReadAsync(_ => 1));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("truncated")]
    [InlineData("flipped")]
    public async Task A_file_that_cannot_be_read_is_set_aside_and_the_store_starts_empty(string damage)
    {
        await FillAsync();
        Damage(damage);
        await using var open = await _folder.OpenAsync();
        var state = new GrainState<Value>();
        await open.States.ReadStateAsync("s", GrainId.Create("g", "k1"), state);
        Assert.False(state.RecordExists);
        Assert.Contains(Directory.GetFiles(Path.GetDirectoryName(_folder.DatabaseFile)!), f => f.Contains(".broken-", StringComparison.Ordinal));
        Assert.Contains(_folder.Log, line => line.Contains("cannot be read", StringComparison.Ordinal) && line.Contains(".broken-", StringComparison.Ordinal));
        await open.States.WriteStateAsync("s", GrainId.Create("g", "k1"), new GrainState<Value>(new Value()));
    }

    [Fact]
    public async Task A_damaged_log_of_a_killed_process_is_set_aside_with_its_file()
    {
        using (var child = CrashHost.Start(_folder.Root))
        {
            await child.ReadAcknowledgedAsync(300);
            await child.KillAsync();
        }

        // Inside a state's text: a damaged length instead could look like an entry that was never finished, which is no damage.
        using (var stream = File.Open(_folder.DatabaseFile + ".wal", FileMode.Open))
        {
            var log = new byte[stream.Length];
            await stream.ReadExactlyAsync(log);
            Flip(stream, log.Length / 2 + log.AsSpan(log.Length / 2).IndexOf("{\""u8));
        }

        await using var open = await _folder.OpenAsync();
        Assert.Contains(_folder.Log, line => line.Contains("cannot be read", StringComparison.Ordinal));
        Assert.Contains(Directory.GetFiles(Path.GetDirectoryName(_folder.DatabaseFile)!), f => f.EndsWith(".wal", StringComparison.Ordinal) && f.Contains(".broken-", StringComparison.Ordinal));
        await open.States.WriteStateAsync("s", GrainId.Create("g", "k1"), new GrainState<Value>(new Value()));
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        await FillAsync();
        using (var instance = DuckDbInstance.Open(_folder.DatabaseFile))
        using (var connection = instance.Connect())
            connection.Execute("UPDATE meta SET value = 1000 WHERE name = 'version'");
        var error = await Assert.ThrowsAsync<DataGridException>(_folder.OpenAsync);
        Assert.Equal(ErrorCodes.RootUnusable, error.Problem.Code);
        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(_folder.DatabaseFile)!), f => f.Contains(".broken-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Closing_leaves_a_copy_that_holds_everything()
    {
        await FillAsync();
        using var instance = DuckDbInstance.Open(_folder.DatabaseFile + ".copy");
        using var connection = instance.Connect();
        Assert.Equal(2000, connection.ExecuteScalar<long>("SELECT count(*) FROM grain_state"));
    }

    [Fact]
    public async Task The_file_is_copied_while_the_store_is_in_use()
    {
        var time = new SteppingTime();
        await using var store = new DataGrid.Metadata.Embedded.MetadataStore(
            _folder.Options, time, Microsoft.Extensions.Logging.Abstractions.NullLogger<DataGrid.Metadata.Embedded.MetadataStore>.Instance);
        await store.OpenAsync();
        var states = new DataGrid.Metadata.State.GrainStateStorage(new DataGrid.Metadata.Embedded.StateTable(store), _folder.Options.MaxStateBytes);
        await states.WriteStateAsync("s", GrainId.Create("g", "one"), new GrainState<Value>(new Value()));
        time.Step = TimeSpan.FromMinutes(11);
        await states.WriteStateAsync("s", GrainId.Create("g", "two"), new GrainState<Value>(new Value()));
        // The copy is made before the operation after it.
        await store.ReadAsync(_ => 0);
        Assert.True(File.Exists(_folder.DatabaseFile + ".copy"));
        await states.WriteStateAsync("s", GrainId.Create("g", "three"), new GrainState<Value>(new Value()));
    }

    [Fact]
    public void Settings_are_checked_and_named()
    {
        var objections = new MetadataOptions { Root = "", MaxStateBytes = 0, MaxReportBytes = 0, MaxQueuedOperations = 0, MaxBatchOperations = 0, MemoryLimitMegabytes = 1 }.Validate();
        Assert.Equal(6, objections.Count());
        Assert.Empty(_folder.Options.Validate());
    }

    private async Task FillAsync()
    {
        await using var open = await _folder.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i =>
            open.States.WriteStateAsync("s", GrainId.Create("g", $"k{i}"), new GrainState<Value>(new Value { Text = new string((char)('a' + (i % 26)), 100 + i) }))));
    }

    private void Damage(string damage)
    {
        var file = _folder.DatabaseFile;
        switch (damage)
        {
            case "garbage":
                File.WriteAllText(file, "this is not a database");
                break;
            case "truncated":
                using (var stream = File.Open(file, FileMode.Open))
                    stream.SetLength(stream.Length / 3);
                break;
            default:
                using (var stream = File.Open(file, FileMode.Open))
                {
                    for (var position = 17_288L; position < stream.Length; position += 262_144)
                        Flip(stream, position);
                }

                break;
        }
    }

    private static void Flip(FileStream stream, long position)
    {
        stream.Position = position;
        var value = stream.ReadByte();
        stream.Position = position;
        stream.WriteByte((byte)(value ^ 0xff));
    }

    internal sealed class Value
    {
        public int Number { get; set; }

        public string Text { get; set; } = "";
    }

    private sealed class SteppingTime : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Step.Ticks;
    }
}
