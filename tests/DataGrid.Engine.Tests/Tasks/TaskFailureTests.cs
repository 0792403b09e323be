using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tests.Tasks;

public sealed class TaskFailureTests : IAsyncLifetime
{
    private const string Endless = "SELECT count(*) AS n FROM range(3000000000) a(i), range(1000) b(j) WHERE (i * j) % 7 = 3";
    private readonly TaskBench _bench = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData("SELECT^ FORM x y", ErrorCodes.SqlSyntax)]
    [InlineData("/* zażółć 😀 */\nSELECT id,\n  ^nme\nFROM raw.t", ErrorCodes.ColumnUnknown)]
    [InlineData("SELECT id FROM raw.t WHERE '😀' = ^nme", ErrorCodes.ColumnUnknown)]
    [InlineData("SELECT id FROM ^raw.missing", ErrorCodes.SqlInvalid)]
    public async Task Wrong_sql_is_shown_where_it_stands_in_the_users_file(string marked, string code)
    {
        var at = marked.IndexOf('^', StringComparison.Ordinal);
        var sql = marked.Remove(at, 1);
        var input = _bench.Table("raw.t", "SELECT 1 AS id, 'x' AS name");
        var result = await _bench.RunAsync(_bench.Task(sql, [input]));
        Assert.Equal(TaskOutcome.Failed, result.Outcome);
        Assert.Equal(code, result.Problem!.Code);
        Assert.Equal("models/silver/result.sql", result.Problem.Position!.File);
        if (code == ErrorCodes.SqlSyntax)
            return;
        Assert.Equal(sql[..at].Count(c => c == '\n') + 1, result.Problem.Position.Line);
        Assert.Equal(at - (sql.LastIndexOf('\n', at - 1) + 1) + 1, result.Problem.Position.Column);
        Assert.Equal(sql.Split('\n')[result.Problem.Position.Line!.Value - 1], result.Problem.Excerpt);
    }

    [Fact]
    public async Task Wrong_data_is_the_users_and_names_the_value()
    {
        var input = _bench.Table("raw.t", "SELECT 'abc' AS v");
        var result = await _bench.RunAsync(_bench.Task("SELECT v::INTEGER AS n FROM raw.t", [input]));
        Assert.Equal(ErrorCodes.DataInvalid, result.Problem!.Code);
        Assert.Contains("abc", result.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorDomain.User, result.Problem.Kind.Domain);
    }

    [Fact]
    public async Task Too_little_memory_asks_for_more()
    {
        var task = _bench.Task("SELECT list(i ORDER BY hash(i)) AS l FROM range(30000000) r(i)", []);
        var result = await _bench.RunAsync(task with { Limits = new TaskLimits { MemoryBytes = 64L << 20, Threads = 1, TemporaryBytes = 1L << 20 } });
        Assert.Equal(ErrorCodes.OutOfMemory, result.Problem!.Code);
        Assert.Equal(RetryHint.RetryWithMoreMemory, result.Problem.Kind.Retry);
        Assert.False(Directory.Exists(task.StagingDirectory));
    }

    [Fact]
    public async Task Sql_that_reaches_outside_is_refused_by_the_second_wall()
    {
        var secret = _bench.Folder.Write("secret.csv", "x\n1\n");
        var result = await _bench.RunAsync(_bench.Task($"SELECT * FROM read_csv('{secret}')", []));
        Assert.Equal(ErrorCodes.SqlForbidden, result.Problem!.Code);
        var view = new TaskInput { Name = Contracts.Datasets.DatasetName.Parse("raw.v"), Form = TaskInputForm.View, Columns = [], ViewSql = $"SELECT * FROM read_csv('{secret}')" };
        Assert.Equal(ErrorCodes.SqlForbidden, (await _bench.RunAsync(_bench.Task("SELECT * FROM raw.v", [view]))).Problem!.Code);
    }

    [Fact]
    public async Task A_cancelled_task_ends_and_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var task = _bench.Task(Endless, []);
        var result = await _bench.RunAsync(task, cancellation.Token);
        Assert.Equal(TaskOutcome.Cancelled, result.Outcome);
        Assert.Null(result.Problem);
        Assert.False(Directory.Exists(task.StagingDirectory));
    }

    [Fact]
    public async Task A_task_that_takes_longer_than_its_step_allows_fails()
    {
        var task = _bench.Task(Endless, []);
        var result = await _bench.RunAsync(task with { Step = task.Step with { Timeout = TimeSpan.FromMilliseconds(300) } });
        Assert.Equal(TaskOutcome.Failed, result.Outcome);
        Assert.Equal(ErrorCodes.TaskTimeout, result.Problem!.Code);
    }

    [Theory]
    [InlineData("SELECT 1", "SELECT 1")]
    [InlineData("SELECT 1;", "SELECT 1")]
    [InlineData("SELECT 1 ; -- over; \n /* ; */ ;\n", "SELECT 1")]
    [InlineData("SELECT ';' -- x", "SELECT ';'")]
    [InlineData("SELECT 'a''b;' || \"c;\"\"--\" || $$;'--$$ || $t$ ;$t$;", "SELECT 'a''b;' || \"c;\"\"--\" || $$;'--$$ || $t$ ;$t$")]
    [InlineData("SELECT e'a\\';--' ;", "SELECT e'a\\';--'")]
    [InlineData("SELECT $day, $1 /* a /* b */ ; */ ;", "SELECT $day, $1")]
    [InlineData("SELECT 3 - -2; --", "SELECT 3 - -2")]
    public void A_statements_end_is_found_behind_strings_and_comments(string sql, string expected) =>
        Assert.Equal(expected, SqlTail.WithoutTerminator(sql));
}
