using System.Globalization;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tests.Tasks;

public sealed class TaskExecutorTests : IAsyncLifetime
{
    private readonly TaskBench _bench = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task A_model_becomes_one_file_with_statistics_length_and_hash()
    {
        var input = _bench.Table("raw.t", "SELECT i AS id, 'n' || i AS name, timestamp '2001-01-01' + i * interval 1 microsecond AS seen FROM range(1000) r(i)");
        var task = _bench.Task("/* datagrid\n */\nSELECT id, name, seen FROM raw.t WHERE id >= 10; -- done", [input]);
        var manifest = await _bench.SucceedAsync(task);

        var file = Assert.Single(manifest.Files);
        Assert.Equal(990, file.Rows);
        Assert.Equal(990, manifest.RowsRead);
        Assert.Equal(990, manifest.RowsWritten);
        Assert.Equal($"part-{task.Attempt}-00000.parquet", file.StagedPath);
        var path = Path.Combine(task.StagingDirectory, file.StagedPath);
        Assert.Equal(new FileInfo(path).Length, file.Bytes);
        Assert.Equal(DataGrid.Engine.Tasks.Output.FileSeal.Seal(path, default).Hash, file.Hash);
        Assert.Equal(["id BIGINT", "name VARCHAR", "seen TIMESTAMP"], manifest.Columns.Select(c => $"{c.Name} {c.Type}"));
        Assert.Equal([file.StagedPath], Directory.EnumerateFileSystemEntries(task.StagingDirectory).Select(Path.GetFileName));

        using var statistics = JsonDocument.Parse(file.Statistics);
        var root = statistics.RootElement;
        Assert.Equal(990, root.GetProperty("numRecords").GetInt64());
        Assert.Equal(10, root.GetProperty("minValues").GetProperty("id").GetInt64());
        Assert.Equal("n999", root.GetProperty("maxValues").GetProperty("name").GetString());
        Assert.Equal("2001-01-01T00:00:00.000", root.GetProperty("minValues").GetProperty("seen").GetString());
        Assert.Equal("2001-01-01T00:00:00.001", root.GetProperty("maxValues").GetProperty("seen").GetString());
        Assert.Equal(0, root.GetProperty("nullCount").GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Sums_and_other_types_that_a_table_lacks_keep_every_digit()
    {
        var input = _bench.Table("raw.t", "SELECT 9007199254740993::BIGINT AS v");
        var task = _bench.Task(
            """
            SELECT sum(v) AS total, 'a'::ENUM('a', 'b') AS e, 255::UTINYINT AS u1, 18446744073709551615::UBIGINT AS u8,
                   uuid '01234567-89ab-cdef-0123-456789abcdef' AS id, '2024-01-02 03:04:05.123'::TIMESTAMP_MS AS ms, [1,2]::UTINYINT[2] AS list,
                   {'x': 1::UINTEGER, 'b c': 2::HUGEINT} AS st, MAP {'k': 5::HUGEINT} AS m, NULL AS nothing, '{"a":1}'::JSON AS j
            FROM raw.t
            """,
            [input]);
        var manifest = await _bench.SucceedAsync(task);
        var types = manifest.Columns.ToDictionary(c => c.Name, c => c.Type);
        Assert.Equal("DECIMAL(38,0)", types["total"]);
        Assert.Equal("DECIMAL(20,0)", types["u8"]);
        Assert.Equal("SMALLINT[]", types["list"]);
        Assert.Equal("MAP(VARCHAR, DECIMAL(38,0))", types["m"]);
        var row = Assert.Single(_bench.Rows(task, manifest, "total, e, u1, u8, id, ms::VARCHAR, list::VARCHAR, st.\"b c\", m::VARCHAR, nothing, j"));
        Assert.Equal("9007199254740993|a|255|18446744073709551615|01234567-89ab-cdef-0123-456789abcdef|2024-01-02 03:04:05.123|[1, 2]|2|{k=5}|NULL|{\"a\":1}", row);
    }

    [Fact]
    public async Task The_types_that_the_compiler_promised_are_written()
    {
        var task = _bench.Task("SELECT 1 AS a, TIME '10:11:12' AS t", []);
        task = task with { Step = task.Step with { Columns = [new ColumnSpec { Name = "a", Type = "BIGINT", Description = "why" }, new ColumnSpec { Name = "t", Type = "VARCHAR" }] } };
        var manifest = await _bench.SucceedAsync(task);
        Assert.Equal(["a BIGINT why", "t VARCHAR "], manifest.Columns.Select(c => $"{c.Name} {c.Type} {c.Description}"));
        Assert.Equal(["1|10:11:12"], _bench.Rows(task, manifest));
    }

    [Theory]
    [InlineData("union_value(a := 1)")]
    [InlineData("TIME '10:11:12'")]
    [InlineData("INTERVAL 3 DAY")]
    public async Task A_type_that_no_table_can_hold_is_refused_by_name(string value)
    {
        var result = await _bench.RunAsync(_bench.Task($"SELECT {value} AS u", []));
        Assert.Equal(ErrorCodes.TypeUnsupported, result.Problem!.Code);
        Assert.Contains("column u", result.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_fail_are_dropped_or_quarantined_in_the_pass_that_writes()
    {
        var input = _bench.Table("raw.t", "SELECT i AS id, CASE WHEN i % 10 = 0 THEN NULL ELSE i % 7 END AS v, i % 2 AS p FROM range(100) r(i)");
        foreach (var (partition, order) in new[] { (false, false), (true, false), (false, true) })
        {
            var task = _bench.Task(
                "SELECT id, v, p FROM raw.t ORDER BY id",
                [input],
                TaskBench.Predicate("has v", "v is not null -- why not", CheckAction.Drop),
                TaskBench.Predicate("v below 6", "v < 6", CheckAction.Quarantine),
                TaskBench.Predicate("v not 5", "v <> 5", CheckAction.Quarantine),
                TaskBench.Predicate("not 13", "id <> 13", CheckAction.Warn));
            task = task with { Step = task.Step with { PartitionBy = partition ? ["p"] : [], KeepsOrder = order } };
            var result = await _bench.RunAsync(task);
            Assert.True(result.Outcome == TaskOutcome.Succeeded, result.Problem?.ToString());
            var manifest = result.Manifest!;
            var expected = Enumerable.Range(0, 100).Where(i => i % 10 != 0 && i % 7 < 5).ToList();
            Assert.Equal(expected.Order().Select(i => i.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal), _bench.Rows(task, manifest, "id"));
            Assert.Equal(100, manifest.RowsRead);
            Assert.Equal(10, manifest.RowsDropped);
            Assert.Equal(expected.Count, manifest.RowsWritten);
            Assert.Equal(90 - expected.Count, manifest.RowsQuarantined);
            Assert.Equal(partition ? 2 : 1, manifest.Files.Count(f => f.Role == ManifestFileRole.Data));
            if (partition)
                Assert.Equal(["0", "1"], manifest.Files.Where(f => f.Role == ManifestFileRole.Data).Select(f => f.PartitionValues["p"]));

            var held = _bench.Rows(task, manifest, "id, v, p, check_names, run_id", ManifestFileRole.Quarantine);
            Assert.Equal(manifest.RowsQuarantined, held.Count);
            Assert.Contains("6|6|0|[v below 6]|run-1", held);
            Assert.Contains("5|5|1|[v not 5]|run-1", held);
            Assert.Equal(["id", "v", "p", "check_names", "run_id"], manifest.QuarantineColumns.Select(c => c.Name));

            var checks = result.Checks.ToDictionary(c => c.Name);
            Assert.Equal(10, checks["has v"].FailedRows);
            Assert.Equal(100, checks["has v"].CheckedRows);
            Assert.Equal(90, checks["v below 6"].CheckedRows);
            Assert.Equal(Enumerable.Range(0, 100).Count(i => i % 10 != 0 && i % 7 == 6), checks["v below 6"].FailedRows);
            Assert.Equal(0, checks["not 13"].FailedRows);
            Assert.Equal(10, checks["has v"].Samples.Length);
            Assert.Contains("\"v\":null", checks["has v"].Samples[0], StringComparison.Ordinal);
            Assert.Equal(["has v", "v below 6", "v not 5", "not 13"], result.Checks.Select(c => c.Name));
        }
    }

    [Theory]
    [InlineData("DATE", "DATE '2001-02-28', NULL, DATE '0044-03-15 (BC)', DATE '12001-01-01', DATE 'infinity', DATE '-infinity', DATE '5881580-07-10', DATE '1969-12-31'")]
    [InlineData("TINYINT", "-128, 127, 0, NULL")]
    [InlineData("INTEGER", "-2147483648, 2147483647, -1, NULL")]
    [InlineData("UINTEGER", "4294967295, 0, NULL")]
    [InlineData("BIGINT", "-9223372036854775808, 9223372036854775807, NULL")]
    [InlineData("VARCHAR", "'a b', '', NULL")]
    public async Task A_verdict_beside_partitions_leaves_each_value_as_it_is(string type, string values)
    {
        var input = _bench.Table("raw.t", $"SELECT i AS id, v::{type} AS \"the_Day\", ['x', 'y'][1 + i % 2] AS second FROM (SELECT unnest([{values}]::{type}[]) AS v), range(6) r(i)");
        foreach (var partitionBy in new[] { ["the_Day"], new[] { "the_Day", "second" } })
        {
            var check = TaskBench.Predicate("low", "id < 4", CheckAction.Quarantine);
            var task = _bench.Task("SELECT * FROM raw.t", [input], check, TaskBench.Predicate("not 5", "id <> 5", CheckAction.Drop));
            task = task with { Step = task.Step with { PartitionBy = [.. partitionBy] } };
            var manifest = await _bench.SucceedAsync(task);
            var unjudged = task with { Attempt = AttemptId.Create(Guid.NewGuid()), StagingDirectory = _bench.Folder[Guid.NewGuid().ToString("N")], Step = task.Step with { Checks = [] } };
            var plain = await _bench.SucceedAsync(unjudged);
            // The engine's own folders and values, without a verdict.
            static IEnumerable<string> Partitions(Manifest manifest) => manifest.Files.Where(f => f.Role == ManifestFileRole.Data)
                .Select(f => $"{Path.GetDirectoryName(f.StagedPath)} {string.Join(", ", f.PartitionValues.Select(p => p.Key + ": " + (p.Value ?? "NULL")))}").Order(StringComparer.Ordinal);
            Assert.Equal(Partitions(plain), Partitions(manifest));
            var rows = _bench.Rows(unjudged, plain, "id, \"the_Day\"::VARCHAR, second");
            Assert.Equal(rows.Where(row => row[0] < '4'), _bench.Rows(task, manifest, "id, \"the_Day\"::VARCHAR, second"));
            Assert.Equal(rows.Where(row => row[0] == '4'), _bench.Rows(task, manifest, "id, \"the_Day\"::VARCHAR, second", ManifestFileRole.Quarantine));
            Assert.Equal(rows.Count / 6, manifest.RowsDropped);
        }
    }

    [Theory]
    [InlineData("größe", "VARCHAR")]
    [InlineData("größe", "INTEGER")]
    [InlineData("a%b", "VARCHAR")]
    [InlineData("a:b", "BIGINT")]
    public async Task A_partition_column_whose_name_a_path_cannot_hold_is_checked_like_any_other(string name, string type)
    {
        var input = _bench.Table("raw.t", $"SELECT i AS id, (i % 3)::{type} AS \"{name}\" FROM range(9) r(i)");
        var task = _bench.Task(
            "SELECT * FROM raw.t", [input], TaskBench.Predicate("not 0", "id > 0", CheckAction.Quarantine), TaskBench.Predicate("low", $"\"{name}\"::VARCHAR < '2'", CheckAction.Warn),
            new CheckSpec { Name = "u", Kind = CheckKind.Unique, Columns = [name, "id"] });
        task = task with { Step = task.Step with { PartitionBy = [name] } };
        var result = await _bench.RunAsync(task);
        Assert.True(result.Outcome == TaskOutcome.Succeeded, result.Problem?.ToString());
        var manifest = result.Manifest!;
        Assert.Equal(["0", "1", "2"], manifest.Files.Where(static f => f.Role == ManifestFileRole.Data).Select(f => f.PartitionValues[name]!).Order(StringComparer.Ordinal));
        Assert.Equal(1, manifest.RowsQuarantined);
        var low = result.Checks.Single(static check => check.Name == "low");
        Assert.Equal(3, low.FailedRows);
        Assert.Contains($"\"{name}\"", low.Samples[0], StringComparison.Ordinal);

        var later = _bench.Task($"SELECT \"{name}\"::VARCHAR AS part, count(*) AS n FROM silver.t GROUP BY ALL", [TaskBench.AsTable(task, manifest, name) with { Name = DatasetName.Parse("silver.t") }]);
        Assert.Equal(["0|2", "1|3", "2|3"], _bench.Rows(later, await _bench.SucceedAsync(later)));
    }

    [Fact]
    public async Task The_order_that_was_asked_for_is_the_order_in_the_files()
    {
        var input = _bench.Table("raw.t", "SELECT (i * 7919) % 300000 AS id FROM range(300000) r(i)");
        var task = _bench.Task("SELECT id FROM raw.t ORDER BY id DESC", [input], TaskBench.Predicate("odd", "id % 2 = 1", CheckAction.Drop));
        task = task with { Step = task.Step with { KeepsOrder = true } };
        var manifest = await _bench.SucceedAsync(task);
        using var result = _bench.Engine.Query($"SELECT id FROM read_parquet({SqlText.QuoteLiteralList(manifest.Files.Select(f => Path.Combine(task.StagingDirectory, f.StagedPath)))})");
        var ids = result.ReadRows().Select(r => (long)r[0]!).ToList();
        Assert.Equal(150000, ids.Count);
        Assert.Equal(ids.OrderDescending(), ids);
    }

    [Fact]
    public async Task A_failed_check_fails_the_task_shows_rows_and_leaves_nothing()
    {
        var input = _bench.Table("raw.t", "SELECT i AS id FROM range(100) r(i)");
        var task = _bench.Task("SELECT id FROM raw.t", [input], TaskBench.Predicate("small", "id < 80"), new CheckSpec { Name = "few", Kind = CheckKind.RowCount, MaxRows = 50, Otherwise = CheckAction.Warn });
        var result = await _bench.RunAsync(task);
        Assert.Equal(TaskOutcome.Failed, result.Outcome);
        Assert.Equal(ErrorCodes.CheckFailed, result.Problem!.Code);
        Assert.Contains("20 of 100 rows", result.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(10, result.Checks[0].Samples.Length);
        Assert.Equal("100 rows, at most 50 are expected", result.Checks[1].Detail);
        Assert.Null(result.Manifest);
        Assert.False(Directory.Exists(task.StagingDirectory));
    }

    [Fact]
    public async Task References_are_decided_with_the_other_row_checks()
    {
        var airports = _bench.Table("silver.airports", "SELECT * FROM (VALUES ('WAW'), ('KRK'), (NULL)) t(iata)");
        var flights = _bench.Table("raw.flights", "SELECT * FROM (VALUES (1, 'WAW'), (2, 'XXX'), (3, NULL), (4, 'KRK')) t(id, origin)");
        CheckSpec Check(CheckAction otherwise) => new()
        {
            Name = "known",
            Kind = CheckKind.References,
            Columns = ["origin"],
            ReferencedDataset = DatasetName.Parse("silver.airports"),
            ReferencedColumn = "iata",
            Otherwise = otherwise,
        };
        var warned = await _bench.RunAsync(_bench.Task("SELECT id, origin FROM raw.flights", [airports, flights], Check(CheckAction.Warn)));
        Assert.Equal(1, warned.Checks[0].FailedRows);
        Assert.Equal("{\"id\":2,\"origin\":\"XXX\"}", Assert.Single(warned.Checks[0].Samples));
        Assert.Equal(4, warned.Manifest!.RowsWritten);

        var task = _bench.Task("SELECT id, origin FROM raw.flights", [airports, flights], Check(CheckAction.Quarantine));
        var manifest = await _bench.SucceedAsync(task);
        Assert.Equal(["1|WAW", "3|NULL", "4|KRK"], _bench.Rows(task, manifest));
        Assert.Equal(["2|XXX|[known]|run-1"], _bench.Rows(task, manifest, role: ManifestFileRole.Quarantine));
    }

    [Fact]
    public async Task Table_checks_see_the_table_as_it_would_be_published()
    {
        var old = _bench.Table("silver.result", "SELECT i AS id FROM range(10) r(i)");
        var input = _bench.Table("raw.t", "SELECT i AS id FROM range(9, 20) r(i)");
        var checks = new[]
        {
            new CheckSpec { Name = "one", Kind = CheckKind.Unique, Columns = ["id"], Otherwise = CheckAction.Warn },
            new CheckSpec { Name = "count", Kind = CheckKind.RowCount, MinRows = 21, MaxRows = 21 },
            new CheckSpec { Name = "sum", Kind = CheckKind.Sql, Expression = "SELECT s FROM (SELECT sum(id) AS s FROM silver.result) WHERE s <> 199 ;", Otherwise = CheckAction.Warn },
        };
        var task = _bench.Task("SELECT id FROM raw.t", [input], checks) with { Base = old };
        task = task with { Step = task.Step with { Materialization = Materialization.Append } };
        var result = await _bench.RunAsync(task);
        Assert.Equal(TaskOutcome.Succeeded, result.Outcome);
        Assert.Equal(["{\"id\":9,\"rows\":2}"], result.Checks[0].Samples.ToArray());
        Assert.True(result.Checks[1].Passed);
        Assert.True(result.Checks[2].Passed);
        Assert.Equal(11, result.Manifest!.RowsWritten);
    }

    [Fact]
    public async Task Unique_counts_groups_over_one_and_several_columns_and_never_null()
    {
        var input = _bench.Table("raw.t", "SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (1, 'a'), (2, NULL), (2, NULL), (NULL, 'x')) t(id, name)");
        CheckSpec Unique(params string[] columns) => new() { Name = string.Join('+', columns), Kind = CheckKind.Unique, Columns = [.. columns], Otherwise = CheckAction.Warn };
        var result = await _bench.RunAsync(_bench.Task("SELECT id, name FROM raw.t", [input], Unique("id"), Unique("id", "name"), Unique("name")));
        Assert.Equal([2L, 1L, 1L], result.Checks.Select(c => c.FailedRows));
        Assert.Equal("{\"id\":1,\"rows\":3}|{\"id\":2,\"rows\":2}", string.Join('|', result.Checks[0].Samples));
        Assert.Equal("{\"id\":1,\"name\":\"a\",\"rows\":2}", string.Join('|', result.Checks[1].Samples));
        Assert.Equal("1 combination of id, name occurs more than once", result.Checks[1].Detail);
    }

    [Fact]
    public async Task Parameters_are_bound_with_their_types_also_through_views()
    {
        var input = _bench.Table("raw.t", "SELECT DATE '2001-01-01' + i::INTEGER AS day FROM range(10) r(i)");
        var view = new TaskInput { Name = DatasetName.Parse("bronze.v"), Form = TaskInputForm.View, Columns = input.Columns, ViewSql = "SELECT day FROM raw.t WHERE day >= $from_day;" };
        var task = _bench.Task("SELECT day, $note AS note FROM bronze.v WHERE day <= $to_day", [input, view]);
        task = task with
        {
            Parameters = [new ParameterSpec { Name = "from_day", Type = "DATE" }, new ParameterSpec { Name = "to_day", Type = "DATE" }, new ParameterSpec { Name = "note", Type = "VARCHAR", Default = "it's" }],
            ParameterValues = task.ParameterValues.Add("from_day", "2001-01-03").Add("to_day", "2001-01-04"),
            Step = task.Step with { Columns = [new ColumnSpec { Name = "day", Type = "DATE" }, new ColumnSpec { Name = "note", Type = "VARCHAR" }] },
        };
        var manifest = await _bench.SucceedAsync(task);
        Assert.Equal(["2001-01-03|it's", "2001-01-04|it's"], _bench.Rows(task, manifest, "day::VARCHAR, note"));

        // The view's rows were stored: the instance is gone. One that stored none waits.
        Assert.Equal(0, _bench.Pool.UsedCount);
        var wrong = await _bench.RunAsync(task with { StagingDirectory = _bench.Folder["w"], ParameterValues = task.ParameterValues.SetItem("to_day", "soon") });
        Assert.Equal(ErrorCodes.ParameterInvalid, wrong.Problem!.Code);
        var missing = await _bench.RunAsync(task with { StagingDirectory = _bench.Folder["m"], ParameterValues = task.ParameterValues.Remove("to_day") });
        Assert.Contains("$to_day", missing.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_result_has_no_files()
    {
        var task = _bench.Task("SELECT 1 AS a WHERE false", [], TaskBench.Predicate("a", "a > 5"), new CheckSpec { Name = "u", Kind = CheckKind.Unique, Columns = ["a"] });
        var result = await _bench.RunAsync(task);
        Assert.Equal(TaskOutcome.Succeeded, result.Outcome);
        Assert.Empty(result.Manifest!.Files);
        Assert.All(result.Checks, c => Assert.True(c.Passed));
        Assert.Empty(Directory.EnumerateFileSystemEntries(task.StagingDirectory));
    }

    [Fact]
    public async Task A_view_stores_nothing_and_its_checks_are_decided()
    {
        var input = _bench.Table("raw.t", "SELECT i AS id FROM range(10) r(i)");
        var task = _bench.Task("SELECT id FROM raw.t", [input], TaskBench.Predicate("small", "id < 8", CheckAction.Warn), new CheckSpec { Name = "u", Kind = CheckKind.Unique, Columns = ["id"] });
        task = task with { Step = task.Step with { Materialization = Materialization.View } };
        var result = await _bench.RunAsync(task);
        Assert.Equal(TaskOutcome.Succeeded, result.Outcome);
        Assert.Equal(2, result.Checks[0].FailedRows);
        Assert.Empty(result.Manifest!.Files);
    }
}
