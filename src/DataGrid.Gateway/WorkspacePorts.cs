using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Silos;
using DataGrid.Contracts.Storage;
using Orleans;

namespace DataGrid.Gateway;

/// <summary>The workspace that this process serves, as the floors below offer it: grains to change it, ports to read it.</summary>
public sealed record WorkspacePorts
{
    /// <summary>Which one.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The version of DataGrid.</summary>
    public required string ProductVersion { get; init; }

    /// <summary>Who changes things.</summary>
    public required IGrainFactory Grains { get; init; }

    /// <summary>Submits, watches and cancels.</summary>
    public required IRunService RunService { get; init; }

    /// <summary>Past and present runs.</summary>
    public required IRunReader Runs { get; init; }

    /// <summary>Compiled projects.</summary>
    public required IPipelineReader Pipelines { get; init; }

    /// <summary>Compiles and plans.</summary>
    public required IProjectService Projects { get; init; }

    /// <summary>The catalog.</summary>
    public required IDatasetReader Datasets { get; init; }

    /// <summary>Where data comes from.</summary>
    public required ILineageReader Lineage { get; init; }

    /// <summary>The catalog and the column graph, at hand.</summary>
    public required IWorkspaceIndex Index { get; init; }

    /// <summary>Runs queries.</summary>
    public required IQueryService Queries { get; init; }

    /// <summary>The silos of the cluster.</summary>
    public required ISiloList Silos { get; init; }

    /// <summary>Whether this silo takes work now. It ends within a limit of its own and does not throw.</summary>
    public required Func<Task<bool>> IsReadyAsync { get; init; }

    /// <summary>Where keys and answered requests are kept, for all silos alike.</summary>
    public required IObjectStore Store { get; init; }

    /// <summary>A folder that all silos see, for the projects that are submitted.</summary>
    public required string ProjectsFolder { get; init; }

    /// <summary>A folder of this silo, for its audit log.</summary>
    public required string StateFolder { get; init; }
}
