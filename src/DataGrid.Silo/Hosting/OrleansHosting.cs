#if ORLEANS
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Silos;
using DataGrid.Silo.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace DataGrid.Silo.Hosting;

/// <summary>Grains on Orleans.</summary>
internal static class GrainHosting
{
    private const string ServiceId = "datagrid";

    /// <summary>Turns that take longer are logged with the grain's name; the embedded runtime has the same threshold.</summary>
    private static readonly TimeSpan LongTurn = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Adds a silo. Alone it is a cluster of its own on this machine, which listens for nobody but itself and keeps its membership in memory.
    /// One of several joins by the membership that the metadata keep. Either way grain state and reminders are the metadata's.
    /// </summary>
    public static IServiceCollection AddGrainRuntime(this IServiceCollection services, SiloOptions options)
    {
        // Orleans' own handler ends the process with a dump, of a command too.
        services.AddSingleton<IFatalErrorHandler, EndOfSilo>();
        return services.AddOrleans(silo =>
        {
            if (options.Cluster is { } cluster) Join(silo, cluster);
            else silo.UseLocalhostClustering(FreePort(IPAddress.Loopback), gatewayPort: 0, serviceId: ServiceId, clusterId: "embedded");
            silo.Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = options.Cluster?.SiloName ?? Environment.MachineName);
            silo.Configure<SchedulingOptions>(o => o.TurnWarningLengthThreshold = LongTurn);
            // A call that nobody waits for any more is told so: the embedded runtime does that always.
            silo.Configure<SiloMessagingOptions>(o => o.CancelRequestOnTimeout = true);
            silo.AddActivityPropagation();
            silo.AddReminders();
        });
    }

    private static void Join(ISiloBuilder silo, SiloClusterOptions cluster)
    {
        if (cluster.Tls is not null)
            throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = "TLS between silos is configured, and this build on Orleans has none", Help = "leave it out and protect the network between the silos, or use the build on the embedded runtime" });
        silo.Configure<ClusterOptions>(o => (o.ServiceId, o.ClusterId) = (ServiceId, cluster.ClusterId));
        var listen = cluster.Listen.Port == 0 ? new IPEndPoint(cluster.Listen.Address, FreePort(cluster.Listen.Address)) : cluster.Listen;
        var advertise = cluster.Advertise ?? listen;
        silo.Configure<EndpointOptions>(o =>
        {
            (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (advertise.Address, advertise.Port, 0);
            o.SiloListeningEndpoint = listen;
        });
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            // Probes are what Orleans has in place of leases: as many as fit into one may be missed. Half of them, since others have to agree.
            o.ProbeTimeout = cluster.Heartbeat;
            o.NumMissedProbesLimit = Math.Max(2, (int)(cluster.Lease / cluster.Heartbeat / 2));
            o.TableRefreshTimeout = cluster.Lease;
            o.IAmAliveTablePublishTimeout = cluster.Lease;
            o.MaxJoinAttemptTime = cluster.Metadata.StartupWait;
        });
    }

    // Orleans takes no port 0. Another process may take the port in between: then the silo does not start, and says which port it wanted.
    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What Orleans cannot go on from, above all that the others declared this silo dead, ends the silo and leaves the process to its owner.</summary>
    private sealed class EndOfSilo(SiloEnd end) : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

        public void OnFatalException(object? sender, string? context, Exception? exception) => end.Tell(context ?? exception?.Message ?? "Orleans cannot go on");
    }
}

/// <summary>The silos as Orleans' membership knows them.</summary>
internal sealed class ClusterSilos(ISiloStatusOracle members, ILocalSiloDetails self) : ISiloList
{
    /// <inheritdoc/>
    public Task<ImmutableArray<SiloSnapshot>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<SiloSnapshot>>(
    [
        .. members.GetApproximateSiloStatuses().Select(silo => new SiloSnapshot(
            members.TryGetSiloName(silo.Key, out var name) ? name : silo.Key.ToParsableString(), silo.Key.ToParsableString(), JsonNamingPolicy.SnakeCaseLower.ConvertName(silo.Value.ToString()),
            silo.Key.Equals(self.SiloAddress), null)).OrderBy(static silo => silo.Name, StringComparer.Ordinal),
    ]);
}
#endif
