using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Silos;

namespace DataGrid.Silo.Hosting;

/// <summary>A silo without others: nobody but itself could be dead.</summary>
internal sealed class LoneSilo(TimeProvider clock) : ISiloStatus, ISiloList
{
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();

    /// <inheritdoc/>
    public string Self { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{clock.GetUtcNow().ToUnixTimeMilliseconds():x}");

    /// <inheritdoc/>
    public bool IsDead(string silo) => false;

    /// <inheritdoc/>
    public Task<ImmutableArray<SiloSnapshot>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<SiloSnapshot>>([new SiloSnapshot(Environment.MachineName, Self, "active", IsSelf: true, _startedAt)]);
}
