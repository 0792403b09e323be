using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Lineage.OpenLineage;

namespace DataGrid.Grains.Lineage;

/// <summary>Writes a run's story as OpenLineage events, step by step, so that any lineage server can take them.</summary>
internal sealed class LineageLog(OpenLineageContext context, WorkspaceServices services)
{
    private readonly Dictionary<DatasetName, StepSpec> _steps = context.Pipeline.Steps.ToDictionary(static step => step.Name);
    private readonly HashSet<DatasetName> _begun = [];
    private readonly HashSet<DatasetName> _ended = [];

    /// <summary>The log of a run of a project.</summary>
    public static LineageLog Of(PipelineSpec spec, RunRecord record, WorkspaceId workspace, WorkspaceServices services) => new(
        new OpenLineageContext
        {
            Workspace = workspace,
            Pipeline = spec,
            Run = record.Run,
            Parameters = record.Request.ParameterValues,
            ProductVersion = services.ProductVersion,
            EngineVersion = services.EngineVersion,
        },
        services);

    /// <summary>Takes a line of the run's story.</summary>
    public Task TellAsync(RunEvent entry, RunRecord record)
    {
        var lines = entry.Kind switch
        {
            RunEventKind.RunStarted => [OpenLineageEvents.RunStarted(context, entry.At)],
            RunEventKind.StepStarted when entry.Step is { } step => Begin(step, entry.At),
            RunEventKind.StepPublished or RunEventKind.StepFailed when entry.Record is { } step => End(step, entry.At),
            RunEventKind.RunEnded => EndAll(record, entry.At),
            _ => Enumerable.Empty<string>(),
        };
        return services.Events.AppendOpenLineageAsync(record.Run, [.. lines], CancellationToken.None);
    }

    private IEnumerable<string> Begin(DatasetName step, DateTimeOffset at) =>
        _begun.Add(step) && _steps.TryGetValue(step, out var spec) ? [OpenLineageEvents.StepStarted(context, spec, at)] : [];

    private IEnumerable<string> End(StepRecord step, DateTimeOffset at)
    {
        foreach (var line in Begin(step.Name, at)) yield return line;
        if (_ended.Add(step.Name) && _steps.TryGetValue(step.Name, out var spec)) yield return OpenLineageEvents.StepEnded(context, spec, step, at);
    }

    /// <summary>Views have no version of their own, and steps of a run that ended early have no end: both are told here.</summary>
    private IEnumerable<string> EndAll(RunRecord record, DateTimeOffset at)
    {
        foreach (var step in record.Steps)
        {
            if (step.Status != StepStatus.Published && !_begun.Contains(step.Name)) continue;
            foreach (var line in End(step, at)) yield return line;
        }
        yield return OpenLineageEvents.RunEnded(context, record, at);
    }
}
