using DataGrid.Contracts.Datasets;

namespace DataGrid.Contracts;

/// <summary>Builds and reads the keys of grains. The only place that knows their shape: every key starts with the workspace.</summary>
public static class GrainKeys
{
    /// <summary><c>workspace</c>: the dispatcher.</summary>
    public static string Workspace(WorkspaceId workspace) => workspace.Value;

    /// <summary><c>workspace/pipeline</c></summary>
    public static string Pipeline(WorkspaceId workspace, PipelineId pipeline) => $"{workspace}/{pipeline}";

    /// <summary><c>workspace/run</c></summary>
    public static string Run(WorkspaceId workspace, RunId run) => $"{workspace}/{run}";

    /// <summary><c>workspace/run/stage/shard</c></summary>
    public static string Stage(WorkspaceId workspace, RunId run, DatasetName stage, int shard) => $"{workspace}/{run}/{stage}/{shard}";

    /// <summary><c>workspace/ns.name</c></summary>
    public static string Dataset(WorkspaceId workspace, DatasetName dataset) => $"{workspace}/{dataset}";

    /// <summary><c>workspace/ns.name/partition</c>; the partition's text is what its folder is called.</summary>
    public static string Partition(WorkspaceId workspace, DatasetName dataset, string partition) => $"{workspace}/{dataset}/{partition}";

    /// <summary>The workspace of any key.</summary>
    /// <exception cref="FormatException">The key was not built here.</exception>
    public static WorkspaceId WorkspaceOf(string key) => WorkspaceId.Parse(Part(key, 0));

    /// <summary>The pipeline of a pipeline's key.</summary>
    public static PipelineId PipelineOf(string key) => PipelineId.Parse(Part(key, 1));

    /// <summary>The run of a run's or stage's key.</summary>
    public static RunId RunOf(string key) => RunId.Parse(Part(key, 1));

    /// <summary>The stage of a stage's key.</summary>
    public static DatasetName StageOf(string key) => DatasetName.Parse(Part(key, 2));

    /// <summary>The dataset of a dataset's or partition's key.</summary>
    public static DatasetName DatasetOf(string key) => DatasetName.Parse(Part(key, 1));

    private static string Part(string key, int index)
    {
        var parts = key.Split('/');
        return index < parts.Length ? parts[index] : throw new FormatException($"'{key}' is not a grain key with {index + 1} parts");
    }
}
