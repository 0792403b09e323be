using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;

namespace DataGrid.Core.Runs;

/// <summary>The point of no return of a run: every commit that it will make, in order. Durable before the first one; carrying it out again does nothing.</summary>
public sealed record PublishPlan
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>The pipeline.</summary>
    public required PipelineId Pipeline { get; init; }

    /// <summary>Which plan of the run this is, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The commits, in graph order, a quarantine before its table; <see cref="PublishOrder"/> says which wait for which.</summary>
    public required ImmutableArray<DatasetCommit> Commits { get; init; }

    /// <summary>The views among the steps: they have no table, they become visible with the pipeline's published spec.</summary>
    public ImmutableArray<DatasetName> Views { get; init => field = value.OrEmpty(); } = [];
}

/// <summary>What became of carrying out a plan.</summary>
public enum PublishVerdict
{
    /// <summary>All commits stand.</summary>
    Complete,
    /// <summary>None stands: the steps can be made again on the new base.</summary>
    Restage,
    /// <summary>Some stand and the others cannot.</summary>
    Partial,
    /// <summary>None stands and none can: not allowed, or the limit of restages is reached.</summary>
    Refused,
}

/// <summary>Decisions around publishing.</summary>
public static class PublishDecisions
{
    /// <summary>How often a run is staged again because of foreign writers.</summary>
    public const int MaxRestages = 3;

    /// <summary>Judges the replies so far, in the plan's order; the last one may be a failure.</summary>
    public static PublishVerdict Judge(PublishPlan plan, IReadOnlyList<CommitReply> replies)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(replies);
        var standing = replies.Count(Stands);
        if (standing == plan.Commits.Length) return PublishVerdict.Complete;
        if (standing > 0) return PublishVerdict.Partial;
        var isConflict = replies.Count > 0 && replies[^1].Kind == CommitResultKind.Conflict;
        return isConflict && plan.Number <= MaxRestages ? PublishVerdict.Restage : PublishVerdict.Refused;
    }

    /// <summary>Whether a commit stands: made now, or before.</summary>
    public static bool Stands(CommitReply reply) =>
        reply is { Kind: CommitResultKind.Committed or CommitResultKind.AlreadyDone, Version: not null };

    /// <summary>A step and every selected step that reads it, directly or not: what must be made again when its base changed.</summary>
    public static ImmutableArray<DatasetName> WithDependents(DatasetName changed, ImmutableArray<StepFacts> steps)
    {
        var affected = new HashSet<DatasetName> { changed.IsQuarantine ? OwnerOf(changed, steps) : changed };
        foreach (var step in steps)
            if (step.DependsOn.Any(affected.Contains)) affected.Add(step.Name);
        return [.. steps.Select(static step => step.Name).Where(affected.Contains)];
    }

    private static DatasetName OwnerOf(DatasetName quarantine, ImmutableArray<StepFacts> steps) =>
        steps.Select(static step => step.Name).FirstOrDefault(name => name.Quarantine == quarantine, quarantine);
}
