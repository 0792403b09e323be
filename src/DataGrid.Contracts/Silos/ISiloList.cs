using System.Collections.Immutable;

namespace DataGrid.Contracts.Silos;

/// <summary>The silos of the cluster, as its membership knows them.</summary>
public interface ISiloList
{
    /// <summary>Every silo, dead ones as long as they are remembered; by name.</summary>
    Task<ImmutableArray<SiloSnapshot>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>One silo, as membership knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where others reach it, and which life of it this is.</param>
/// <param name="Status">A word of the membership: <c>active</c>, <c>joining</c>, <c>dead</c>.</param>
/// <param name="IsSelf">Whether it is the one that answers.</param>
/// <param name="StartedAt">Since when it is there, UTC; null where that is not known.</param>
public sealed record SiloSnapshot(string Name, string Address, string Status, bool IsSelf, DateTimeOffset? StartedAt);
