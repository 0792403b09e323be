#if !ORLEANS
using DataGrid.Grains;
using DataGrid.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Silo.Hosting;

/// <summary>Grains on the embedded runtime.</summary>
internal static class GrainHosting
{
    /// <summary>Adds the runtime.</summary>
    public static IServiceCollection AddGrainRuntime(this IServiceCollection services, SiloOptions options) => services.AddEmbeddedSilo(silo =>
    {
        silo.SiloName = Environment.MachineName;
        silo.GrainAssemblies.Add(typeof(WorkspaceServices).Assembly);
        silo.SerializeEveryCall = options.SerializesEveryCall;
    });
}
#endif
