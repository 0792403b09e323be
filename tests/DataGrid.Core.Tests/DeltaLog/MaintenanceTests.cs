using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Maintenance;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.Tests.DeltaLog;

public sealed class MaintenanceTests
{
    private const long Day = 86_400_000;

    /// <summary>The table of clean-up: entries with their ages in days, checkpoints, retention in days, and what goes.</summary>
    [Theory]
    [InlineData("0:9 1:8 2:7 3:1", "", 5, null)]
    [InlineData("0:9 1:8 2:7 3:1", "2", 5, "0 1 | 1")]
    [InlineData("0:9 1:8 2:7 3:1", "3", 5, null)]
    [InlineData("0:9 1:8 2:7 3:1", "1 2", 5, "0 1 c1 | 1")]
    [InlineData("0:9 1:8 2:7 3:6 4:1", "1 3 4", 5, "0 1 2 c1 | 2")]
    [InlineData("0:1 1:1 2:1", "2", 5, null)]
    [InlineData("2:9 3:8", "2", 5, null)]
    [InlineData("0:9 1:9 2:9", "0", 5, null)]
    public void Which_part_of_a_log_goes(string entries, string checkpoints, int retentionDays, string? expected)
    {
        var files = entries.Split(' ').Select(static entry => entry.Split(':')).Select(static entry => (LogFile.EntryName(Number(entry[0])), Deltas.Now - (Number(entry[1]) * Day)))
            .Concat(checkpoints.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static version => (LogFile.CheckpointName(Number(version)), Deltas.Now)))
            .Append(("_last_checkpoint", Deltas.Now)).ToList();

        var decision = LogCleanup.Decide(files, Deltas.Now - (retentionDays * Day), -1);

        var deletes = decision?.Deletes.Select(static name => LogFile.Parse(name)!).OrderBy(static file => file.IsCheckpoint).ThenBy(static file => file.Version).Select(static file => (file.IsCheckpoint ? "c" : "") + file.Version);
        Assert.Equal(expected, decision is null ? null : $"{string.Join(' ', deletes!)} | {decision.Boundary}");
    }

    [Fact]
    public void The_boundary_never_goes_back() =>
        Assert.Equal(7, LogCleanup.Decide([(LogFile.EntryName(0), 0), (LogFile.EntryName(1), 0), (LogFile.CheckpointName(1), 0)], 5, 7)!.Boundary);

    [Theory]
    [InlineData("live.parquet", 30, false)]
    [InlineData("left-long-ago.parquet", 30, true)]
    [InlineData("left-lately.parquet", 30, false)]
    [InlineData("never-came.parquet", 30, true)]
    [InlineData("being-written.parquet", 1, false)]
    [InlineData("_delta_log/00000000000000000000.json", 30, false)]
    [InlineData("_other/x.parquet", 30, false)]
    [InlineData(".hidden", 30, false)]
    [InlineData("_p=1/x.parquet", 30, true)]
    [InlineData("_datagrid/cursor-old.json", 30, true)]
    [InlineData("_datagrid/cursor-kept.json", 30, false)]
    public void What_vacuum_takes(string path, int ageDays, bool isTaken)
    {
        var first = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("live.parquet"), Deltas.File("left-long-ago.parquet"), Deltas.File("left-lately.parquet")));
        var head = first.Apply(1, [Gone("left-long-ago.parquet", 20), Gone("left-lately.parquet", 2)]);
        var limits = new VacuumLimits(TimeSpan.FromDays(7), TimeSpan.FromHours(24), TimeSpan.FromHours(1), AllowShortRetention: false);

        var decision = Assert.IsType<VacuumDecision.Delete>(Vacuum.Decide(head, [new StoredFile(path, 10, Deltas.Now - (ageDays * Day))], new HashSet<string> { "_datagrid/cursor-kept.json" }, Deltas.Now, limits));

        Assert.Equal(isTaken, decision.Files.Length == 1);
        Assert.Equal(isTaken ? 10 : 0, decision.Bytes);
    }

    [Theory]
    [InlineData(50, false, false)]
    [InlineData(49, false, true)]
    [InlineData(0, false, true)]
    [InlineData(0, true, false)]
    public void A_retention_that_running_work_could_not_survive_is_refused(int hours, bool isMeant, bool isRefused)
    {
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("live.parquet")));
        var limits = new VacuumLimits(TimeSpan.FromHours(hours), TimeSpan.FromHours(24), TimeSpan.FromHours(1), isMeant);

        Assert.Equal(isRefused, Vacuum.Decide(head, [], new HashSet<string>(), Deltas.Now, limits) is VacuumDecision.Refused);
    }

    [Fact]
    public void Small_files_of_a_partition_are_packed_into_bins_and_big_or_lonely_ones_stay()
    {
        AddFile Sized(string path, long bytes, string day, int age) => Deltas.File(path, 1, Maps.Of([new("day", day)])) with { SizeBytes = bytes, ModificationTime = Deltas.Now - age };
        var files = new[] { Sized("a", 40, "1", 5), Sized("b", 40, "1", 4), Sized("c", 40, "1", 3), Sized("d", 10, "1", 2), Sized("big", 90, "1", 1), Sized("e", 10, "2", 1), Sized("f", 10, "3", 1), Sized("g", 10, "3", 2) };
        var request = Deltas.Request(CommitKind.Append, null, files) with { PartitionColumns = ["day"], Schema = Deltas.SchemaOf(("id", "BIGINT"), ("day", "VARCHAR")) };
        var head = Deltas.Commit(null, request);

        var bins = Compaction.Decide(head, new CompactionLimits(TargetBytes: 100, SmallerThanBytes: 50, LeastFiles: 2));

        Assert.Equal(["1: a b", "1: c d", "3: g f"], bins.Select(static bin => $"{bin.PartitionValues["day"]}: {string.Join(' ', bin.Files.Select(static file => file.Path))}"));
    }

    [Fact]
    public void Statistics_of_joined_files_bound_all_their_rows()
    {
        var schema = Deltas.SchemaOf(("n", "BIGINT"), ("d", "DECIMAL(20,2)"), ("s", "VARCHAR"), ("f", "DOUBLE"), ("t", "TIMESTAMPTZ"), ("in", "STRUCT(x DATE)"), ("b", "BOOLEAN"));
        var left = Deltas.File("l") with { Statistics = """{"numRecords":2,"minValues":{"n":-5,"d":9.50,"s":"b","f":1e3,"t":"2026-01-01T00:00:00.000Z","in":{"x":"2026-02-01"}},"maxValues":{"n":9,"d":10.00,"s":"ü","f":2e3,"t":"2026-01-02T00:00:00.000Z","in":{"x":"2026-02-02"}},"nullCount":{"n":0,"d":0,"s":0,"f":0,"t":0,"in":{"x":0},"b":1}}""" };
        var right = Deltas.File("r") with { Statistics = """{"numRecords":3,"minValues":{"n":-50,"d":-123456789012345678.10,"s":"a","f":9.5,"t":"2025-12-31T23:00:00.000-02:00"},"maxValues":{"n":8,"d":9.99,"s":"z","f":10,"t":"2026-01-03T00:00:00.000Z"},"nullCount":{"n":1,"d":0,"s":0,"f":0,"t":0,"in":{"x":3},"b":2}}""" };

        var merged = FileStatistics.Of(Deltas.File("m") with { Statistics = StatisticsMerge.Merge([left, right], schema) }, schema);

        Assert.Equal((5L, true), (merged.Rows, merged.IsTight));
        Assert.Equal(("-50", "9", 1L), Of("n"));
        Assert.Equal(("-123456789012345678.10", "10.00", 0L), Of("d"));
        Assert.Equal(("a", "ü", 0L), Of("s"));
        Assert.Equal(("9.5", "2e3", 0L), Of("f"));
        Assert.Equal(("2026-01-01T00:00:00.000Z", "2026-01-03T00:00:00.000Z", 0L), Of("t"));
        Assert.Equal(("2026-02-01", "2026-02-02", 3L), Of("in.x"));
        Assert.Equal((null, null, 3L), Of("b"));

        (string?, string?, long?) Of(string column) => (merged.Columns[column].Minimum, merged.Columns[column].Maximum, merged.Columns[column].NullCount);
    }

    [Fact]
    public void Statistics_that_are_missing_in_one_file_bound_nothing()
    {
        var left = Deltas.File("l") with { Statistics = """{"numRecords":2,"minValues":{"id":1},"maxValues":{"id":2},"nullCount":{"id":0}}""" };
        var merged = FileStatistics.Of(Deltas.File("m") with { Statistics = StatisticsMerge.Merge([left, Deltas.File("r")], Deltas.Schema) }, Deltas.Schema);

        Assert.Equal(3, merged.Rows);
        Assert.DoesNotContain("id", merged.Columns.Keys);
    }

    [Fact]
    public void A_rollback_brings_back_files_schema_and_named_configuration_but_neither_transactions_nor_the_epoch()
    {
        var first = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")) with { Domains = Maps.Of([new("datagrid.cursor", "c1")]), Description = "one" });
        var replace = Deltas.Request(CommitKind.Replace, 0, Deltas.File("b.parquet")) with
        {
            Evolution = EvolutionPolicy.Replace, Schema = Deltas.SchemaOf(("other", "DATE")), Domains = Maps.Of([new("datagrid.cursor", "c2"), new("datagrid.new", "x")]), Description = "two",
        };
        var second = Deltas.Commit(first, replace);
        var restored = Deltas.Commit(second, Deltas.Request(CommitKind.Restore, 1) with { Schema = null, RestoreTarget = first, Transaction = null });

        Assert.Equal(["a.parquet"], restored.OrderedFiles.Select(static file => file.Path));
        Assert.Equal(first.Schema, restored.Schema);
        Assert.Equal(("one", "c1", null), (restored.Metadata.Description, restored.Domain("datagrid.cursor"), restored.Domain("datagrid.new")));
        Assert.Equal(second.Transactions.Keys.Order(StringComparer.Ordinal), restored.Transactions.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(3, WriterEpoch.Of(restored));
        Assert.Contains(restored.Tombstones.Keys, static key => key.Path == "b.parquet");
    }

    [Theory]
    [InlineData("interval 30 days", 30 * 24)]
    [InlineData("interval 1 week 2 hours", (7 * 24) + 2)]
    [InlineData("INTERVAL 1 DAY", 24)]
    [InlineData("30 days", 30 * 24)]
    [InlineData("interval", null)]
    [InlineData("interval x days", null)]
    [InlineData("interval 3 fortnights", null)]
    [InlineData(null, null)]
    public void Intervals_of_properties(string? text, int? hours) => Assert.Equal(hours is { } count ? TimeSpan.FromHours(count) : null, TransactionExpiry.Interval(text));

    private static RemoveFile Gone(string path, int days) => new() { Path = path, DataChange = true, DeletionTimestamp = Deltas.Now - (days * Day) };

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
