using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Silos;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.DuckDb;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks;
using DataGrid.Grains;
using DataGrid.Grains.Datasets;
using DataGrid.Grains.Pipelines;
using DataGrid.Metadata;
using DataGrid.Metadata.Postgres;
using DataGrid.Silo.Cluster;
using DataGrid.Silo.Roots;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Runs;
using DataGrid.Storage.Tables;
using DataGrid.Worker;
using DataGrid.Worker.Children;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Silo.Hosting;

/// <summary>Wires a silo. The grain runtime itself is added by the one file that knows which it is.</summary>
internal static class SiloServices
{
    /// <summary>Everything that a silo in this process consists of.</summary>
    public static ServiceProvider Build(SiloOptions options)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddLogging(logging => logging
            .SetMinimumLevel(LogLevel.Information)
            .AddProvider(new FileLoggerProvider(LogFile(options), TimeProvider.System, options.Telemetry.HasJsonLog)));
        services.AddSingleton(options.Dispatch);
        if (options.Cluster is null) services.AddSingleton<LoneSilo>().AddSingleton<ISiloStatus>(Lone).AddSingleton<ISiloList>(Lone);
        else services.AddSingleton<ISiloStatus, ClusterStatus>().AddSingleton<ISiloList, ClusterSilos>();
        var runs = options.Runs with { Failpoints = options.Failpoints, OutlivesSilos = options.Runs.OutlivesSilos || options.Cluster is not null };
        services.AddSingleton(runs);
        services.AddSingleton<IObjectStore>(_ => options.Store(RootStore.Open(options.RootPath, forReading: false)));
        services.AddSingleton(new WorkspacePaths(options.Workspace));
        services.AddSingleton(provider => new RunStore(provider.GetRequiredService<IObjectStore>(), provider.GetRequiredService<WorkspacePaths>(), RootStore.StagingOf(options.RootPath)));
        services.AddSingleton<RunEventLog>();
        services.AddSingleton<PipelineCatalog>();
        services.AddSingleton(provider => new TableSet(
            provider.GetRequiredService<IObjectStore>(),
            provider.GetRequiredService<WorkspacePaths>(),
            options.Tables with { Failpoints = options.Failpoints, OnBackgroundFault = options.Tables.OnBackgroundFault ?? Tell(provider) },
            provider.GetRequiredService<TimeProvider>(),
            RootStore.MirrorOf(provider.GetRequiredService<IObjectStore>(), options.RootPath),
            options.Snapshots));
        services.AddSingleton<TableOwnership>();
        // Who keeps an index is a gateway, of this silo or of another.
        services.AddSingleton(options.Catalog with { IsTold = options.Gateway is not null || options.Cluster is not null });
        services.AddSingleton<CatalogNews>();
        services.AddSingleton<ISourceFiles>(new ProjectSourceFiles(options.Projects));
        services.AddSingleton(provider => new WorkspaceServices(
            provider.GetRequiredService<RunStore>(),
            provider.GetRequiredService<RunEventLog>(),
            provider.GetRequiredService<PipelineCatalog>(),
            provider.GetRequiredService<TableSet>(),
            provider.GetRequiredService<ISourceFiles>(),
            provider.GetRequiredService<TableOwnership>(),
            runs,
            typeof(SiloServices).Assembly.GetName().Version!.ToString(3),
            DuckDbInstance.EngineVersion));
        services.AddSingleton(EngineOf(options));
        services.AddSingleton<InstancePool>();
        AddTaskExecutor(services, options);
        services.AddSingleton(provider => new TaskWorker(
            provider.GetRequiredService<IGrainFactory>(),
            options.Workspace,
            provider.GetRequiredService<ITaskExecutor>(),
            provider.GetRequiredService<RunStore>(),
            provider.GetRequiredService<TableSet>(),
            provider.GetRequiredService<ISiloStatus>(),
            options.Engine.WholeEngine,
            options.Worker,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<TaskWorker>>()));
        services.AddSingleton<SiloEnd>();
        services.AddSingleton(provider => new WorkspaceRecovery(
            options.Workspace, provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<PipelineCatalog>(), provider.GetRequiredService<RunStore>(),
            provider.GetRequiredService<ILogger<WorkspaceRecovery>>()));
        if (options.Cluster is { } cluster) services.AddPostgresMetadata(cluster.Metadata);
        else services.AddEmbeddedMetadata(new MetadataOptions { Root = options.RootPath });
        services.AddGrainRuntime(options);
        options.Services(services);
        return services.BuildServiceProvider();
    }

    private static LoneSilo Lone(IServiceProvider provider) => provider.GetRequiredService<LoneSilo>();

    private static string LogFile(SiloOptions options) =>
        options.Cluster is { } cluster ? Path.Combine(options.RootPath, "logs", $"{cluster.SiloName}.log") : Path.Combine(options.RootPath, "silo.log");

    /// <summary>The engine with a share for each of the worker's slots.</summary>
    private static EngineOptions EngineOf(SiloOptions options) => options.Engine with { Shares = TaskWorker.SlotsOf(options.Engine.WholeEngine, options.Worker) };

    private static void AddTaskExecutor(ServiceCollection services, SiloOptions options)
    {
        if (options.Executor is { } executor)
        {
            services.AddSingleton(executor);
            return;
        }
        if (options.Worker.Isolation == TaskIsolation.InProcess)
        {
            services.AddSingleton<ITaskExecutor, TaskExecutor>();
            return;
        }
        services.AddSingleton(provider => new ChildPool(
            EngineOf(options).Shares, EngineOf(options), options.Worker.Children, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ChildPool>>()));
        services.AddSingleton<ITaskExecutor, ChildTaskExecutor>();
    }

    private static Action<string, Exception> Tell(IServiceProvider provider)
    {
        var logger = provider.GetRequiredService<ILogger<TableSet>>();
        return (work, fault) => SiloLog.BackgroundWorkFailed(logger, work, fault);
    }
}
