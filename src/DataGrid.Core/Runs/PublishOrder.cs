using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;

namespace DataGrid.Core.Runs;

/// <summary>Which commits of a plan must stand before another may be made. What a plan says of its inputs is enough, so that a plan found after a crash is ordered alike.</summary>
/// <remarks>Invariant: whatever subset of commits stands when a process dies, each has all that it was made from.</remarks>
public static class PublishOrder
{
    /// <summary>For each commit of a plan, in the plan's order, the places of those before it that it waits for: the tables and quarantines that its step read in this run, and a
    /// table's own quarantine. All wait for the first: as long as that alone was tried, a conflict can still be answered by making the steps again.</summary>
    public static ImmutableArray<ImmutableArray<int>> Of(PublishPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var places = new Dictionary<DatasetName, int>();
        var order = ImmutableArray.CreateBuilder<ImmutableArray<int>>(plan.Commits.Length);
        foreach (var commit in plan.Commits)
        {
            var before = new SortedSet<int>();
            if (order.Count > 0) before.Add(0);
            foreach (var read in commit.Provenance.Inputs.Select(static input => input.Dataset).Append(commit.Dataset).Append(commit.Step))
                foreach (var name in new[] { read, read.Quarantine })
                    if (places.TryGetValue(name, out var place)) before.Add(place);
            places[commit.Dataset] = order.Count;
            order.Add([.. before]);
        }
        return order.MoveToImmutable();
    }
}
