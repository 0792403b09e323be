#if !ORLEANS
using DataGrid.Grains;
using DataGrid.Runtime;
using DataGrid.Runtime.Clustering;
using DataGrid.Silo.Cluster;
using Microsoft.Extensions.DependencyInjection;

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
#endif
