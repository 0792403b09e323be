using System.Text;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Queries;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tests.Sessions;
using DataGrid.Engine.Tests.Tasks;

namespace DataGrid.Engine.Tests.Queries;

/// <summary>Which queries may use one locked instance after another, and which never.</summary>
public sealed class QuerySessionTests : IAsyncLifetime
{
    private readonly TaskBench _bench = new();
    private readonly QueryExecutor _executor;

    public QuerySessionTests() => _executor = new QueryExecutor(_bench.Pool);

    private int Kept => _bench.Pool.KeptCount;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _executor.Dispose();
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task Queries_of_one_session_over_the_same_inputs_share_an_instance_and_answer_as_without()
    {
        var table = _bench.Table("raw.t", "SELECT i AS id, i % 7 AS part FROM range(5000) r(i)");
        var view = new TaskInput { Name = DatasetName.Parse("raw.v"), Form = TaskInputForm.View, Columns = table.Columns, ViewSql = "SELECT id, part FROM raw.t WHERE id > 4" };
        foreach (var sql in new[] { "SELECT sum(id) FROM raw.t", "SELECT part, count(*) FROM raw.v GROUP BY ALL ORDER BY ALL", "SELECT id FROM raw.t WHERE id < 3 ORDER BY id", "SELECT sum(id) FROM raw.t" })
        {
            Assert.Equal(await WriteAsync(Spec(sql, null, table, view)), await WriteAsync(Spec(sql, "ada", table, view)));
            Assert.Equal(1, Kept);
        }
    }

    [Fact]
    public async Task Nothing_is_shared_between_sessions_or_between_other_inputs_or_limits()
    {
        var table = _bench.Table("raw.t", "SELECT 1 AS id");
        var other = _bench.Table("raw.t", "SELECT 2 AS id");
        var spec = Spec("SELECT id FROM raw.t", "ada", table);
        Assert.Equal("id\n1\n", await WriteAsync(spec));
        Assert.Equal("id\n1\n", await WriteAsync(spec with { Session = "bob" }));
        Assert.Equal(2, Kept);
        Assert.Equal("id\n2\n", await WriteAsync(spec with { Inputs = [other] }));
        Assert.Equal(3, Kept);
        Assert.Equal("id\n1\n", await WriteAsync(spec with { Limits = TaskBench.Limits with { Threads = 1 } }));
        Assert.Equal(4, Kept);
        // A file that was pinned anew is another input, whatever is the same about it.
        var touched = table with { Files = [table.Files[0] with { ModifiedAt = DateTimeOffset.UnixEpoch }] };
        Assert.NotEqual(SessionKey.Of(spec, needsOutput: false), SessionKey.Of(spec with { Inputs = [touched] }, needsOutput: false));
    }

    [Fact]
    public async Task What_holds_rows_writes_a_file_or_was_not_read_to_its_end_is_not_kept()
    {
        var table = _bench.Table("raw.t", "SELECT i AS id FROM range(10000) r(i)");
        var spec = Spec("SELECT id FROM raw.t", "ada", table);
        await WriteAsync(spec with { Session = null });
        await _executor.WriteAsync(spec, QueryFormat.Parquet, Stream.Null, default);
        await _executor.WriteAsync(spec with { MaxRows = 10 }, QueryFormat.Csv, Stream.Null, default);
        await _executor.WriteAsync(spec with { Sql = "SELECT CASE WHEN id = 5000 THEN 'x' ELSE '1' END::INTEGER FROM raw.t" }, QueryFormat.Csv, Stream.Null, default);
        await _executor.WriteAsync(
            spec with { Sql = "SELECT $n::INTEGER", Parameters = [new ParameterSpec { Name = "n", Type = "INTEGER" }], ParameterValues = spec.ParameterValues.Add("n", "7") }, QueryFormat.Csv, Stream.Null, default);
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<Exception>(() => _executor.ReadTextAsync(spec, (_, _) => throw new OperationCanceledException(), cancellation.Token));
        Assert.Equal(0, Kept);
    }

    [Fact]
    public async Task An_instance_that_is_in_use_is_nobody_elses()
    {
        var table = _bench.Table("raw.t", "SELECT i AS id FROM range(10) r(i)");
        var spec = Spec("SELECT count(*) AS n FROM raw.t", "ada", table);
        await WriteAsync(spec);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => WriteAsync(spec)));
        Assert.All(answers, static answer => Assert.Equal("n\n10\n", answer));
        Assert.InRange(Kept, 1, _bench.Pool.Options.SessionInstances);
    }

    [Fact]
    public async Task The_newest_few_are_kept_and_each_for_a_while()
    {
        using var folder = new TempFolder();
        var time = new HandClock();
        await using var pool = new InstancePool(new EngineOptions { TemporaryDirectory = folder["spill"], WarmInstances = 0, SessionInstances = 2 }, time);
        LockedInstance Rent() => pool.Rent(new InstanceSetup { Limits = TaskBench.Limits });
        var (first, second, third) = (Rent(), Rent(), Rent());
        pool.Keep("a", first);
        time.Now += TimeSpan.FromSeconds(20);
        pool.Keep("b", second);
        pool.Keep("b", third);
        Assert.Equal((2, 1), (pool.KeptCount, pool.UsedCount));
        Assert.Null(pool.RentKept("a"));
        Assert.Same(third, pool.RentKept("b"));
        Assert.Equal(1, third.Connection.ExecuteScalar<int>("SELECT 1"));
        time.Now += TimeSpan.FromSeconds(20);
        pool.Keep("b", third);
        time.Now += TimeSpan.FromSeconds(15);
        time.FireAll();
        Assert.Equal(1, pool.KeptCount);
        Assert.Same(third, pool.RentKept("b"));
        pool.Keep("b", third);
        time.Now += TimeSpan.FromSeconds(30);
        time.FireAll();
        Assert.Equal(0, pool.KeptCount);
    }

    private static QuerySpec Spec(string sql, string? session, params TaskInput[] inputs) => new() { Sql = sql, Inputs = [.. inputs], Limits = TaskBench.Limits, Session = session };

    private async Task<string> WriteAsync(QuerySpec spec)
    {
        using var output = new MemoryStream();
        var outcome = await _executor.WriteAsync(spec, QueryFormat.Csv, output, default);
        Assert.True(outcome.Problem is null, outcome.Problem?.ToString());
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
