using System.Collections.Immutable;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.Tests.DeltaLog;

/// <summary>Short ways to make tables, requests and facts.</summary>
internal static class Deltas
{
    public const long Now = 1_795_000_000_000;

    public static StructType Schema { get; } = SchemaOf(("id", "BIGINT"), ("name", "VARCHAR"));

    public static StructType SchemaOf(params (string Name, string Type)[] columns) =>
        new([.. columns.Select(static column => new StructField { Name = column.Name, Type = DuckDbTypes.ToDelta(column.Type).Type! })]);

    public static AddFile File(string path, long rows = 1, ImmutableSortedDictionary<string, string?>? partition = null) => new()
    {
        Path = path,
        SizeBytes = 100,
        ModificationTime = Now,
        DataChange = true,
        Statistics = $$"""{"numRecords":{{rows}}}""",
        PartitionValues = partition ?? Maps.NoOptionalText,
    };

    public static CommitRequest Request(CommitKind kind, long? basedOn, params AddFile[] adds) => new()
    {
        CommitId = Guid.NewGuid(),
        Kind = kind,
        BaseVersion = basedOn,
        Transaction = kind == CommitKind.Compaction ? null : CommitTransaction.OfRun($"r{Guid.NewGuid():N}", "a.b"),
        Adds = [.. adds],
        Schema = kind == CommitKind.Compaction ? null : Schema,
    };

    public static TableFacts Facts(Snapshot? head, WriterEpoch? epoch = null, params (long Base, InterveningChanges Changes)[] since) => new()
    {
        Head = head,
        Since = since.ToDictionary(static one => one.Base, static one => one.Changes),
        Epoch = epoch ?? WriterEpoch.Claim(head),
        NowMilliseconds = Now,
        EntryId = Guid.NewGuid(),
        NewTableId = Guid.NewGuid(),
        OldestFile = TimeSpan.FromDays(3.5),
        Engine = "tests",
    };

    /// <summary>Plans one request and applies it; fails when it is not accepted.</summary>
    public static Snapshot Commit(Snapshot? head, CommitRequest request, WriterEpoch? epoch = null)
    {
        var since = request.BaseVersion is { } based && based != head?.Version ? new[] { (based, InterveningChanges.None) } : [];
        var plan = CommitPlanner.Plan([request], Facts(head, epoch, since));
        Assert.True(plan.Accepted.Length == 1, plan.Finished.Select(static one => one.Outcome.ToString()).FirstOrDefault());
        return Apply(head, plan);
    }

    public static Snapshot Apply(Snapshot? head, CommitPlan plan)
    {
        var entry = LogEntry.Parse(plan.Version, ActionWriter.Write(plan.Actions));
        return head is null ? Snapshot.FromFirstEntry(entry.Actions) : head.Apply(plan.Version, entry.Actions);
    }

    /// <summary>How a single request ends; <c>null</c> when it is in the entry.</summary>
    public static CommitOutcome? OutcomeOf(CommitRequest request, TableFacts facts)
    {
        var plan = CommitPlanner.Plan([request], facts);
        return plan.Finished.Select(static one => one.Outcome).SingleOrDefault();
    }
}
