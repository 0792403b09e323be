namespace DataGrid.DuckDb.Tests;

public sealed class ConnectionTests : IDisposable
{
    // Runs for many minutes unless it is stopped.
    private const string Endless = "SELECT count(*) FROM range(3000000000) a, range(1000) b WHERE (a.range * b.range) % 7 = 3";
    private readonly DuckDbInstance _instance = DuckDbInstance.Open();
    private readonly DuckDbConnection _connection;

    public ConnectionTests() => _connection = _instance.Connect();

    [Fact]
    public void The_engine_is_a_tested_one() => Assert.Contains(DuckDbInstance.EngineVersion, Native.NativeLibraryLocator.TestedVersions);

    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    [InlineData("darwin-arm64")]
    [InlineData("darwin-x64")]
    [InlineData("win32-x64")]
    public void Every_platform_has_a_pinned_package_of_a_tested_version(string platform)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DataGrid.sln"))) folder = Path.GetDirectoryName(folder)!;
        using var locked = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "package-lock.json")));
        var package = locked.RootElement.GetProperty("packages").GetProperty($"node_modules/@duckdb/node-bindings-{platform}");
        Assert.Contains("v" + package.GetProperty("version").GetString()!.Split('-')[0], Native.NativeLibraryLocator.TestedVersions);
        Assert.StartsWith("sha512-", package.GetProperty("integrity").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_engine_version_is_named_in_the_error()
    {
        var problem = Native.NativeLibraryLocator.VersionProblem("v9.9.9", "/somewhere/libduckdb.so");
        Assert.Contains("v9.9.9", problem, StringComparison.Ordinal);
        Assert.All(Native.NativeLibraryLocator.TestedVersions, version => Assert.Contains(version, problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Execute_tells_how_many_rows_changed()
    {
        Assert.Equal(0, _connection.Execute("CREATE TABLE t (a INTEGER)"));
        Assert.Equal(3, _connection.Execute("INSERT INTO t VALUES (1), (2), (3)"));
        Assert.Equal(2, _connection.Execute("DELETE FROM t WHERE a > $a", new Dictionary<string, object?> { ["a"] = 1 }));
    }

    [Fact]
    public void Parameters_bind_by_position_and_by_name_and_the_statement_runs_again()
    {
        using var named = _connection.Prepare("SELECT $day || $n");
        Assert.Equal(["day", "n"], named.ParameterNames.Order());
        Assert.Equal("x1", Only(named.Bind("day", "x").Bind("n", 1)));
        Assert.Equal("y1", Only(named.Bind("day", "y")));

        using var positional = _connection.Prepare("SELECT ? - ?");
        Assert.Equal(2, positional.ParameterCount);
        Assert.Equal(3, Only(positional.Bind(1, 5).Bind(2, 2)));
        Assert.Contains("$day", Assert.Throws<ArgumentException>(() => named.Bind("dya", 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => positional.Bind(3, 1));
    }

    [Fact]
    public void A_statement_tells_its_columns_before_it_runs()
    {
        using var statement = _connection.Prepare("SELECT 1 AS a, [1.5] AS b");
        Assert.Equal(["a INTEGER", "b DECIMAL(2,1)[]"], statement.Columns.Select(c => $"{c.Name} {c.Type}"));
    }

    [Fact]
    public void Statements_are_counted_by_the_engines_own_parser()
    {
        Assert.Equal(2, _connection.CountStatements("SELECT ';'; SELECT 2 -- ; no"));
        Assert.Equal(1, _connection.CountStatements("SELECT 1;"));
        Assert.Equal(0, _connection.CountStatements("-- nothing"));
        Assert.Equal(DuckDbErrorKind.Parser, Assert.Throws<DuckDbException>(() => _connection.CountStatements("SELEC 1")).Kind);
    }

    [Fact]
    public void A_cancelled_query_throws_and_the_connection_works_on()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.Throws<OperationCanceledException>(() => _connection.Query(Endless, cancellation.Token));
        Assert.Equal(1, _connection.ExecuteScalar<int>("SELECT 1"));
    }

    [Fact]
    public void A_token_cancelled_before_the_call_stops_it_before_it_starts()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => _connection.Execute("CREATE TABLE never (a INTEGER)", cancellation.Token));
        Assert.Throws<DuckDbException>(() => _connection.Execute("FROM never"));
    }

    [Fact]
    public void A_cancelled_streaming_query_throws_while_it_is_read()
    {
        using var cancellation = new CancellationTokenSource();
        using (var result = _connection.Query("SELECT range FROM range(100000000000)", null, streaming: true, cancellation.Token))
        {
            using (var chunk = result.ReadChunk(cancellation.Token))
                Assert.NotNull(chunk);
            cancellation.Cancel();
            Assert.Throws<OperationCanceledException>(() => result.ReadRows(cancellation.Token).Count());
        }
        Assert.Equal(1, _connection.ExecuteScalar<int>("SELECT 1"));
    }

    [Fact]
    public async Task Interrupt_from_another_thread_is_not_taken_for_a_cancellation()
    {
        using var cancellation = new CancellationTokenSource();
        var query = Task.Run(() => _connection.Query(Endless, cancellation.Token));
        while (!query.IsCompleted)
        {
            // One signal may come before the query has begun, which clears it.
            _connection.Interrupt();
            await Task.WhenAny(query, Task.Delay(10));
        }
        var error = await Assert.ThrowsAsync<DuckDbException>(() => query);
        Assert.Equal(DuckDbErrorKind.Interrupt, error.Kind);
    }

    [Fact]
    public async Task Progress_moves_while_a_query_runs()
    {
        _connection.Execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0");
        _connection.Execute("CREATE TABLE many AS SELECT range AS i FROM range(30000000)");
        using var cancellation = new CancellationTokenSource();
        var query = Task.Run(() => _connection.Execute("CREATE TABLE t AS SELECT sha256(sha256(sha256(i::VARCHAR))) FROM many", cancellation.Token));
        while (_connection.Progress.Percent <= 0 && !query.IsCompleted)
            await Task.Delay(5);
        var percent = _connection.Progress.Percent;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        Assert.InRange(percent, 0.000001, 100);
    }

    [Fact]
    public void A_streaming_result_fails_where_the_data_fails()
    {
        // Of several threads the engine now and then reports one that was interrupted because of another's failure.
        _connection.Execute("SET threads = 1");
        using var result = _connection.Query("SELECT CASE WHEN range = 50000000 THEN error('here') ELSE range END FROM range(100000000)", null, streaming: true);
        var error = Assert.Throws<DuckDbException>(() =>
        {
            while (result.ReadChunk() is { } chunk)
                chunk.Dispose();
        });
        Assert.Contains("here", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_order_of_disposal_is_safe()
    {
        var instance = DuckDbInstance.Open();
        var connection = instance.Connect();
        var statement = connection.Prepare("SELECT range FROM range(10000)");
        var result = statement.Execute(streaming: true);
        var chunk = result.ReadChunk()!;
        instance.Dispose();
        Assert.Throws<ObjectDisposedException>(() => instance.Connect());
        Assert.Equal(7, connection.ExecuteScalar<int>("SELECT 7"));
        connection.Dispose();
        Assert.Throws<ObjectDisposedException>(() => connection.Execute("SELECT 1"));
        statement.Dispose();
        result.Dispose();
        Assert.Equal(0L, chunk[0].GetSpan<long>()[0]);
        chunk.Dispose();
        Assert.Throws<ObjectDisposedException>(() => chunk[0].GetSpan<long>());
        chunk.Dispose();
        connection.Dispose();
        instance.Dispose();
    }

    [Fact]
    public void Opening_and_closing_leaks_neither_memory_nor_threads()
    {
        static void Once(int i)
        {
            using var instance = DuckDbInstance.Open(":memory:", new Dictionary<string, string> { ["threads"] = "2" });
            using var connection = instance.Connect();
            using var result = connection.Query("SELECT $a || range FROM range(5000)", new Dictionary<string, object?> { ["a"] = i }, streaming: i % 2 == 0);
            using var chunk = result.ReadChunk();
            Assert.Throws<DuckDbException>(() => connection.Execute("SELEC"));
        }
        for (var i = 0; i < 20; i++)
            Once(i);
        var process = System.Diagnostics.Process.GetCurrentProcess();
        var (memory, threads) = (process.WorkingSet64, process.Threads.Count);
        for (var i = 0; i < 200; i++)
            Once(i);
        process.Refresh();
        // 200 leaked instances would be 500 MB and 200 threads.
        Assert.InRange(process.WorkingSet64 - memory, long.MinValue, 150_000_000);
        Assert.InRange(process.Threads.Count - threads, int.MinValue, 50);
    }

    [Fact]
    public void A_wrong_setting_is_named()
    {
        var error = Assert.Throws<DuckDbException>(() => DuckDbInstance.Open(":memory:", new Dictionary<string, string> { ["treads"] = "2" }));
        Assert.Contains("treads", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        var folder = Directory.CreateTempSubdirectory("datagrid-duckdb-");
        try
        {
            var path = Path.Combine(folder.FullName, "not.db");
            File.WriteAllText(path, new string('x', 5000));
            var error = Assert.Throws<DuckDbException>(() => DuckDbInstance.Open(path));
            Assert.Equal(DuckDbErrorKind.IO, error.Kind);
            Assert.Contains("not.db", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }

    private static object? Only(DuckDbStatement statement)
    {
        using var result = statement.Execute();
        return result.ReadRows().Single().Single();
    }
}
