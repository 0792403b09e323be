using DataGrid.Runtime.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DataGrid.Runtime.Clustering;

/// <summary>Says by its presence among the services that the silo has company.</summary>
internal sealed class ClusterFactory(IOptions<ClusteringOptions> options)
{
    public Cluster Create(Silo silo, ILogger<Silo> logger) =>
        new(silo, options.Value, silo.Services.GetRequiredService<IMembershipStore>(), new ClusterLog(logger));
}
