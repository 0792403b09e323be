using Orleans.Runtime;

namespace DataGrid.Runtime.Clustering;

/// <summary>What the silo's newest view says of others.</summary>
internal sealed class SiloStatusOracle(Silo self) : ISiloStatusOracle
{
    /// <inheritdoc/>
    public bool IsDeadSilo(SiloAddress silo) => self.Cluster!.View.IsDead(silo);
}
