using System.Diagnostics;
using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Metadata.Postgres.Local;
using DataGrid.Metadata.State;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

/// <summary>The database crashes and freezes under work: what was acknowledged is there, and nothing is there twice.</summary>
[Collection(PostgresCollection.Name)]
public sealed class DatabaseFaultTests(PostgresServer server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Additions_over_crashes_of_the_database_are_neither_lost_nor_counted_twice()
    {
        var options = await server.CreateAsync();
        await using var one = await PostgresBed.OpenAsync(options);
        await using var two = await PostgresBed.OpenAsync(options);
        using var stop = new CancellationTokenSource();
        var work = new Additions();
        var writers = Enumerable.Range(0, 8).Select(i => work.RunAsync(i % 2 == 0 ? one.States : two.States, $"k{i / 2}", stop.Token)).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await work.ReachAsync(work.Acknowledged + 40);
            await server.Local.StopAsync("immediate", CancellationToken.None);
            await server.Local.StartAgainAsync(CancellationToken.None);
        }

        await work.ReachAsync(work.Acknowledged + 40);
        await stop.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Limit);
        await work.CheckAsync(one.States);
        Assert.Contains(one.Log.Concat(two.Log), line => line.Contains("is away", StringComparison.Ordinal));
        Assert.Contains(one.Log.Concat(two.Log), line => line.Contains("answers again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_frozen_database_is_told_and_what_waited_for_it_is_done_once()
    {
        var options = await server.CreateAsync();
        options = options with { CommandTimeout = TimeSpan.FromSeconds(1), ConnectTimeout = TimeSpan.FromSeconds(1), HealthInterval = TimeSpan.FromSeconds(1), RetryFor = TimeSpan.FromMinutes(1) };
        await using var bed = await PostgresBed.OpenAsync(options);
        using var stop = new CancellationTokenSource();
        var work = new Additions();
        var writers = Enumerable.Range(0, 8).Select(i => work.RunAsync(bed.States, $"k{i / 2}", stop.Token)).ToArray();
        await work.ReachAsync(40);
        using (new Frozen(server.Local))
        {
            await UntilAsync(() => !bed.Database.Health.IsAvailable);
            Assert.NotNull(bed.Database.Health.AwaySince);
            Assert.Contains("is away since", bed.Database.Health.Description, StringComparison.Ordinal);
        }

        await work.ReachAsync(work.Acknowledged + 40);
        await stop.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Limit);
        await work.CheckAsync(bed.States);
        await UntilAsync(() => bed.Database.Health.IsAvailable);
    }

    [Fact]
    public async Task What_waits_too_long_fails_and_says_where_and_why()
    {
        var options = await server.CreateAsync();
        await using var bed = await PostgresBed.OpenAsync(options with { RetryFor = TimeSpan.FromMilliseconds(200) });
        await server.Local.StopAsync("fast", CancellationToken.None);
        try
        {
            var write = await Assert.ThrowsAsync<DataGridException>(() => WriteAsync(bed.States, "k", 1, null));
            var read = await Assert.ThrowsAsync<DataGridException>(() => ReadAsync(bed.States, "k"));
            foreach (var problem in new[] { write.Problem, read.Problem })
            {
                Assert.Equal(ErrorCodes.StoreUnavailable, problem.Code);
                Assert.Contains($"127.0.0.1:{server.Local.Port}/{options.Connection.Database}", problem.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            await server.Local.StartAgainAsync(CancellationToken.None);
        }

        await WriteAsync(bed.States, "k", 1, null);
    }

    [Fact]
    public async Task Of_writers_on_several_silos_one_wins_each_version()
    {
        var options = await server.CreateAsync();
        await using var one = await PostgresBed.OpenAsync(options);
        await using var two = await PostgresBed.OpenAsync(options);
        var work = new Additions();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 64).Select(i => work.RunAsync(i % 2 == 0 ? one.States : two.States, "k", stop.Token)).ToArray();
        await work.ReachAsync(50);
        await stop.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Limit);
        await work.CheckAsync(one.States);
    }

    [Fact]
    public async Task What_waits_during_a_commit_shares_the_next_one()
    {
        var options = await server.CreateAsync();
        await using var bed = await PostgresBed.OpenAsync(options);
        var hold = await bed.HoldAsync();
        var waiting = Enumerable.Range(0, 500).Select(i => WriteAsync(bed.States, $"k{i}", i, null)).ToArray();
        await hold.DisposeAsync();
        await Task.WhenAll(waiting);
        // Each lane may have taken something up before the others came, and then what was left of them.
        Assert.InRange(bed.Writes.Commits, 1, options.WriteLanes * 3);
    }

    [Fact]
    public async Task A_write_that_is_refused_fails_alone()
    {
        var options = await server.CreateAsync();
        await using var bed = await PostgresBed.OpenAsync(options);
        var hold = await bed.HoldAsync();
        var good = Enumerable.Range(0, 20).Select(i => WriteAsync(bed.States, $"k{i}", i, null)).ToArray();
        var bad = bed.Table.WriteAsync(GrainId.Create("g", "bad"), "state", null, "{ this is no JSON");
        await hold.DisposeAsync();
        await Task.WhenAll(good);
        await Assert.ThrowsAsync<DataGridException>(() => bad);
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        var options = await server.CreateAsync();
        await using var bed = await PostgresBed.OpenAsync(options with { MaxQueuedWrites = 5 });
        var hold = await bed.HoldAsync();
        var writes = Enumerable.Range(0, 2000).Select(i => WriteAsync(bed.States, $"k{i}", i, null)).ToArray();
        await hold.DisposeAsync();
        var refused = 0;
        foreach (var write in writes)
        {
            try
            {
                await write;
            }
            catch (DataGridException error)
            {
                Assert.Equal(ErrorCodes.StoreUnavailable, error.Problem.Code);
                refused++;
            }
        }

        Assert.InRange(refused, 1, 1999);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
            await Task.Delay(10, limit.Token);
    }

    private static async Task WriteAsync(IGrainStorage states, string key, int value, string? etag)
    {
        await states.WriteStateAsync("state", GrainId.Create("g", key), new GrainState<Sum>(new Sum { Value = value }, etag));
    }

    private static async Task<GrainState<Sum>> ReadAsync(IGrainStorage states, string key)
    {
        var state = new GrainState<Sum>();
        await states.ReadStateAsync("state", GrainId.Create("g", key), state);
        return state;
    }

    internal sealed class Sum
    {
        public int Value { get; set; }
    }

    /// <summary>Writers that add one to shared numbers, each from what it has read, and count what was acknowledged.</summary>
    private sealed class Additions
    {
        private readonly Dictionary<string, int> _acknowledged = [];
        private readonly Dictionary<string, int> _unknown = [];
        private readonly HashSet<string> _versions = [];
        private int _count;

        public int Acknowledged => Volatile.Read(ref _count);

        public Task ReachAsync(int count) => UntilAsync(() => Acknowledged >= count);

        public async Task RunAsync(IGrainStorage states, string key, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var state = await ReadAsync(states, key);
                    state.State!.Value++;
                    var held = state.ETag;
                    await states.WriteStateAsync("state", GrainId.Create("g", key), state);
                    lock (_versions)
                    {
                        Assert.True(_versions.Add($"{key} {held}"), $"two writers replaced version {held} of {key}");
                        _acknowledged[key] = _acknowledged.GetValueOrDefault(key) + 1;
                    }

                    Interlocked.Increment(ref _count);
                }
                catch (InconsistentStateException error) when (error is not UncertainWriteException)
                {
                    // Another one won.
                }
                catch (Exception error) when (error is DataGridException or UncertainWriteException)
                {
                    lock (_versions)
                        _unknown[key] = _unknown.GetValueOrDefault(key) + 1;
                }
            }
        }

        public async Task CheckAsync(IGrainStorage states)
        {
            Assert.NotEmpty(_acknowledged);
            foreach (var (key, count) in _acknowledged)
                Assert.InRange((await ReadAsync(states, key)).State!.Value, count, count + _unknown.GetValueOrDefault(key));
        }
    }

    /// <summary>The server's processes get no processor until this is disposed.</summary>
    private sealed class Frozen : IDisposable
    {
        private readonly List<int> _processes;

        public Frozen(LocalPostgres server)
        {
            var main = server.ProcessId;
            _processes = [main, .. Directory.GetDirectories("/proc").Select(static path => Path.GetFileName(path))
                .Where(static name => int.TryParse(name, CultureInfo.InvariantCulture, out _)).Select(static name => int.Parse(name, CultureInfo.InvariantCulture)).Where(id => ParentOf(id) == main)];
            Signal("STOP");
        }

        public void Dispose() => Signal("CONT");

        private static int ParentOf(int process)
        {
            try
            {
                var stat = File.ReadAllText($"/proc/{process}/stat");
                return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return 0;
            }
        }

        private void Signal(string name)
        {
            var start = new ProcessStartInfo("sh");
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"kill -{name} {string.Join(' ', _processes)} 2>/dev/null || true");
            using var kill = Process.Start(start)!;
            kill.WaitForExit();
        }
    }
}
