using System.Globalization;
using DataGrid.Contracts.Silos;

namespace DataGrid.Silo.Hosting;

/// <summary>A silo without others: nobody but itself could be dead.</summary>
internal sealed class LoneSilo(TimeProvider clock) : ISiloStatus
{
    /// <inheritdoc/>
    public string Self { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{clock.GetUtcNow().ToUnixTimeMilliseconds():x}");

    /// <inheritdoc/>
    public bool IsDead(string silo) => false;
}
