using System.Globalization;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tests.Tasks.Checks;

/// <summary>Whatever is proven, hashed or found in passing: counts, rows and samples are those that plain SQL gives over the model's rows.</summary>
public sealed class CheckDifferentialTests : IAsyncLifetime
{
    private const int Rows = 24_000;

    private const string Model =
        """
        SELECT i AS id, if(i % 11 = 0, NULL, i % 1000)::INTEGER AS small, if(i % 4001 = 7, 'nan', (i / 8)::VARCHAR)::DOUBLE AS ratio, 'n' || (i % 50) AS name,
               DATE '2001-01-01' + (i % 90)::INTEGER AS day, (i % 12000)::DECIMAL(9,2) AS money, i % 3 AS part, if(i % 2 = 0, NULL, 'q''x') AS side
        FROM range(24000) r(i)
        """;

    private static readonly (string Name, string Expression)[] Predicates =
    [
        ("always", "id >= 0 and id < 24000"), ("never", "id < 0"), ("nearly", "id <> 23999"), ("nulls", "small >= 0"), ("null or", "small is null or small < 1000"), ("nan", "ratio < 1e9"),
        ("text", "name between 'n' and 'o'"), ("length", "length(name) <= 2"), ("days", "day >= '2001-01-01' and day < date '2001-04-01'"), ("late", "day < '2001-03-30'"),
        ("money", "money <= 11999.00"), ("cents", "money < 11999"), ("folder", "part in (0, 1, 2)"), ("other folder", "part < 2"), ("both", "small is null or name <> 'n0' -- why"),
        ("side", "side is null or side = 'q''x'"), ("only side", "side = 'q''x'"),
    ];

    /// <summary>So many about so few expressions that these are read instead of the rows; some hold, some do not.</summary>
    private static readonly (string Name, string Expression)[] Shared =
    [
        .. Enumerable.Range(0, 8).Select(static i => ($"length up to {i}", $"length(name) <= {i}")), .. Enumerable.Range(0, 4).Select(static i => ($"another row {i}", $"id <> part + 24000 or id > {i}")),
        ("no number", "isnan(ratio) or ratio < 3000"), ("ratio", "not isnan(ratio) or ratio > 3000"), ("half", "small % 2 is null or small % 2 in (0, 1)"), ("odd", "small % 2 = 1"), ("year", "year(day) = 2001"),
        ("year again", "year(day) in (2001, 2002) and upper(name) < 'O'"), ("upper", "upper(name) >= 'N' and upper(side) is distinct from 'q'"), ("side again", "upper(side) = 'Q''X' or upper(side) is null"),
    ];

    private readonly TaskBench _bench = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(3, "part")]
    [InlineData(4, "part,side")]
    [InlineData(5, "order")]
    [InlineData(6, "part")]
    public async Task Every_kind_and_action_comes_to_what_plain_sql_says(int seed, string layout)
    {
        var random = new Random(seed);
        var input = _bench.Table("raw.t", Model);
        var names = _bench.Table("raw.names", "SELECT 'n' || i AS name FROM range(1, 60) r(i) UNION ALL SELECT NULL");
        var checks = Checks(random).ToArray();
        var task = _bench.Task($"SELECT * FROM raw.t{(layout == "order" ? " ORDER BY id" : "")}", [input, names], checks);
        task = task with { Step = task.Step with { PartitionBy = layout is "" or "order" ? [] : [.. layout.Split(',')], KeepsOrder = layout == "order" } };
        var result = await _bench.RunAsync(task);
        Assert.True(result.Outcome == TaskOutcome.Succeeded, result.Problem?.ToString());

        var engine = _bench.Engine;
        engine.Execute($"CREATE SCHEMA raw; CREATE TABLE raw.names AS FROM '{names.Files[0].Path}'; CREATE TABLE judged AS SELECT *, {Verdict(checks)} AS verdict FROM ({Model})");
        Assert.Equal(Fingerprint("SELECT * EXCLUDE (verdict) FROM judged WHERE verdict = 0"), Written(task, result.Manifest!, ManifestFileRole.Data));
        var held = Fingerprint("SELECT * EXCLUDE (verdict) FROM judged WHERE verdict = 2");
        Assert.Equal(held, Written(task, result.Manifest!, ManifestFileRole.Quarantine));
        foreach (var (check, found) in checks.Zip(result.Checks))
        {
            Assert.Equal(check.Name, found.Name);
            if (check.Kind == CheckKind.Unique)
            {
                var list = string.Join(", ", check.Columns);
                var isKnown = string.Join(" AND ", check.Columns.Select(static c => c + " IS NOT NULL"));
                Assert.Equal(Count($"SELECT {list} FROM judged WHERE verdict = 0 AND {isKnown} GROUP BY {list} HAVING count(*) > 1"), found.FailedRows);
                continue;
            }
            // A drop check sees all rows, a quarantine check those that are not dropped, the others those that stay.
            var seen = check.Otherwise switch { CheckAction.Drop => "true", CheckAction.Quarantine => "verdict <> 1", _ => "verdict = 0" };
            Assert.Equal(Count($"SELECT 1 FROM judged WHERE {seen}"), found.CheckedRows);
            Assert.Equal(Count($"SELECT 1 FROM judged WHERE {seen} AND {Passes(check)} IS NOT TRUE"), found.FailedRows);
            Assert.Equal(Math.Min(10, found.FailedRows), found.Samples.Length);
            Assert.Equal(found.Samples.Length, found.Samples.Distinct().Count());
            foreach (var sample in found.Samples)
            {
                var id = System.Text.Json.JsonDocument.Parse(sample).RootElement.GetProperty("id").GetInt64();
                Assert.Equal(1, Count($"SELECT 1 FROM judged WHERE {seen} AND {Passes(check)} IS NOT TRUE AND id = {id.ToString(CultureInfo.InvariantCulture)}"));
            }
        }
    }

    private static IEnumerable<CheckSpec> Checks(Random random)
    {
        var actions = new[] { CheckAction.Warn, CheckAction.Warn, CheckAction.Drop, CheckAction.Quarantine };
        foreach (var (name, expression) in Predicates)
        {
            // A check that no row passes would leave nothing for the others.
            var action = name == "never" ? CheckAction.Warn : actions[random.Next(actions.Length)];
            yield return new CheckSpec { Name = name, Kind = CheckKind.Predicate, Expression = expression, Otherwise = random.Next(3) > 0 ? CheckAction.Warn : action };
        }
        foreach (var (name, expression) in Shared)
            yield return new CheckSpec { Name = name, Kind = CheckKind.Predicate, Expression = expression, Otherwise = CheckAction.Warn };
        yield return new CheckSpec { Name = "not null", Kind = CheckKind.NotNull, Columns = ["id", "day"], Expression = "\"id\" IS NOT NULL AND \"day\" IS NOT NULL" };
        yield return new CheckSpec { Name = "accepted", Kind = CheckKind.Accepted, Columns = ["part"], Expression = "\"part\" IS NULL OR \"part\" IN (CAST('0' AS BIGINT), CAST('1' AS BIGINT))", Otherwise = CheckAction.Warn };
        yield return new CheckSpec
        {
            Name = "known", Kind = CheckKind.References, Columns = ["name"], ReferencedDataset = DatasetName.Parse("raw.names"), ReferencedColumn = "name", Otherwise = actions[random.Next(4)],
        };
        foreach (var columns in new[] { "id", "small", "name,day", "ratio,side", "money,part" })
            yield return new CheckSpec { Name = "unique " + columns, Kind = CheckKind.Unique, Columns = [.. columns.Split(',')], Otherwise = CheckAction.Warn };
    }

    private static string Passes(CheckSpec check) => check.Kind == CheckKind.References ? "(name IS NULL OR name IN (SELECT n.name FROM raw.names n))" : $"({check.Expression}\n)";

    private static string Verdict(CheckSpec[] checks)
    {
        string Fails(CheckAction action) => string.Join(" OR ", checks.Where(c => c.IsRowCheck && c.Otherwise == action).Select(c => $"{Passes(c)} IS NOT TRUE").Append("false"));
        return $"CASE WHEN {Fails(CheckAction.Drop)} THEN 1 WHEN {Fails(CheckAction.Quarantine)} THEN 2 ELSE 0 END";
    }

    private long Count(string select) => _bench.Engine.ExecuteScalar<long>($"SELECT count(*) FROM ({select})");

    /// <summary>How many rows, and which, in any order.</summary>
    private string Fingerprint(string select)
    {
        const string columns = "id, small, ratio, name, day, money, part, side";
        using var result = _bench.Engine.Query($"SELECT count(*)::VARCHAR || ' ' || coalesce(sum(hash({columns})::HUGEINT), 0)::VARCHAR FROM ({select})");
        return (string)result.ReadRows().Single()[0]!;
    }

    private string Written(TaskSpec task, Manifest manifest, ManifestFileRole role)
    {
        var files = manifest.Files.Where(f => f.Role == role).Select(f => Path.Combine(task.StagingDirectory, f.StagedPath)).ToList();
        var folders = string.Join(", ", role == ManifestFileRole.Data ? task.Step.PartitionBy.Select(static c => $"{c}: {(c == "part" ? "BIGINT" : "VARCHAR")}") : []);
        var hive = folders.Length == 0 ? "hive_partitioning = false" : $"hive_partitioning = true, hive_types = {{{folders}}}";
        return files.Count == 0 ? "0 0" : Fingerprint($"SELECT * FROM read_parquet({SqlText.QuoteLiteralList(files)}, {hive})");
    }
}
