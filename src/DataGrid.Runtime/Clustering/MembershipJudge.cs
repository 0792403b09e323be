using System.Collections.Immutable;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>What one look at the membership came to.</summary>
/// <param name="Change">What to commit, if anything.</param>
/// <param name="Deaths">Who is declared dead by it, and why.</param>
/// <param name="Suspects">Whom this silo suspects by it.</param>
internal sealed record MembershipVerdict(MembershipChange? Change, ImmutableArray<(SiloAddress Silo, string Reason)> Deaths, ImmutableArray<SiloAddress> Suspects);

/// <summary>Who is dead, who is suspected, and which rows can go. A plain function of what was read.</summary>
internal static class MembershipJudge
{
    /// <param name="table">What was read.</param>
    /// <param name="self">Who judges.</param>
    /// <param name="options">The limits.</param>
    /// <param name="silent">Silos that did not answer this one's probes.</param>
    /// <param name="judgesLeases">Whether ended leases count: not right after the store was away.</param>
    public static MembershipVerdict Decide(MembershipTable table, SiloAddress self, ClusteringOptions options, IReadOnlySet<SiloAddress> silent, bool judgesLeases)
    {
        var puts = ImmutableArray.CreateBuilder<MembershipRow>();
        var deaths = ImmutableArray.CreateBuilder<(SiloAddress, string)>();
        var suspects = ImmutableArray.CreateBuilder<SiloAddress>();
        foreach (var row in table.Rows.Where(row => row.Status != MembershipStatus.Dead && !row.Address.Equals(self)))
        {
            var suspicions = Current(table, row, options);
            var isNew = silent.Contains(row.Address) && !suspicions.Any(s => s.By.Equals(self));
            if (isNew)
            {
                suspicions = suspicions.Add(new Suspicion(self, table.Now));
                suspects.Add(row.Address);
            }

            var cause = judgesLeases && row.LeaseUntil < table.Now ? $"Its lease ended {table.Now - row.LeaseUntil} ago."
                : suspicions.Length >= options.SuspicionsToDeclareDead ? $"{string.Join(" and ", suspicions.Select(s => s.By))} cannot reach it."
                : null;
            if (cause is not null)
            {
                deaths.Add((row.Address, cause));
                puts.Add(row with { Status = MembershipStatus.Dead, Suspicions = suspicions });
            }
            else if (isNew)
            {
                puts.Add(row with { Suspicions = suspicions });
            }
        }

        var removes = puts.Count == 0 ? [] : table.Rows
            .Where(row => row.Status == MembershipStatus.Dead && row.LeaseUntil + options.DeadRowRetention < table.Now)
            .Select(row => row.Address).ToImmutableArray();
        return new MembershipVerdict(
            puts.Count == 0 ? null : new MembershipChange { Puts = puts.ToImmutable(), Removes = removes }, deaths.ToImmutable(), suspects.ToImmutable());
    }

    // Only the word of members counts, and only while it is fresh.
    private static ImmutableArray<Suspicion> Current(MembershipTable table, MembershipRow row, ClusteringOptions options) =>
        [.. row.Suspicions.Where(s => s.At + options.SuspicionAge >= table.Now && table.Find(s.By) is { Status: MembershipStatus.Active })];
}
