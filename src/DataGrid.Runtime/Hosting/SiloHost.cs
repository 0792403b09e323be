using Microsoft.Extensions.Hosting;

namespace DataGrid.Runtime;

/// <summary>Starts and stops the silo with the process.</summary>
internal sealed class SiloHost(Silo silo) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => silo.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);
}
