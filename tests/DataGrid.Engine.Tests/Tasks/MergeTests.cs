using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;

namespace DataGrid.Engine.Tests.Tasks;

public sealed class MergeTests : IAsyncLifetime
{
    private readonly TaskBench _bench = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Only_files_that_hold_an_incoming_key_are_rewritten()
    {
        var low = _bench.Table("silver.result", "SELECT i AS id, 'old' AS v FROM range(0, 10) r(i)");
        var high = _bench.Table("silver.result", "SELECT i AS id, 'old' AS v FROM range(10, 20) r(i)");
        var task = Merge("SELECT * FROM (VALUES (15, 'new'), (30, 'new')) t(id, v)", low with { Files = [.. low.Files, .. high.Files] });
        var manifest = await _bench.SucceedAsync(task);
        Assert.Equal([high.Files[0].Name], manifest.ReplacedFiles.ToArray());
        Assert.Equal(1, manifest.RowsUpdated);
        Assert.Equal(1, manifest.RowsInserted);
        Assert.Equal(2, manifest.RowsRead);
        Assert.Equal(11, manifest.RowsWritten);
        var rows = _bench.Rows(task, manifest);
        Assert.Contains("15|new", rows);
        Assert.Contains("30|new", rows);
        Assert.Contains("10|old", rows);
        Assert.DoesNotContain("15|old", rows);
        Assert.DoesNotContain("5|old", rows);
    }

    [Fact]
    public async Task New_keys_alone_touch_no_file()
    {
        var old = _bench.Table("silver.result", "SELECT i AS id, 'old' AS v FROM range(0, 10) r(i)");
        var manifest = await _bench.SucceedAsync(Merge("SELECT 50 AS id, 'new' AS v", old));
        Assert.Empty(manifest.ReplacedFiles);
        Assert.Equal(1, manifest.RowsWritten);
        Assert.Equal(0, manifest.RowsUpdated);
        var nothing = await _bench.SucceedAsync(Merge("SELECT 50 AS id, 'new' AS v WHERE false", old));
        Assert.Empty(nothing.Files);
        Assert.Empty(nothing.ReplacedFiles);
    }

    [Fact]
    public async Task A_row_may_move_to_another_partition()
    {
        var first = Merge("SELECT i AS id, i % 2 AS p FROM range(10) r(i)", null);
        first = first with { Step = first.Step with { PartitionBy = ["p"] } };
        var old = TaskBench.AsTable(first, await _bench.SucceedAsync(first), "p");
        var second = Merge("SELECT * FROM (VALUES (2::BIGINT, 1::BIGINT)) t(id, p)", old);
        second = second with { Step = second.Step with { PartitionBy = ["p"] } };
        var manifest = await _bench.SucceedAsync(second);
        Assert.Equal([old.Files.Single(f => f.PartitionValues["p"] == "0").Name], manifest.ReplacedFiles.ToArray());
        Assert.Equal(["0|0", "2|1", "4|0", "6|0", "8|0"], _bench.Rows(second, manifest, "id, p"));
    }

    [Theory]
    [InlineData("SELECT NULL::INTEGER AS id, 'x' AS v", "NULL")]
    [InlineData("SELECT 7 AS id, 'x' AS v UNION ALL SELECT 7, 'y'", "more than once")]
    public async Task Keys_that_are_null_or_twice_fail_also_into_an_empty_table(string sql, string says)
    {
        var old = _bench.Table("silver.result", "SELECT i AS id, 'old' AS v FROM range(0, 10) r(i)");
        foreach (var table in new[] { old, null })
        {
            var result = await _bench.RunAsync(Merge(sql, table));
            Assert.Equal(ErrorCodes.MergeKeysInvalid, result.Problem!.Code);
            Assert.Contains(says, result.Problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_new_column_is_null_in_rows_that_are_carried_over_and_checks_see_the_whole_table()
    {
        var old = _bench.Table("silver.result", "SELECT i::INTEGER AS id FROM range(0, 3) r(i)");
        var task = Merge("SELECT 1::BIGINT AS id, 'new' AS v", old);
        task = task with { Step = task.Step with { Checks = [new CheckSpec { Name = "n", Kind = CheckKind.RowCount, MinRows = 3, MaxRows = 3 }] } };
        var manifest = await _bench.SucceedAsync(task);
        Assert.Equal(["0|NULL", "1|new", "2|NULL"], _bench.Rows(task, manifest));
        Assert.Equal(new ColumnSpec { Name = "id", Type = "BIGINT" }, manifest.Columns[0]);
    }

    private TaskSpec Merge(string sql, TaskInput? old)
    {
        var task = _bench.Task(sql, []) with { Base = old };
        return task with { Step = task.Step with { Materialization = Materialization.Merge, Keys = ["id"] } };
    }
}
