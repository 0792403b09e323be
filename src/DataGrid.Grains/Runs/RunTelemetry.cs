using System.Diagnostics;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;

namespace DataGrid.Grains.Runs;

/// <summary>A run's spans and measurements, made from the news that it tells anyway.</summary>
internal sealed class RunTelemetry(string? parent)
{
    private readonly Dictionary<DatasetName, Activity> _steps = [];
    private Activity? _run;

    /// <summary>What a task or commit of a step names as its parent; null when nobody listens.</summary>
    public string? ParentOf(DatasetName? step) => step is { } name && _steps.TryGetValue(name, out var activity) ? activity.Id : _run?.Id;

    /// <summary>Notes an event.</summary>
    public void Note(RunEvent entry, RunRecord record)
    {
        switch (entry.Kind)
        {
            case RunEventKind.RunStarted:
                Measures.RunsStarted.Add(1);
                _run = DataGridTelemetry.Begin(SpanNames.Run, parent)?.SetTag("datagrid.run", record.Run.Value).SetTag("datagrid.pipeline", record.Pipeline.Value);
                break;
            case RunEventKind.StepStarted when entry.Step is { } step && DataGridTelemetry.Begin(SpanNames.Step, _run?.Id) is { } activity:
                _steps[step] = activity.SetTag("datagrid.dataset", step.ToString());
                break;
            case RunEventKind.StepStaged or RunEventKind.StepFailed when entry.Step is { } step && _steps.Remove(step, out var activity):
                End(activity.SetTag("datagrid.rows", entry.Record?.Rows), entry);
                break;
            case RunEventKind.StepRetried:
                Measures.Retries.Add(1);
                break;
            case RunEventKind.RunEnded:
                Measures.RunsEnded.Add(1, new KeyValuePair<string, object?>("status", record.Status.ToString()));
                if (record.EndedAt is { } ended) Measures.RunSeconds.Record((ended - record.StartedAt).TotalSeconds);
                foreach (var activity in _steps.Values) End(activity, entry);
                _steps.Clear();
                if (_run is not null) End(_run.SetTag("datagrid.status", record.Status.ToString()), entry);
                _run = null;
                break;
        }
    }

    private static void End(Activity activity, RunEvent entry)
    {
        if (entry.Problem is { } problem) activity.SetStatus(ActivityStatusCode.Error, problem.Code);
        activity.Dispose();
    }
}
