using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Sessions;
using DataGrid.Gateway;
using DataGrid.Grains.Datasets;
using DataGrid.Grains.Runs;
using DataGrid.Silo.Telemetry;
using DataGrid.Silo.Cluster;
using DataGrid.Storage;
using DataGrid.Storage.Delta;
using DataGrid.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Silo;

/// <summary>Everything that a silo is told when it starts. All limits are checked by <see cref="Validate"/> before anything is opened.</summary>
public sealed record SiloOptions
{
    /// <summary>The folder that holds tables, runs and metadata; made when it is not there.</summary>
    public required string Root { get; init; }

    /// <summary>The workspace.</summary>
    public WorkspaceId Workspace { get; init; } = WorkspaceId.Default;

    /// <summary>The engine's limits. Its memory, threads and spill space are those of all tasks together.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>Limits of projects.</summary>
    public ProjectOptions Projects { get; init; } = new();

    /// <summary>The worker's limits.</summary>
    public WorkerOptions Worker { get; init; } = new();

    /// <summary>Limits of tables.</summary>
    public DeltaTableOptions Tables { get; init; } = new();

    /// <summary>What others in this process have read of the root's tables, so that the silo need not read it again; null when nobody has.</summary>
    public SnapshotShare? Snapshots { get; init; }

    /// <summary>Limits of runs.</summary>
    public RunOptions Runs { get; init; } = new();

    /// <summary>Limits of dispatching.</summary>
    public DispatchOptions Dispatch { get; init; } = new();

    /// <summary>Limits of the catalog.</summary>
    public CatalogOptions Catalog { get; init; } = new();

    /// <summary>What makes it one of several silos; null when it is alone and owns its root.</summary>
    public SiloClusterOptions? Cluster { get; init; }

    /// <summary>For tests: runs tasks in the engine's place.</summary>
    public ITaskExecutor? Executor { get; init; }

    /// <summary>Where people and programs reach it; null for no gateway.</summary>
    public GatewayOptions? Gateway { get; init; }

    /// <summary>What the silo tells of itself, and to whom.</summary>
    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>For tests: calls between grains are serialized as if they crossed the network.</summary>
    public bool SerializesEveryCall { get; init; }

    /// <summary>For tests: where runs and tables stop or are killed.</summary>
    public IFailpoints Failpoints { get; init; } = Storage.Failpoints.None;

    /// <summary>For tests: stands between the silo and the folder of its root.</summary>
    public Func<IObjectStore, IObjectStore> Store { get; init; } = static store => store;

    /// <summary>For tests: takes the place of services, or adds some.</summary>
    internal Action<IServiceCollection> Services { get; init; } = static _ => { };

    /// <summary>The root's absolute path.</summary>
    public string RootPath => Path.GetFullPath(Root);

    /// <summary>What is wrong with these options; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Root)) yield return $"{nameof(Root)} must be a folder";
        foreach (var problem in Engine.Validate().Concat(Projects.Validate()).Concat(Worker.Validate()).Concat(Runs.Validate()).Concat(Dispatch.Validate()).Concat(Catalog.Validate()).Concat(Telemetry.Validate()).Concat(Cluster?.Validate() ?? []).Concat(Gateway?.Validate() ?? [])) yield return problem;
    }
}
