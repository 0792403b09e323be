using System.Collections.Immutable;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>Which tasks a stage offers again, because the dispatcher that had them is gone.</summary>
public static class OfferRepair
{
    /// <summary>The tasks that have no result, do not pause before another attempt, and are neither waiting nor running as far as the dispatcher knows. None while it does not
    /// know all: an attempt may go on at a worker that it has not heard of yet.</summary>
    /// <param name="tasks">How many tasks the stage has.</param>
    /// <param name="hasResult">Whether a task has its winner.</param>
    /// <param name="pauses">Whether a task pauses before it is offered again.</param>
    /// <param name="known">What the dispatcher knows.</param>
    public static ImmutableArray<int> Missing(int tasks, Func<int, bool> hasResult, Func<int, bool> pauses, DispatchKnowledge known)
    {
        ArgumentNullException.ThrowIfNull(hasResult);
        ArgumentNullException.ThrowIfNull(pauses);
        ArgumentNullException.ThrowIfNull(known);
        if (!known.IsSettled) return [];
        var there = known.Tasks.ToHashSet();
        return [.. Enumerable.Range(0, tasks).Where(task => !hasResult(task) && !pauses(task) && !there.Contains(task))];
    }
}
