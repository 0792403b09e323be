using System.Collections.Immutable;
using Orleans.Runtime;

namespace DataGrid.Runtime.Membership;

/// <summary>
/// A membership store for silos of one process, and the measure for others: a durable store behaves as this one does. Tests make it
/// unavailable, slow, or lose its replies.
/// </summary>
/// <param name="time">The store's clock.</param>
public sealed class MemoryMembershipStore(TimeProvider time) : IMembershipStore
{
    private readonly Lock _gate = new();
    private ImmutableDictionary<SiloAddress, MembershipRow> _rows = ImmutableDictionary<SiloAddress, MembershipRow>.Empty;
    private long _version;

    /// <summary>Called before each operation with the operation's name; what it throws or waits for, the operation throws or waits for.</summary>
    public Func<string, CancellationToken, Task>? BeforeOperation { get; set; }

    /// <summary>Called after each operation was applied and before it is answered: what it throws is a lost reply.</summary>
    public Func<string, CancellationToken, Task>? AfterOperation { get; set; }

    /// <inheritdoc/>
    public Task<MembershipTable> ReadAsync(CancellationToken cancellationToken) => DoAsync(nameof(ReadAsync), Snapshot, cancellationToken);

    /// <inheritdoc/>
    public Task<MembershipTable> HeartbeatAsync(SiloAddress silo, TimeSpan lease, CancellationToken cancellationToken) => DoAsync(
        nameof(HeartbeatAsync),
        () =>
        {
            if (_rows.TryGetValue(silo, out var row) && row.Status != MembershipStatus.Dead)
                _rows = _rows.SetItem(silo, row with { LeaseUntil = time.GetUtcNow() + lease });
            return Snapshot();
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryCommitAsync(long expectedVersion, MembershipChange change, CancellationToken cancellationToken) => DoAsync(
        nameof(TryCommitAsync),
        () =>
        {
            if (_version != expectedVersion)
                return false;
            var now = time.GetUtcNow();
            var rows = _rows.RemoveRange(change.Removes);
            foreach (var put in change.Puts)
            {
                rows = rows.SetItem(put.Address, _rows.TryGetValue(put.Address, out var stored)
                    ? put with { StartedAt = stored.StartedAt, LeaseUntil = stored.LeaseUntil }
                    : put with { StartedAt = now, LeaseUntil = now + change.Lease });
            }

            _rows = rows;
            _version++;
            return true;
        },
        cancellationToken);

    private MembershipTable Snapshot() => new(_version, time.GetUtcNow(), [.. _rows.Values]);

    private async Task<T> DoAsync<T>(string operation, Func<T> apply, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (BeforeOperation is { } before)
            await before(operation, cancellationToken);
        T result;
        lock (_gate)
            result = apply();
        if (AfterOperation is { } after)
            await after(operation, cancellationToken);
        return result;
    }
}
