#if !ORLEANS
using System.Collections.Immutable;
using System.Text.Json;
using DataGrid.Contracts.Silos;
using DataGrid.Grains;
using DataGrid.Runtime;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Membership;
using DataGrid.Silo.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace DataGrid.Silo.Hosting;

/// <summary>Grains on the embedded runtime.</summary>
internal static class GrainHosting
{
    /// <summary>Adds the runtime.</summary>
    public static IServiceCollection AddGrainRuntime(this IServiceCollection services, SiloOptions options)
    {
        services.AddEmbeddedSilo(silo =>
        {
            silo.SiloName = options.Cluster?.SiloName ?? Environment.MachineName;
            silo.ClusterId = options.Cluster?.ClusterId ?? silo.ClusterId;
            silo.GrainAssemblies.Add(typeof(WorkspaceServices).Assembly);
            silo.SerializeEveryCall = options.SerializesEveryCall;
        });
        if (options.Cluster is not { } cluster) return services;
        services.AddSiloClustering(clustering =>
        {
            clustering.ListenEndpoint = cluster.Listen;
            clustering.AdvertisedEndpoint = cluster.Advertise;
            clustering.HeartbeatPeriod = cluster.Heartbeat;
            clustering.LeaseDuration = cluster.Lease;
            clustering.JoinTimeout = cluster.Metadata.StartupWait + clustering.StoreTimeout;
            (clustering.CertificatePath, clustering.KeyPath, clustering.AuthorityPath) = cluster.Tls is { } tls ? (tls.Certificate, tls.Key, tls.Authority) : default;
        });
        services.AddOptions<ClusteringOptions>().Configure<SiloEnd>(static (clustering, end) => clustering.OnDeclaredDead = death => end.Tell(death.Reason));
        return services;
    }
}

/// <summary>The silos as the membership's table has them.</summary>
internal sealed class ClusterSilos(IMembershipStore membership, ILocalSiloDetails self) : ISiloList
{
    /// <inheritdoc/>
    public async Task<ImmutableArray<SiloSnapshot>> ListAsync(CancellationToken cancellationToken)
    {
        var table = await membership.ReadAsync(cancellationToken);
        return
        [
            .. table.Rows.OrderBy(static row => row.SiloName, StringComparer.Ordinal).ThenBy(static row => row.StartedAt).Select(row => new SiloSnapshot(
                row.SiloName, row.Address.ToParsableString(), JsonNamingPolicy.SnakeCaseLower.ConvertName(row.Status.ToString()), row.Address.Equals(self.SiloAddress), row.StartedAt)),
        ];
    }
}
#endif
