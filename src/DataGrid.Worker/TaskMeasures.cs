using System.Diagnostics;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Telemetry;
using DataGrid.Worker.Children;

namespace DataGrid.Worker;

/// <summary>What a worker measures of its tasks, and their spans.</summary>
internal static class TaskMeasures
{
    /// <summary>An attempt begins.</summary>
    public static void Begun(TaskOffer offer, DateTimeOffset now)
    {
        // Clocks of two machines may differ by more than a task waited.
        if (offer.OfferedAt != default) Measures.QueueSeconds.Record(Math.Max(0, (now - offer.OfferedAt).TotalSeconds));
    }

    /// <summary>The span of an attempt; null when nobody traces.</summary>
    public static Activity? Span(TaskSpec task, string worker) => DataGridTelemetry.Begin(SpanNames.Task, task.TraceParent, ActivityKind.Consumer)?
        .SetTag("datagrid.run", task.Task.Run.Value).SetTag("datagrid.dataset", task.Task.Stage.ToString()).SetTag("datagrid.task", task.Task.Number)
        .SetTag("datagrid.attempt", task.Attempt.Value).SetTag("datagrid.worker", worker);

    /// <summary>An attempt ended.</summary>
    public static void Ended(TaskResult result, Activity? span)
    {
        Measures.Tasks.Add(1, new KeyValuePair<string, object?>("outcome", result.Outcome.ToString()), new KeyValuePair<string, object?>("code", result.Problem?.Code ?? ""));
        Measures.TaskSeconds.Record(result.Metrics.Elapsed.TotalSeconds);
        Measures.Bytes.Add(result.Metrics.InputBytes, new KeyValuePair<string, object?>("direction", "read"));
        Measures.Bytes.Add(result.Metrics.OutputBytes, new KeyValuePair<string, object?>("direction", "written"));
        if (result.Manifest is { } manifest)
        {
            Rows("data", manifest.RowsWritten);
            Rows("quarantine", manifest.RowsQuarantined);
            Rows("dropped", manifest.RowsDropped);
        }
        span?.SetTag("datagrid.outcome", result.Outcome.ToString()).SetTag("datagrid.rows", result.Manifest?.RowsWritten);
        if (result.Problem is { } problem) span?.SetStatus(ActivityStatusCode.Error, problem.Code);
    }

    /// <summary>What a child told of its work becomes a span of the trace that it was told: a child itself sends nothing to anybody.</summary>
    public static void Child(ChildState used, int process)
    {
        if (!DataGridTelemetry.Source.HasListeners() || !ActivityContext.TryParse(used.TraceParent, null, isRemote: true, out var parent)) return;
        var current = Activity.Current;
        using (var span = DataGridTelemetry.Source.StartActivity(SpanNames.Child, ActivityKind.Internal, parent, startTime: used.BegunAt))
        {
            span?.SetTag("process.pid", process).SetTag("datagrid.memory.peak", used.PeakBytes).SetTag("datagrid.memory.limit", used.LimitBytes);
            span?.SetEndTime((used.BegunAt + used.Elapsed).UtcDateTime);
        }
        Activity.Current = current;
    }

    private static void Rows(string kind, long rows)
    {
        if (rows > 0) Measures.Rows.Add(rows, new KeyValuePair<string, object?>("kind", kind));
    }
}
