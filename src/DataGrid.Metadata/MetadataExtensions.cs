using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Embedded;
using DataGrid.Metadata.Runs;
using DataGrid.Metadata.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Metadata;

/// <summary>Puts the embedded metadata store into a host.</summary>
public static class MetadataExtensions
{
    /// <summary>
    /// Adds the store as default <see cref="IGrainStorage"/>, <see cref="IReminderTable"/> and <see cref="ITaskJournal"/>. It takes the root
    /// folder and opens when the silo starts, and gives it back when the silo has stopped; a folder that is owned by someone else or cannot
    /// be used fails the silo's start with a <see cref="Contracts.Errors.DataGridException"/>.
    /// </summary>
    public static IServiceCollection AddEmbeddedMetadata(this IServiceCollection services, MetadataOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<MetadataStore>();
        services.AddSingleton(new MetadataHealth(options.Root));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, Participant>();
        services.AddSingleton<IGrainStorage>(provider => new GrainStateStorage(new StateTable(provider.GetRequiredService<MetadataStore>()), options.MaxStateBytes));
        services.Replace(ServiceDescriptor.Singleton<IReminderTable, ReminderTable>());
        services.AddSingleton<ITaskJournal>(provider => new TaskJournal(new ResultTable(provider.GetRequiredService<MetadataStore>()), options.MaxReportBytes));
        return services;
    }

    private sealed class Participant(MetadataStore store) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle)
        {
            // Opens while the rest of the silo starts; what needs it waits for it.
            _ = store.OpenAsync();
            lifecycle.Subscribe(
                "Metadata", ServiceLifecycleStage.RuntimeStorageServices, _ => store.OpenAsync(), async _ => await store.DisposeAsync());
        }
    }
}
