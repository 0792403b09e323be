using DataGrid.Runtime.Clustering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Runtime;

/// <summary>Puts an embedded silo into a host.</summary>
public static class EmbeddedSiloExtensions
{
    /// <summary>
    /// Adds a silo that starts and stops with the host. <see cref="IGrainFactory"/> and <see cref="IClusterClient"/> come from DI.
    /// Stores are keyed <see cref="IGrainStorage"/> services (unkeyed: the default one), reminders an <see cref="IReminderTable"/>
    /// (in memory when there is none), filters <see cref="IIncomingGrainCallFilter"/> and <see cref="IOutgoingGrainCallFilter"/>,
    /// participants of its life <see cref="ILifecycleParticipant{TLifecycleObservable}"/> of <see cref="ISiloLifecycle"/>.
    /// </summary>
    public static IServiceCollection AddEmbeddedSilo(this IServiceCollection services, Action<EmbeddedSiloOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EmbeddedSiloOptions>, EmbeddedSiloOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Silo>();
        services.TryAddSingleton<ILocalSiloDetails>(provider => provider.GetRequiredService<Silo>().Details);
        services.TryAddSingleton<GrainFactory>(provider => provider.GetRequiredService<Silo>().GrainFactory);
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<GrainFactory>());
        services.TryAddSingleton<IClusterClient>(provider => provider.GetRequiredService<GrainFactory>());
        services.TryAddSingleton<IGrainContextAccessor, GrainContextAccessor>();
        services.TryAddSingleton<IReminderTable, MemoryReminderTable>();
        services.AddSingleton<IHostedService, SiloHost>();
        return services;
    }

    /// <summary>
    /// Makes the silo one of several. They find each other through the <see cref="Membership.IMembershipStore"/> among the services, which,
    /// like the stores of state and of reminders, must then be one that all of them share.
    /// </summary>
    public static IServiceCollection AddSiloClustering(this IServiceCollection services, Action<ClusteringOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusteringOptions>, ClusteringOptionsValidator>());
        services.TryAddSingleton<ClusterFactory>();
        services.TryAddSingleton<ISiloStatusOracle, SiloStatusOracle>();
        return services;
    }

    /// <summary>Adds a store that forgets when the process ends; <paramref name="name"/> null makes it the default one.</summary>
    public static IServiceCollection AddMemoryGrainStorage(this IServiceCollection services, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return name is null ? services.AddSingleton<IGrainStorage, MemoryGrainStorage>() : services.AddKeyedSingleton<IGrainStorage, MemoryGrainStorage>(name);
    }
}
