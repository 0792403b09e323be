using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Core.Lineage.OpenLineage;

/// <summary>What all events of a run have in common.</summary>
public sealed record OpenLineageContext
{
    /// <summary>The tenant; its namespace holds both jobs and datasets.</summary>
    public required WorkspaceId Workspace { get; init; }

    /// <summary>The compiled project.</summary>
    public required PipelineSpec Pipeline { get; init; }

    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>Values of the run's parameters.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new SortedDictionary<string, string>();

    /// <summary>DataGrid's version, for example <c>0.1.0</c>.</summary>
    public required string ProductVersion { get; init; }

    /// <summary>The engine's version, for example <c>v1.5.6</c>.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>The time that the run is for, where a schedule started it; null otherwise.</summary>
    public DateTimeOffset? NominalTime { get; init; }

    /// <summary>Where jobs and datasets are named: <c>datagrid://workspace</c>.</summary>
    public string Namespace => $"datagrid://{Workspace}";

    /// <summary>Who made the events, as a URI with the version.</summary>
    public string Producer => $"urn:datagrid:{ProductVersion}";

    /// <summary>The run's id as OpenLineage wants it; the same for the same run everywhere.</summary>
    public Guid RunUuid => OpenLineageIds.Of(Workspace, Run);

    /// <summary>The id of a step's own run.</summary>
    public Guid StepUuid(DatasetName step) => OpenLineageIds.Of(Workspace, Run, step);

    /// <summary>The name of a step's job.</summary>
    public string StepJob(DatasetName step) => $"{Pipeline.Id}.{step}";
}

/// <summary>OpenLineage's run ids are UUIDs: they are made from ours by hashing, so that every process gives a run the same one.</summary>
public static class OpenLineageIds
{
    /// <summary>The UUID of a run.</summary>
    public static Guid Of(WorkspaceId workspace, RunId run) => Hash($"datagrid/{workspace}/{run}");

    /// <summary>The UUID of a step of a run.</summary>
    public static Guid Of(WorkspaceId workspace, RunId run, DatasetName step) => Hash($"datagrid/{workspace}/{run}/{step}");

    /// <summary>A UUID of version 8 (custom) from SHA-256.</summary>
    private static Guid Hash(string text)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
