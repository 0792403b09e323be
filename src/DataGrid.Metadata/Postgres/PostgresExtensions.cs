using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Postgres.Tables;
using DataGrid.Metadata.Postgres.Writing;
using DataGrid.Metadata.Runs;
using DataGrid.Metadata.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Metadata.Postgres;

/// <summary>Puts metadata in PostgreSQL into a host.</summary>
public static class PostgresExtensions
{
    /// <summary>
    /// Adds the database as default <see cref="IGrainStorage"/>, <see cref="IReminderTable"/>, <see cref="ITaskJournal"/> and as
    /// the cluster's membership, of whichever runtime; and a <see cref="MetadataHealth"/>. It connects when the silo starts, waits up to
    /// <see cref="PostgresOptions.StartupWait"/> for a database that does not answer, and brings its schema to this version. A database that
    /// cannot be used fails the silo's start with a <see cref="Contracts.Errors.DataGridException"/>.
    /// </summary>
    public static IServiceCollection AddPostgresMetadata(this IServiceCollection services, PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Database>();
        services.AddSingleton<WriteQueue>();
        services.AddSingleton(provider => provider.GetRequiredService<Database>().Health);
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, Participant>();
        services.AddSingleton<StateTable>();
        services.AddSingleton<ResultTable>();
        services.AddSingleton<IGrainStorage>(provider => new GrainStateStorage(provider.GetRequiredService<StateTable>(), options.MaxStateBytes));
        services.AddSingleton<ITaskJournal>(provider => new TaskJournal(provider.GetRequiredService<ResultTable>(), options.MaxReportBytes));
        services.Replace(ServiceDescriptor.Singleton<IReminderTable, ReminderTable>());
#if !ORLEANS
        services.Replace(ServiceDescriptor.Singleton<Runtime.Membership.IMembershipStore, MembershipStore>());
#else
        services.Replace(ServiceDescriptor.Singleton<IMembershipTable, OrleansMembershipTable>());
#endif
        return services;
    }

    private sealed class Participant(Database database, WriteQueue writes) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle lifecycle)
        {
            // Connects while the rest of the silo starts; what needs it waits for it.
            _ = database.OpenAsync();
            lifecycle.Subscribe("Metadata", ServiceLifecycleStage.RuntimeStorageServices, _ => database.OpenAsync(), async _ => await writes.DisposeAsync());
        }
    }
}
