using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Tests.Sessions;

public sealed class LockedInstanceTests : IDisposable
{
    private static readonly TaskLimits Limits = new() { MemoryBytes = 256L << 20, Threads = 2, TemporaryBytes = 64L << 20 };
    private readonly TempFolder _folder = new();
    private readonly EngineOptions _options;

    public LockedInstanceTests() => _options = new EngineOptions { TemporaryDirectory = _folder.Folder("spill"), WarmInstances = 1 };

    [Fact]
    public void Limits_and_locks_are_what_was_asked()
    {
        using var locked = LockedInstance.Open(_options, new InstanceSetup { Limits = Limits });
        string? Setting(string name) => locked.Connection.ExecuteScalar<string>($"SELECT current_setting('{name}')::VARCHAR");
        Assert.Equal("256.0 MiB", Setting("memory_limit"));
        Assert.Equal("2", Setting("threads"));
        Assert.Equal("64.0 MiB", Setting("max_temp_directory_size"));
        Assert.Equal("UTC", Setting("TimeZone"));
        Assert.Equal("false", Setting("enable_external_access"));
        Assert.Equal("true", Setting("lock_configuration"));
    }

    [Fact]
    public void Views_read_the_tasks_files_and_the_output_folder_can_be_written()
    {
        var input = _folder.Write("in/a b'c.csv", "x\n1\n2\n");
        var output = _folder.Folder("out");
        using var locked = LockedInstance.Open(_options, new InstanceSetup
        {
            Limits = Limits,
            ReadableFiles = [input],
            OutputDirectory = output,
            Prepare = c => c.Execute($"CREATE SCHEMA raw; CREATE VIEW raw.t AS FROM read_csv({SqlText.QuoteLiteral(input)})"),
        });
        Assert.Equal(3, locked.Connection.ExecuteScalar<int>("SELECT sum(x) FROM raw.t"));
        locked.Connection.Execute($"COPY (FROM raw.t) TO {SqlText.QuoteLiteral(Path.Combine(output, "o.parquet"))} (FORMAT parquet)");
        Assert.True(File.Exists(Path.Combine(output, "o.parquet")));
    }

    [Fact]
    public void A_query_larger_than_its_memory_spills_and_its_folder_is_gone_afterwards()
    {
        using (var locked = LockedInstance.Open(_options, new InstanceSetup { Limits = Limits with { MemoryBytes = 64L << 20, TemporaryBytes = 1L << 30 } }))
        {
            using var rows = locked.Connection.Query("SELECT i, hash(i) AS h, repeat('x', 20) AS t FROM range(4000000) r(i) ORDER BY h", null, streaming: true);
            using var chunk = rows.ReadChunk();
            Assert.NotNull(chunk);
            Assert.NotEmpty(Directory.EnumerateFiles(_options.TemporaryDirectory, "*", SearchOption.AllDirectories));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_options.TemporaryDirectory));
    }

    [Fact]
    public void A_scratch_instance_binds_and_reaches_nothing()
    {
        var secret = _folder.Write("secret.csv", "x\n1\n");
        using var scratch = LockedInstance.OpenScratch(_options, c => c.Execute("CREATE TABLE t (a INTEGER)"));
        using var statement = scratch.Connection.Prepare("SELECT a + 1 AS b FROM t");
        Assert.Equal("INTEGER", statement.Columns.Single().Type.Sql);
        Assert.Equal(DuckDbErrorKind.Permission, Assert.Throws<DuckDbException>(() => scratch.Connection.Query($"FROM read_csv('{secret}')")).Kind);
    }

    [Fact]
    public void A_path_that_is_not_absolute_is_refused()
    {
        Assert.Throws<ArgumentException>(() => LockedInstance.Open(_options, new InstanceSetup { Limits = Limits, ReadableFiles = [""] }));
        Assert.Throws<ArgumentException>(() => LockedInstance.Open(_options, new InstanceSetup { Limits = Limits, OutputDirectory = "out" }));
    }

    [Fact]
    public async Task The_pool_gives_a_fresh_instance_each_time_and_fills_up_again()
    {
        await using var pool = new InstancePool(_options);
        await pool.WarmUpAsync();
        Assert.Equal(1, pool.WarmCount);
        using (var first = pool.Rent(new InstanceSetup { Limits = Limits }))
            first.Connection.Execute("CREATE TABLE left_behind (a INTEGER)");
        await pool.WarmUpAsync();
        Assert.Equal(1, pool.WarmCount);
        using var second = pool.Rent(new InstanceSetup { Limits = Limits });
        Assert.Throws<DuckDbException>(() => second.Connection.Query("FROM left_behind"));
    }

    [Fact]
    public async Task While_another_instance_waits_the_next_is_opened_when_one_comes_back()
    {
        await using var pool = new InstancePool(_options with { WarmInstances = 2 });
        await pool.WarmUpAsync();
        var rented = pool.Rent(new InstanceSetup { Limits = Limits });
        await pool.WarmUpAsync();
        Assert.Equal(1, pool.WarmCount);
        pool.Return(rented);
        await pool.WarmUpAsync();
        Assert.Equal(2, pool.WarmCount);
    }

    [Fact]
    public async Task Instances_without_rows_wait_to_be_closed_together_and_others_do_not()
    {
        await using var pool = new InstancePool(_options with { UsedInstances = 2 });
        LockedInstance Rent() => pool.Rent(new InstanceSetup { Limits = Limits });
        // One that is rented keeps the quiet time from coming.
        using var busy = Rent();
        pool.Return(Rent(), mayWait: true);
        pool.Return(Rent(), mayWait: true);
        Assert.Equal(2, pool.UsedCount);
        pool.Return(Rent(), mayWait: true);
        Assert.Equal(0, pool.UsedCount);
        pool.Return(Rent(), mayWait: true);
        Assert.Equal(1, pool.UsedCount);
        pool.Return(Rent());
        Assert.Equal(0, pool.UsedCount);
    }

    [Fact]
    public async Task When_nothing_runs_for_a_while_used_instances_are_closed()
    {
        var time = new HandClock();
        await using var pool = new InstancePool(_options, time);
        var busy = pool.Rent(new InstanceSetup { Limits = Limits });
        pool.Return(pool.Rent(new InstanceSetup { Limits = Limits }), mayWait: true);
        time.FireAll();
        Assert.Equal(1, pool.UsedCount);
        pool.Return(busy, mayWait: true);
        time.FireAll();
        Assert.Equal(0, pool.UsedCount);
    }

    [Fact]
    public void A_locked_instance_has_the_limits_that_were_asked_for()
    {
        var wanted = new TaskLimits { MemoryBytes = 256L << 20, Threads = _options.Threads + 1, TemporaryBytes = 1L << 30 };
        foreach (var limits in new[] { wanted, _options.WholeEngine })
        {
            using var given = LockedInstance.Open(_options with { MemoryBytes = 512L << 20 }, new InstanceSetup { Limits = limits with { MemoryBytes = Math.Min(limits.MemoryBytes, 512L << 20) } });
            Assert.Equal(limits.Threads, given.Connection.ExecuteScalar<int>("SELECT current_setting('threads')::INTEGER"));
            Assert.Equal(limits == wanted ? "256.0 MiB" : "512.0 MiB", given.Connection.ExecuteScalar<string>("SELECT current_setting('memory_limit')"));
        }
    }

    [Fact]
    public async Task A_task_with_one_share_finds_its_limits_in_place()
    {
        var options = _options with { MemoryBytes = 1L << 30, TemporaryBytes = 1L << 31, Shares = 2 };
        await using var pool = new InstancePool(options);
        await pool.WarmUpAsync();
        var rented = pool.Rent(new InstanceSetup { Limits = options.Share });
        Assert.Equal("512.0 MiB", rented.Connection.ExecuteScalar<string>("SELECT current_setting('memory_limit')"));
        Assert.Equal("1.0 GiB", rented.Connection.ExecuteScalar<string>("SELECT current_setting('max_temp_directory_size')"));
        pool.Return(rented);
    }

    [Fact]
    public void Options_out_of_range_are_each_named()
    {
        var problems = (_options with { MemoryBytes = 1, Threads = 0, Shares = 0, TemporaryDirectory = "x", TemporaryBytes = -1, WarmInstances = -1, UsedInstances = -1, SessionInstances = -1, SessionIdle = default, MaxSamples = -1 }).Validate();
        Assert.Equal(10, problems.Count);
        Assert.Empty(_options.Validate());
        Assert.Empty(new EngineOptions().Validate());
        Assert.Throws<ArgumentException>(() => new InstancePool(_options with { Threads = 0 }));
    }

    public void Dispose() => _folder.Dispose();
}
