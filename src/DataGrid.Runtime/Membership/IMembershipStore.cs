using System.Collections.Immutable;
using Orleans.Runtime;

namespace DataGrid.Runtime.Membership;

/// <summary>
/// Where the silos of a cluster agree on who is a member. Invariants that every store keeps:
/// one version counts the changes of the view, and a change is taken only on the version that it was made from (<see cref="TryCommitAsync"/>);
/// leases are set and judged by the store's clock alone; a heartbeat changes a lease and nothing else, so it never competes with a change.
/// A call that fails with an exception may have been applied: callers read again before they decide. One store serves one cluster id.
/// </summary>
public interface IMembershipStore
{
    /// <summary>The rows, their version and the store's time, as one consistent snapshot. An empty store has version 0 and no rows.</summary>
    Task<MembershipTable> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Sets the lease of <paramref name="silo"/> to the store's time plus <paramref name="lease"/>, if it has a row that is not
    /// <see cref="MembershipStatus.Dead"/>, and reads the snapshot after that. The version stays. A silo that finds its row dead or missing
    /// in the answer is no member any more.
    /// </summary>
    Task<MembershipTable> HeartbeatAsync(SiloAddress silo, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Applies all of <paramref name="change"/> or nothing. Applied, the version is <paramref name="expectedVersion"/> + 1.
    /// </summary>
    /// <returns>False when the version was another: read and decide anew.</returns>
    Task<bool> TryCommitAsync(long expectedVersion, MembershipChange change, CancellationToken cancellationToken);
}

/// <summary>A change of the view.</summary>
public sealed record MembershipChange
{
    /// <summary>
    /// Rows to insert or replace, by <see cref="MembershipRow.Address"/>. A row that is there keeps its stored <see cref="MembershipRow.LeaseUntil"/>
    /// and <see cref="MembershipRow.StartedAt"/>; a new one gets the store's time for the start, and that plus <see cref="Lease"/> for the lease.
    /// </summary>
    public ImmutableArray<MembershipRow> Puts { get; init; } = [];

    /// <summary>Rows to remove; one that is not there is no error.</summary>
    public ImmutableArray<SiloAddress> Removes { get; init; } = [];

    /// <summary>The first lease of new rows.</summary>
    public TimeSpan Lease { get; init; }
}

/// <summary>All silos that a cluster knows of, at one version.</summary>
/// <param name="Version">How often the view was changed.</param>
/// <param name="Now">The store's time when this was read.</param>
/// <param name="Rows">One row per life of a silo, in any order.</param>
public sealed record MembershipTable(long Version, DateTimeOffset Now, ImmutableArray<MembershipRow> Rows)
{
    /// <summary>The row of one life of a silo, or null.</summary>
    public MembershipRow? Find(SiloAddress silo) => Rows.FirstOrDefault(row => row.Address.Equals(silo));
}

/// <summary>How far a silo is in its life. The numbers are stored.</summary>
public enum MembershipStatus
{
    /// <summary>It starts, and holds no grains yet.</summary>
    Joining = 0,

    /// <summary>It holds grains.</summary>
    Active = 1,

    /// <summary>It hands its grains over and takes no new ones.</summary>
    ShuttingDown = 2,

    /// <summary>It is gone, by its own word or by that of others. Never becomes anything else.</summary>
    Dead = 3,
}

/// <summary>One life of one silo.</summary>
public sealed record MembershipRow
{
    /// <summary>Where other silos reach it, with its generation: the key. Text form <see cref="SiloAddress.ToParsableString"/>, <c>10.0.0.7:11111@123456</c>.</summary>
    public required SiloAddress Address { get; init; }

    /// <summary>The silo's name, for people.</summary>
    public required string SiloName { get; init; }

    /// <summary>How far it is in its life.</summary>
    public required MembershipStatus Status { get; init; }

    /// <summary>Where clients reach it, <c>host:port</c>; null when it takes none.</summary>
    public string? GatewayAddress { get; init; }

    /// <summary>The product's version, for people.</summary>
    public required string ProductVersion { get; init; }

    /// <summary>The lowest version of the wire protocol that it speaks.</summary>
    public required int MinWireVersion { get; init; }

    /// <summary>The highest version of the wire protocol that it speaks.</summary>
    public required int MaxWireVersion { get; init; }

    /// <summary>Who could not reach it, and when. At most one entry per suspecting silo.</summary>
    public ImmutableArray<Suspicion> Suspicions { get; init; } = [];

    /// <summary>When the row was inserted, by the store's clock. Set by the store.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Until when the silo counts as alive, by the store's clock. Set by the store.</summary>
    public DateTimeOffset LeaseUntil { get; init; }
}

/// <summary>One silo's word that it could not reach another.</summary>
/// <param name="By">Who says so.</param>
/// <param name="At">When, by the store's clock.</param>
public sealed record Suspicion(SiloAddress By, DateTimeOffset At);
