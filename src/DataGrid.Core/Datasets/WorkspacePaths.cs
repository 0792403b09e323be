using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Storage;

namespace DataGrid.Core.Datasets;

/// <summary>Where a workspace keeps what is not inside a table. The only place that
/// knows these names; what is inside a table's folder is the table's matter.</summary>
/// <remarks>
/// <code>
/// &lt;workspace&gt;/runs/&lt;run&gt;/run.json              the run's record, replaced while it goes on
/// &lt;workspace&gt;/runs/&lt;run&gt;/end.json              its record at its end, written once
/// &lt;workspace&gt;/runs/&lt;run&gt;/events.ndjson         its story
/// &lt;workspace&gt;/runs/&lt;run&gt;/openlineage.ndjson    its OpenLineage events
/// &lt;workspace&gt;/runs/&lt;run&gt;/pins-1.json           what it reads and writes, as it was when it started (several silos)
/// &lt;workspace&gt;/runs/&lt;run&gt;/publish-1.json        its publish plan: the point of no return
/// &lt;workspace&gt;/runs/&lt;run&gt;/staging/&lt;dataset&gt;/&lt;attempt&gt;/…   files that an attempt writes
/// &lt;workspace&gt;/pipelines/&lt;pipeline&gt;/specs/&lt;fingerprint&gt;.json     a compiled project
/// &lt;workspace&gt;/pipelines/&lt;pipeline&gt;/published/&lt;number&gt;.json      which spec is in force since which run
/// &lt;workspace&gt;/gateway/keys/&lt;key&gt;.json           an API key: its hash and what it may do
/// &lt;workspace&gt;/gateway/uses/&lt;key&gt;.json           when it was used last
/// &lt;workspace&gt;/gateway/requests/&lt;digest&gt;.json    an idempotent request and its answer
/// </code>
/// </remarks>
public sealed class WorkspacePaths(WorkspaceId workspace)
{
    private readonly ObjectPath _root = ObjectPath.Parse(workspace.Value);

    /// <summary>The workspace.</summary>
    public WorkspaceId Workspace { get; } = workspace;

    /// <summary>The folder of everything.</summary>
    public ObjectPath Folder => _root;

    /// <summary>The folder of all runs.</summary>
    public ObjectPath Runs => _root.Join("runs");

    /// <summary>The folder of all pipelines.</summary>
    public ObjectPath Pipelines => _root.Join("pipelines");

    /// <summary>The folder of all tables.</summary>
    public ObjectPath Tables => _root.Join("tables");

    /// <summary>The folder of all API keys.</summary>
    public ObjectPath Keys => _root.Join("gateway/keys");

    /// <summary>An API key.</summary>
    public ObjectPath Key(string name) => Keys.Join($"{name}.json");

    /// <summary>When an API key was used last.</summary>
    public ObjectPath KeyUse(string name) => _root.Join($"gateway/uses/{name}.json");

    /// <summary>The folder of all idempotent requests.</summary>
    public ObjectPath Requests => _root.Join("gateway/requests");

    /// <summary>An idempotent request.</summary>
    public ObjectPath Request(string digest) => Requests.Join($"{digest}.json");

    /// <summary>A run's folder.</summary>
    public ObjectPath Run(RunId run) => Runs.Join(run.Value);

    /// <summary>A run's record while it goes on.</summary>
    public ObjectPath RunRecord(RunId run) => Run(run).Join("run.json");

    /// <summary>A run's record at its end.</summary>
    public ObjectPath RunEnd(RunId run) => Run(run).Join("end.json");

    /// <summary>A run's story.</summary>
    public ObjectPath RunEvents(RunId run) => Run(run).Join("events.ndjson");

    /// <summary>A run's OpenLineage events.</summary>
    public ObjectPath OpenLineage(RunId run) => Run(run).Join("openlineage.ndjson");

    /// <summary>A run's publish plan.</summary>
    public ObjectPath PublishPlan(RunId run, int number) =>
        Run(run).Join(string.Create(CultureInfo.InvariantCulture, $"publish-{number}.json"));

    /// <summary>What a run has pinned.</summary>
    public ObjectPath Pins(RunId run, int number) =>
        Run(run).Join(string.Create(CultureInfo.InvariantCulture, $"pins-{number}.json"));

    /// <summary>The folder below which attempts write.</summary>
    public ObjectPath Staging(RunId run) => Run(run).Join("staging");

    /// <summary>The folder of one attempt.</summary>
    public ObjectPath Staging(RunId run, DatasetName stage, AttemptId attempt) => Staging(run).Join($"{stage}/{attempt}");

    /// <summary>The stage and attempt that a file below <see cref="Staging(RunId)"/> belongs to; null for a path of another shape.</summary>
    public (DatasetName Stage, AttemptId Attempt)? StagedBy(RunId run, ObjectPath path)
    {
        var folder = Staging(run);
        if (!path.IsBelow(folder)) return null;
        var parts = path.RelativeTo(folder).Split('/');
        return parts.Length >= 2 && DatasetName.TryParse(parts[0], out var stage, out _) ? (stage, AttemptId.Parse(parts[1])) : null;
    }

    /// <summary>A compiled project.</summary>
    public ObjectPath Spec(PipelineId pipeline, string fingerprint) => Pipelines.Join($"{pipeline}/specs/{fingerprint}.json");

    /// <summary>The folder that tells which spec is in force.</summary>
    public ObjectPath Published(PipelineId pipeline) => Pipelines.Join($"{pipeline}/published");

    /// <summary>One entry of it; entries count from 1 without gaps and sort by name.</summary>
    public ObjectPath Published(PipelineId pipeline, long number) => Published(pipeline).Join(number.ToString("D20", CultureInfo.InvariantCulture) + ".json");
}
