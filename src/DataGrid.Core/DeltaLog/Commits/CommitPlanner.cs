using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Maintenance;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>A request that ends without being written.</summary>
/// <param name="Request">Which.</param>
/// <param name="Outcome">How it ends.</param>
public sealed record FinishedCommit(CommitRequest Request, CommitOutcome Outcome);

/// <summary>The entry to be put next, and what becomes of each request.</summary>
public sealed record CommitPlan
{
    /// <summary>The version of the entry; meaningless without accepted requests.</summary>
    public required long Version { get; init; }

    /// <summary>The entry's actions, <c>commitInfo</c> first; empty when nobody was accepted.</summary>
    public required ImmutableArray<DeltaAction> Actions { get; init; }

    /// <summary>Requests that are in the entry.</summary>
    public required ImmutableArray<CommitRequest> Accepted { get; init; }

    /// <summary>Requests that end now, without the entry.</summary>
    public required ImmutableArray<FinishedCommit> Finished { get; init; }

    /// <summary>Requests that must wait for the next entry, in order.</summary>
    public required ImmutableArray<CommitRequest> Later { get; init; }
}

/// <summary>What a "name is taken" means.</summary>
public enum TakenDecision
{
    /// <summary>The entry there is this writer's own: an earlier try had succeeded.</summary>
    Mine,

    /// <summary>Another's: replay the log up to its head and plan again.</summary>
    PlanAgain,
}

/// <summary>
/// The decisions of a commit. Invariants: an entry holds at most one action of a key; at most one of its members depends on the table's data, and then it is
/// alone; a member that may not join leaves, the others go on.
/// </summary>
public static class CommitPlanner
{
    /// <summary>Decides what the next entry holds. Appends at the front of the queue share it; any other commit goes alone.</summary>
    /// <param name="waiting">Requests in the order in which they came.</param>
    /// <param name="facts">The table as it is.</param>
    public static CommitPlan Plan(ImmutableArray<CommitRequest> waiting, TableFacts facts)
    {
        // What was committed before is told also by a writer that was replaced since: else its caller would take it for undone.
        if (facts.Epoch.FencedBy(facts.Head) is { } fenced) return Nothing([.. waiting.Select(request => new FinishedCommit(request, (CommitOutcome?)MemberRules.Repetition(request, facts) ?? fenced))]);

        var draft = new EntryDraft(facts.Head);
        var (accepted, finished, later) = (ImmutableArray.CreateBuilder<CommitRequest>(), ImmutableArray.CreateBuilder<FinishedCommit>(), ImmutableArray.CreateBuilder<CommitRequest>());
        foreach (var request in Ordered(waiting))
        {
            if (!MayShare(request, draft, accepted, later.Count > 0)) later.Add(request);
            else if (MemberRules.Objection(request, draft, facts) is { } outcome) finished.Add(new FinishedCommit(request, outcome));
            else if (Join(request, draft, facts, out var joined) is { } refused) finished.Add(new FinishedCommit(request, refused));
            else
            {
                draft = joined;
                accepted.Add(request);
            }
        }
        if (accepted.Count == 0) return Nothing(finished.ToImmutable()) with { Later = later.ToImmutable() };
        var version = (facts.Head?.Version ?? -1) + 1;
        return new CommitPlan { Version = version, Actions = EntryBuilder.Build(draft, facts), Accepted = accepted.ToImmutable(), Finished = finished.ToImmutable(), Later = later.ToImmutable() };
    }

    /// <summary>Decides what to do when put-if-absent finds the version taken. Fencing,
    /// repetitions and conflicts are then decided by planning again at the head.</summary>
    public static TakenDecision WhenTaken(LogEntry there, Guid entryId) => there.EntryId == entryId ? TakenDecision.Mine : TakenDecision.PlanAgain;

    private static CommitPlan Nothing(ImmutableArray<FinishedCommit> finished) => new() { Version = -1, Actions = [], Accepted = [], Finished = finished, Later = [] };

    // Compaction yields: it goes when nobody else waits.
    private static IEnumerable<CommitRequest> Ordered(ImmutableArray<CommitRequest> waiting) => waiting.OrderBy(static request => request.Kind == CommitKind.Compaction ? 1 : 0);

    private static bool MayShare(CommitRequest request, EntryDraft draft, ImmutableArray<CommitRequest>.Builder accepted, bool someoneWaits)
    {
        if (accepted.Count == 0) return !someoneWaits;
        if (someoneWaits || request.Kind != CommitKind.Append || accepted[0].Kind != CommitKind.Append) return false;
        if (request.Transaction is { } transaction && draft.Transactions.ContainsKey(transaction.AppId)) return false;
        return !request.Domains.Keys.Concat(request.ExpectedDomains.Keys).Any(draft.Domains.ContainsKey);
    }

    private static CommitOutcome.Refused? Join(CommitRequest request, EntryDraft draft, TableFacts facts, out EntryDraft joined)
    {
        joined = draft;
        var removes = Removes(request, draft, facts);
        var adds = request.Adds;
        if (request is { Kind: CommitKind.Restore, RestoreTarget: { } target, } && facts.Head is { } head)
        {
            if (Rollback.Objection(head, target) is { } why) return MemberRules.Refuse(ErrorCodes.TableFeatureUnsupported, why, "Copy the old rows with a query instead");
            adds = Rollback.FilesToAdd(head, target);
            joined = Rollback.WithMetadata(joined, head, target);
        }
        else if (Evolve(request, draft, facts, out joined) is { } breaking)
        {
            return breaking;
        }
        var dataChange = request.Kind != CommitKind.Compaction;
        joined = joined.WithSettings(request).WithDomains(request.Domains).WithFiles(adds.Select(add => add with { DataChange = dataChange }), removes);
        if (request.Transaction is { } transaction)
        {
            var action = new TransactionAction(transaction.AppId, transaction.Version, transaction.Expires ? facts.NowMilliseconds : null);
            joined = joined with { Transactions = joined.Transactions.Add(transaction.AppId, action) };
        }
        joined = joined with { Members = joined.Members.Add(EntryBuilder.Member(request, adds, removes.Length)) };
        return null;
    }

    private static CommitOutcome.Refused? Evolve(CommitRequest request, EntryDraft draft, TableFacts facts, out EntryDraft evolved)
    {
        evolved = draft;
        if (request.Schema is not { } incoming) return null;
        var isReplace = request.Kind == CommitKind.Replace && request.Evolution.HasFlag(EvolutionPolicy.Replace);
        var policy = isReplace ? EvolutionPolicy.Replace : request.Evolution & ~EvolutionPolicy.Replace;
        var decision = draft.Schema is null
            ? SchemaEvolution.Decide(new StructType([]), incoming, EvolutionPolicy.Replace)
            : SchemaEvolution.Decide(draft.Schema, incoming, policy, request.KnownColumns);
        if (decision is SchemaDecision.Breaking breaking)
            return MemberRules.Refuse(ErrorCodes.SchemaBreaking, $"The new data do not fit the table: {breaking.Message}", "Change the SQL as said, or replace the whole table (--full-refresh)");

        var layoutChanges = isReplace && draft.Metadata is not null && !draft.Metadata.PartitionColumns.SequenceEqual(request.PartitionColumns, StringComparer.Ordinal);
        if (decision is SchemaDecision.Evolved { Schema: var schema, Features: var features })
            evolved = draft.WithSchema(schema, Layout(request, draft), features, facts.NewTableId, facts.NowMilliseconds);
        else if (layoutChanges)
            evolved = draft.WithSchema(draft.Schema!, request.PartitionColumns, [], facts.NewTableId, facts.NowMilliseconds); // A table with metadata has a schema.
        return null;
    }

    private static ImmutableArray<string> Layout(CommitRequest request, EntryDraft draft) =>
        request.Kind == CommitKind.Replace || draft.Metadata is null ? request.PartitionColumns : draft.Metadata.PartitionColumns;

    private static ImmutableArray<RemoveFile> Removes(CommitRequest request, EntryDraft draft, TableFacts facts)
    {
        if (draft.Head is not { } head) return [];
        var files = request.Kind switch
        {
            CommitKind.Replace => head.OrderedFiles,
            CommitKind.Merge or CommitKind.Compaction => request.RemovedPaths.Select(path => FilesByPath.Find(head, path)).OfType<AddFile>(),
            CommitKind.Restore when request.RestoreTarget is { } target => Rollback.FilesToRemove(head, target),
            _ => [],
        };
        return [.. files.Select(file => EntryBuilder.Remove(file, facts.NowMilliseconds, request.Kind != CommitKind.Compaction))];
    }
}
