using System.Net;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Storage;

namespace DataGrid.Runtime.Tests.Clustering;

/// <summary>
/// Other silos beside the one that a conformance test knows, when the variable <c>DATAGRID_TEST_SILOS</c> says how many there are: the same
/// tests then run with most grains elsewhere. All share the test's clock, probe and stores.
/// </summary>
internal static class Company
{
    public static void Add(HostApplicationBuilder builder, TestCluster.Settings settings, int others)
    {
        builder.Services.AddSingleton<IMembershipStore>(provider => new MemoryMembershipStore(provider.GetService<TimeProvider>() ?? TimeProvider.System));
        builder.Services.AddSiloClustering(Configure);
        var services = builder.Services;
        // Before the silo itself: a test's silo must find its company there.
        builder.Services.AddSingleton(provider => new Others(provider, services, settings, others));
        builder.Services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Others>());
    }

    /// <summary>After the silo itself: nobody's view is old when a test begins.</summary>
    public static void Agree(HostApplicationBuilder builder) => builder.Services.AddSingleton<IHostedService, Agreement>();

    // These tests move the clock by hours at once, and are not about who is a member.
    private static void Configure(ClusteringOptions options)
    {
        options.ListenEndpoint = new IPEndPoint(IPAddress.Loopback, 0);
        options.LeaseDuration = TimeSpan.FromDays(40);
        options.SuspicionsToDeclareDead = 100;
    }

    private sealed class Agreement(Silo silo, Others others) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            var newest = silo.Cluster!.View.Version;
            foreach (var other in others.Silos)
            {
                other.Cluster!.OnNewerView(newest);
                await SiloCluster.Until(() => other.Cluster.View.Version >= newest);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Others(IServiceProvider test, IServiceCollection services, TestCluster.Settings settings, int count) : IHostedService
    {
        private readonly List<IHost> _hosts = [];

        public IEnumerable<Silo> Silos => _hosts.Select(host => host.Services.GetRequiredService<Silo>());

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            for (var i = 0; i < count; i++)
            {
                var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
                builder.Services.AddSingleton(test.GetRequiredService<Probe>());
                builder.Services.AddSingleton(test.GetService<TimeProvider>() ?? TimeProvider.System);
                builder.Services.AddSingleton(test.GetRequiredService<IMembershipStore>());
                builder.Services.AddSingleton(test.GetRequiredService<IReminderTable>());
                builder.Services.AddSingleton(test.GetRequiredService<IGrainStorage>());
                builder.Services.AddKeyedSingleton(typeof(IGrainStorage), "counting", (_, _) => test.GetRequiredKeyedService<IGrainStorage>("counting"));
                foreach (var filter in services.Where(d => d.ServiceType == typeof(IIncomingGrainCallFilter) || d.ServiceType == typeof(IOutgoingGrainCallFilter)))
                    builder.Services.Add(filter);
                builder.Services.AddEmbeddedSilo(options =>
                {
                    options.SiloName = $"other-{i}";
                    options.GrainAssemblies.Add(typeof(TestCluster).Assembly);
                    options.SerializeEveryCall = settings.SerializeEveryCall;
                    options.CallTimeout = settings.CallTimeout;
                    options.MaxQueuedRequests = settings.MaxQueuedRequests;
                    options.ShutdownTimeout = settings.ShutdownTimeout;
                    options.DeactivationTimeout = settings.ShutdownTimeout;
                });
                builder.Services.AddSiloClustering(Configure);
                foreach (var provider in test.GetServices<ILoggerProvider>())
                    builder.Logging.AddProvider(provider);
                var host = builder.Build();
                await host.StartAsync(cancellationToken);
                _hosts.Add(host);
            }
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            foreach (var host in _hosts)
            {
                await host.StopAsync(cancellationToken);
                host.Dispose();
            }
        }
    }
}
