#if ORLEANS
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace DataGrid.Silo.Hosting;

/// <summary>Grains on Orleans.</summary>
internal static class GrainHosting
{
    /// <summary>Turns that take longer are logged with the grain's name; the embedded runtime has the same threshold.</summary>
    private static readonly TimeSpan LongTurn = TimeSpan.FromMilliseconds(200);

    /// <summary>Adds a silo that is a cluster of its own on this machine: it listens for nobody but itself and keeps its membership in memory.</summary>
    public static IServiceCollection AddGrainRuntime(this IServiceCollection services, SiloOptions options) => services.AddOrleans(silo =>
    {
        silo.UseLocalhostClustering(FreePort(), gatewayPort: 0, serviceId: "datagrid", clusterId: "embedded");
        silo.Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = Environment.MachineName);
        silo.Configure<SchedulingOptions>(o => o.TurnWarningLengthThreshold = LongTurn);
        // A call that nobody waits for any more is told so: the embedded runtime does that always.
        silo.Configure<SiloMessagingOptions>(o => o.CancelRequestOnTimeout = true);
        silo.AddActivityPropagation();
        // The table of reminders is the metadata's.
        silo.AddReminders();
    });

    // Orleans takes no port 0. Another process may take the port in between: then the silo does not start, and says which port it wanted.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
#endif
