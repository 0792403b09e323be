using DataGrid.Contracts.Silos;
using Orleans.Runtime;

namespace DataGrid.Silo.Cluster;

/// <summary>What the cluster's membership says of silos: work that a dead one held goes to others at once.</summary>
internal sealed class ClusterStatus(ILocalSiloDetails self, ISiloStatusOracle members) : ISiloStatus
{
    /// <inheritdoc/>
    public string Self => self.SiloAddress.ToParsableString();

    /// <inheritdoc/>
    public bool IsDead(string silo)
    {
        try
        {
            return members.IsDeadSilo(SiloAddress.FromParsableString(silo));
        }
        catch (FormatException)
        {
            // Who names itself otherwise is no member of this cluster; its lease ends by time.
            return false;
        }
    }
}
