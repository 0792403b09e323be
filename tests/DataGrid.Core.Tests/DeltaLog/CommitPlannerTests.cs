using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;

namespace DataGrid.Core.Tests.DeltaLog;

public sealed class CommitPlannerTests
{
    private static readonly InterveningChanges Data = new(1, null);
    private static readonly InterveningChanges Metadata = new(null, 1);

    /// <summary>The table of conflicts: what a commit does, what happened since its base, whether it conflicts.</summary>
    public static TheoryData<CommitKind, string, bool> Conflicts => new()
    {
        { CommitKind.Append, "nothing", false }, { CommitKind.Append, "data", false }, { CommitKind.Append, "metadata", false }, { CommitKind.Append, "unknown", true },
        { CommitKind.CheckedAppend, "nothing", false }, { CommitKind.CheckedAppend, "data", true }, { CommitKind.CheckedAppend, "metadata", true }, { CommitKind.CheckedAppend, "unknown", true },
        { CommitKind.Merge, "nothing", false }, { CommitKind.Merge, "data", true }, { CommitKind.Merge, "metadata", true }, { CommitKind.Merge, "unknown", true },
        { CommitKind.Replace, "nothing", false }, { CommitKind.Replace, "data", true }, { CommitKind.Replace, "metadata", true }, { CommitKind.Replace, "unknown", true },
        { CommitKind.Compaction, "nothing", false }, { CommitKind.Compaction, "data", false }, { CommitKind.Compaction, "metadata", true }, { CommitKind.Compaction, "unknown", true },
        { CommitKind.Restore, "nothing", false }, { CommitKind.Restore, "data", true }, { CommitKind.Restore, "metadata", true }, { CommitKind.Restore, "unknown", true },
        { CommitKind.Settings, "nothing", false }, { CommitKind.Settings, "data", false }, { CommitKind.Settings, "metadata", true }, { CommitKind.Settings, "unknown", true },
    };

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void What_conflicts_with_what(CommitKind kind, string happened, bool conflicts)
    {
        var first = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("old.parquet")));
        var head = Deltas.Commit(first, Deltas.Request(CommitKind.Append, 0, Deltas.File("between.parquet")));
        var request = RequestOf(kind, basedOn: 0) with { RestoreTarget = first };
        var facts = happened switch
        {
            "nothing" => Deltas.Facts(head, null, (0, InterveningChanges.None)),
            "data" => Deltas.Facts(head, null, (0, Data)),
            "metadata" => Deltas.Facts(head, null, (0, Metadata)),
            _ => Deltas.Facts(head),
        };

        Assert.Equal(conflicts, Deltas.OutcomeOf(request, facts) is CommitOutcome.Conflict);
    }

    [Theory]
    [InlineData(CommitKind.Append, false)]
    [InlineData(CommitKind.CheckedAppend, true)]
    [InlineData(CommitKind.Merge, true)]
    [InlineData(CommitKind.Replace, true)]
    public void A_commit_that_expected_no_table_conflicts_when_it_depends_on_rows(CommitKind kind, bool conflicts)
    {
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("old.parquet")));

        Assert.Equal(conflicts, Deltas.OutcomeOf(RequestOf(kind, null), Deltas.Facts(head)) is CommitOutcome.Conflict);
    }

    [Fact]
    public void Entries_say_themselves_what_they_changed()
    {
        var first = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")));
        LogEntry Entry(CommitRequest request)
        {
            var plan = CommitPlanner.Plan([request], Deltas.Facts(first));
            return LogEntry.Parse(plan.Version, ActionWriter.Write(plan.Actions));
        }

        Assert.Equal(new InterveningChanges(1, null), InterveningChanges.Of([Entry(Deltas.Request(CommitKind.Append, 0, Deltas.File("b.parquet")))]));
        Assert.Equal(InterveningChanges.None, InterveningChanges.Of([Entry(RequestOf(CommitKind.Compaction, 0) with { RemovedPaths = ["a.parquet"] })]));
        Assert.Equal(new InterveningChanges(null, 1), InterveningChanges.Of([Entry(Deltas.Request(CommitKind.Settings, 0) with { Description = "new" })]));
    }

    /// <summary>The table of epochs: established or not, mine, the log's, what follows (0: go on; -1: the log went back).</summary>
    [Theory]
    [InlineData(false, 1, 0, 0)]
    [InlineData(false, 1, 1, 1)]
    [InlineData(false, 1, 2, 2)]
    [InlineData(true, 1, 1, 0)]
    [InlineData(true, 1, 2, 2)]
    [InlineData(true, 5, 9, 9)]
    [InlineData(true, 2, 1, -1)]
    public void Who_is_fenced(bool isEstablished, long mine, long inLog, long expected)
    {
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")));
        head = head.Apply(1, [new TransactionAction(WriterEpoch.AppId, inLog, null)]);
        var facts = Deltas.Facts(head, new WriterEpoch(mine, isEstablished));
        var request = Deltas.Request(CommitKind.Append, null, Deltas.File("b.parquet"));

        if (expected < 0) Assert.Equal(ErrorCodes.TableCorrupt, Assert.Throws<DataGridException>(() => Deltas.OutcomeOf(request, facts)).Problem.Code);
        else Assert.Equal(expected == 0 ? null : new CommitOutcome.Fenced(expected), Deltas.OutcomeOf(request, facts));
    }

    [Fact]
    public void The_first_commit_of_a_writer_raises_the_epoch_and_later_ones_leave_it()
    {
        var first = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")));
        Assert.Equal(1, WriterEpoch.Of(first));
        var second = Deltas.Commit(first, Deltas.Request(CommitKind.Append, null, Deltas.File("b.parquet")), new WriterEpoch(1, true));
        Assert.Equal(1, WriterEpoch.Of(second));
        Assert.Equal(2, WriterEpoch.Of(Deltas.Commit(second, Deltas.Request(CommitKind.Append, null, Deltas.File("c.parquet")))));
    }

    [Theory]
    [InlineData(7, 6, true)]
    [InlineData(7, 7, true)]
    [InlineData(7, 8, false)]
    public void A_transaction_that_has_got_as_far_is_already_done_whatever_else_is_wrong(long inLog, long asked, bool isDone)
    {
        var done = Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")) with { Transaction = CommitTransaction.OfStream("p", "s", inLog) };
        var head = Deltas.Commit(null, done);
        // The same file again, on a base that is gone: both would be refused if it were new.
        var again = done with { CommitId = Guid.NewGuid(), BaseVersion = 99, Transaction = CommitTransaction.OfStream("p", "s", asked) };

        var outcome = Deltas.OutcomeOf(again, Deltas.Facts(head));

        Assert.Equal(isDone, outcome is CommitOutcome.AlreadyDone(0));
        Assert.Equal(!isDone, outcome is CommitOutcome.Conflict);
    }

    [Fact]
    public void An_entry_that_is_there_is_mine_by_its_id_and_by_nothing_else()
    {
        var facts = Deltas.Facts(null);
        var plan = CommitPlanner.Plan([Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet"))], facts);
        var entry = LogEntry.Parse(0, ActionWriter.Write(plan.Actions));

        Assert.Equal(TakenDecision.Mine, CommitPlanner.WhenTaken(entry, facts.EntryId));
        Assert.Equal(TakenDecision.PlanAgain, CommitPlanner.WhenTaken(entry, Guid.NewGuid()));
        Assert.Equal(TakenDecision.PlanAgain, CommitPlanner.WhenTaken(LogEntry.Parse(0, "{\"commitInfo\":{\"operation\":\"WRITE\"}}"u8), facts.EntryId));
    }

    [Fact]
    public void Appends_that_wait_share_an_entry_and_everything_else_waits_for_its_own()
    {
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("old.parquet")));
        CommitRequest[] waiting =
        [
            RequestOf(CommitKind.Compaction, 0) with { RemovedPaths = ["old.parquet"] },
            Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")),
            Deltas.Request(CommitKind.Append, 0, Deltas.File("b.parquet")),
            RequestOf(CommitKind.Merge, 0),
            Deltas.Request(CommitKind.Append, null, Deltas.File("c.parquet")),
        ];

        var plan = CommitPlanner.Plan([.. waiting], Deltas.Facts(head));

        Assert.Equal<CommitRequest>([waiting[1], waiting[2]], plan.Accepted);
        Assert.Equal<CommitRequest>([waiting[3], waiting[4], waiting[0]], plan.Later);
        var entry = LogEntry.Parse(plan.Version, ActionWriter.Write(plan.Actions));
        Assert.Equal([waiting[1].CommitId, waiting[2].CommitId], entry.Members.Select(static member => member.CommitId));
        Assert.Equal(3, entry.Actions.OfType<TransactionAction>().Count());
    }

    [Fact]
    public void A_member_that_may_not_join_leaves_and_the_others_go_on()
    {
        var good = Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet"));
        var outside = Deltas.Request(CommitKind.Append, null, Deltas.File("../../etc/passwd"));
        var twice = Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet"));
        var breaking = Deltas.Request(CommitKind.Append, null, Deltas.File("d.parquet")) with { Schema = Deltas.SchemaOf(("id", "VARCHAR"), ("name", "VARCHAR")) };
        var uncounted = Deltas.Request(CommitKind.Append, null, Deltas.File("e.parquet") with { Statistics = null });
        var also = Deltas.Request(CommitKind.Append, null, Deltas.File("f.parquet"));

        var plan = CommitPlanner.Plan([good, outside, twice, breaking, uncounted, also], Deltas.Facts(null));

        Assert.Equal<CommitRequest>([good, also], plan.Accepted);
        Assert.Equal<CommitRequest>([outside, twice, breaking, uncounted], plan.Finished.Select(static one => one.Request));
        Assert.All(plan.Finished, static one => Assert.IsType<CommitOutcome.Refused>(one.Outcome));
        Assert.Contains("'id' is BIGINT in the table and VARCHAR in the new data", ((CommitOutcome.Refused)plan.Finished[2].Outcome).Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_of_one_transaction_never_share_an_entry()
    {
        var first = Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet"));
        var second = Deltas.Request(CommitKind.Append, null, Deltas.File("b.parquet")) with { Transaction = first.Transaction };

        var plan = CommitPlanner.Plan([first, second], Deltas.Facts(null));
        Assert.Equal<CommitRequest>([first], plan.Accepted);
        Assert.Equal<CommitRequest>([second], plan.Later);

        Assert.IsType<CommitOutcome.AlreadyDone>(Deltas.OutcomeOf(second, Deltas.Facts(Deltas.Apply(null, plan))));
    }

    [Theory]
    [InlineData("../x.parquet")]
    [InlineData("/etc/x.parquet")]
    [InlineData("file:///etc/x.parquet")]
    [InlineData("s3://other/x.parquet")]
    [InlineData("a/%2e%2e/%2e%2e/x.parquet")]
    [InlineData("_delta_log/x.parquet")]
    [InlineData(".hidden.parquet")]
    public void A_file_that_is_not_the_tables_own_is_refused(string path) =>
        Assert.IsType<CommitOutcome.Refused>(Deltas.OutcomeOf(Deltas.Request(CommitKind.Append, null, Deltas.File(path)), Deltas.Facts(null)));

    [Fact]
    public void An_append_only_table_takes_appends_and_compactions_only()
    {
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("old.parquet")) with { Properties = Maps.Of([new("delta.appendOnly", "true")]) });

        foreach (var kind in Enum.GetValues<CommitKind>())
        {
            var outcome = Deltas.OutcomeOf(RequestOf(kind, 0) with { RestoreTarget = head }, Deltas.Facts(head));
            Assert.Equal(kind is CommitKind.Merge or CommitKind.Replace or CommitKind.Restore, outcome is CommitOutcome.Refused);
        }
    }

    [Fact]
    public void Rows_must_add_up_to_what_was_reported_and_a_compaction_changes_none()
    {
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("old.parquet", rows: 5)));

        Assert.IsType<CommitOutcome.Refused>(Deltas.OutcomeOf(Deltas.Request(CommitKind.Append, 0, Deltas.File("a.parquet", 2), Deltas.File("b.parquet", 3)) with { ExpectedRows = 6 }, Deltas.Facts(head)));
        Assert.Null(Deltas.OutcomeOf(Deltas.Request(CommitKind.Append, 0, Deltas.File("a.parquet", 2), Deltas.File("b.parquet", 3)) with { ExpectedRows = 5 }, Deltas.Facts(head)));
        Assert.IsType<CommitOutcome.Refused>(Deltas.OutcomeOf(RequestOf(CommitKind.Compaction, 0, rows: 4), Deltas.Facts(head)));
        Assert.Null(Deltas.OutcomeOf(RequestOf(CommitKind.Compaction, 0, rows: 5), Deltas.Facts(head)));
    }

    [Fact]
    public void A_new_table_asks_of_readers_no_more_than_its_types_need()
    {
        var plain = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")));
        var local = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")) with { Schema = Deltas.SchemaOf(("at", "TIMESTAMP")) });

        Assert.Equal((1, 7), (plain.Protocol.MinReaderVersion, plain.Protocol.MinWriterVersion));
        Assert.Equal((3, 7), (local.Protocol.MinReaderVersion, local.Protocol.MinWriterVersion));
        Assert.Equal<string>([TableFeatures.TimestampNtz], local.Protocol.ReaderFeatures);
    }

    [Fact]
    public void Widening_a_type_brings_the_feature_and_records_the_change()
    {
        var narrow = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")) with { Schema = Deltas.SchemaOf(("n", "INTEGER")) });
        var wide = Deltas.Commit(narrow, Deltas.Request(CommitKind.Append, 0, Deltas.File("b.parquet")) with { Schema = Deltas.SchemaOf(("n", "BIGINT")) });

        Assert.Contains(TableFeatures.TypeWidening, wide.Protocol.ReaderFeatures);
        Assert.Equal("true", wide.Metadata.Configuration[TableFeatures.EnableTypeWidening]);
        Assert.Contains("""delta.typeChanges":[{"fromType":"integer","toType":"long"}]""", wide.Metadata.SchemaString, StringComparison.Ordinal);
        Assert.Equal("long", wide.Schema.Fields[0].Type.ToString());
    }

    [Fact]
    public void A_version_is_dated_after_the_one_before_whatever_the_clock_says()
    {
        var first = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")));
        var plan = CommitPlanner.Plan([Deltas.Request(CommitKind.Append, null, Deltas.File("b.parquet"))], Deltas.Facts(first) with { NowMilliseconds = Deltas.Now - 3_600_000 });

        Assert.Equal(first.TimestampMilliseconds + 1, Deltas.Apply(first, plan).TimestampMilliseconds);
        Assert.IsType<CommitInfoAction>(plan.Actions[0]);
    }

    [Fact]
    public void A_replace_may_change_everything_when_it_says_so_and_only_then()
    {
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File("a.parquet")));
        var partition = Maps.Of([new("day", "2026-01-01")]);
        var replace = Deltas.Request(CommitKind.Replace, 0, Deltas.File("day=2026-01-01/b.parquet", 1, partition)) with
        {
            Schema = Deltas.SchemaOf(("id", "VARCHAR"), ("day", "DATE")),
            PartitionColumns = ["day"],
        };

        Assert.IsType<CommitOutcome.Refused>(Deltas.OutcomeOf(replace, Deltas.Facts(head)));
        var replaced = Deltas.Commit(head, replace with { Evolution = Core.DeltaLog.Schema.EvolutionPolicy.Replace });
        Assert.Equal<string>(["day"], replaced.Metadata.PartitionColumns);
        Assert.Equal(["day=2026-01-01/b.parquet"], replaced.OrderedFiles.Select(static file => file.Path));
    }

    [Fact]
    public void A_file_is_replaced_by_its_plain_path_even_when_that_holds_a_percent_sign()
    {
        const string Plain = "p=a%2Fb c/old.parquet";
        var head = Deltas.Commit(null, Deltas.Request(CommitKind.Append, null, Deltas.File(DataPath.Encode(Plain))));

        var merged = Deltas.Commit(head, Deltas.Request(CommitKind.Merge, 0, Deltas.File("new.parquet")) with { RemovedPaths = [Plain] });

        Assert.Equal(["new.parquet"], merged.OrderedFiles.Select(static file => file.Path));
    }

    private static CommitRequest RequestOf(CommitKind kind, long? basedOn, long rows = 1) => kind switch
    {
        CommitKind.Settings => Deltas.Request(kind, basedOn) with { Description = "changed" },
        CommitKind.Restore => Deltas.Request(kind, basedOn) with { Schema = null },
        CommitKind.Merge or CommitKind.Compaction => Deltas.Request(kind, basedOn, Deltas.File($"new-{Guid.NewGuid():N}.parquet", rows)) with { RemovedPaths = ["old.parquet"] },
        _ => Deltas.Request(kind, basedOn, Deltas.File($"new-{Guid.NewGuid():N}.parquet", rows)),
    };
}
