using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DataGrid.Contracts.Telemetry;

/// <summary>The names of all spans and meters, for traces and metrics: the one list, which docs/OPERATING.md explains.</summary>
public static class DataGridTelemetry
{
    /// <summary>The name of the source of spans and of the meter.</summary>
    public const string SourceName = "DataGrid";

    /// <summary>The name of the grain runtime's source and meter.</summary>
    public const string RuntimeSourceName = "DataGrid.Runtime";

    /// <summary>Where spans come from. Nobody listens unless an endpoint is configured, and then a span costs nothing.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Where measurements come from.</summary>
    public static Meter Meter { get; } = new(SourceName);

    /// <summary>Begins a span under a parent that came as text (a W3C traceparent); its own trace when there is none. Null when nobody listens. It does not become the current one:
    /// the work of a run goes on in many turns.</summary>
    public static Activity? Begin(string name, string? parent, ActivityKind kind = ActivityKind.Internal)
    {
        if (!Source.HasListeners()) return null;
        var current = Activity.Current;
        // What happens to be current in this turn is somebody else's.
        Activity.Current = null;
        var activity = ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? Source.StartActivity(name, kind, context) : Source.StartActivity(name, kind, default(ActivityContext));
        Activity.Current = current;
        return activity;
    }
}

/// <summary>Names of spans.</summary>
public static class SpanNames
{
    /// <summary>A project handed in, in the process of the command.</summary>
    public const string Submit = "datagrid.submit";

    /// <summary>A run from its start to its end.</summary>
    public const string Run = "datagrid.run";

    /// <summary>A step from its start until it is staged or failed.</summary>
    public const string Step = "datagrid.step";

    /// <summary>One attempt at a task on a worker.</summary>
    public const string Task = "datagrid.task";

    /// <summary>The same in a child process.</summary>
    public const string Child = "datagrid.child";

    /// <summary>One commit to one table.</summary>
    public const string Commit = "datagrid.commit";
}

/// <summary>What is measured.</summary>
public static class Measures
{
    private static readonly Meter Meter = DataGridTelemetry.Meter;

    /// <summary>Runs that were started.</summary>
    public static Counter<long> RunsStarted { get; } = Meter.CreateCounter<long>("datagrid.runs.started", "{run}", "Runs that were started");

    /// <summary>Runs that ended, by <c>status</c>.</summary>
    public static Counter<long> RunsEnded { get; } = Meter.CreateCounter<long>("datagrid.runs.ended", "{run}", "Runs that ended, by status");

    /// <summary>How long runs took.</summary>
    public static Histogram<double> RunSeconds { get; } = Meter.CreateHistogram<double>("datagrid.run.duration", "s", "How long runs took");

    /// <summary>Attempts that ended, by <c>outcome</c> and error <c>code</c>.</summary>
    public static Counter<long> Tasks { get; } = Meter.CreateCounter<long>("datagrid.tasks", "{task}", "Attempts at tasks that ended, by outcome and error code");

    /// <summary>How long attempts took.</summary>
    public static Histogram<double> TaskSeconds { get; } = Meter.CreateHistogram<double>("datagrid.task.duration", "s", "How long attempts at tasks took");

    /// <summary>Attempts that were made again.</summary>
    public static Counter<long> Retries { get; } = Meter.CreateCounter<long>("datagrid.tasks.retried", "{task}", "Attempts that failed and were made again");

    /// <summary>Second attempts at tasks that took much longer than the others.</summary>
    public static Counter<long> Stragglers { get; } = Meter.CreateCounter<long>("datagrid.tasks.doubled", "{task}", "Second attempts at tasks that took much longer than the others");

    /// <summary>Tasks given to workers.</summary>
    public static Counter<long> Leases { get; } = Meter.CreateCounter<long>("datagrid.leases.granted", "{lease}", "Tasks given to workers");

    /// <summary>Leases whose worker fell silent or was gone.</summary>
    public static Counter<long> LeasesLost { get; } = Meter.CreateCounter<long>("datagrid.leases.lost", "{lease}", "Leases whose worker fell silent or was gone");

    /// <summary>Tasks that wait for a worker now.</summary>
    public static Gauge<long> Waiting { get; } = Meter.CreateGauge<long>("datagrid.tasks.waiting", "{task}", "Tasks that wait for a worker");

    /// <summary>How long tasks waited for a worker.</summary>
    public static Histogram<double> QueueSeconds { get; } = Meter.CreateHistogram<double>("datagrid.task.queue_time", "s", "How long tasks waited for a worker");

    /// <summary>Rows written, by <c>kind</c>: data, quarantine, dropped.</summary>
    public static Counter<long> Rows { get; } = Meter.CreateCounter<long>("datagrid.rows", "{row}", "Rows written, held back and dropped");

    /// <summary>Bytes read and written, by <c>direction</c>.</summary>
    public static Counter<long> Bytes { get; } = Meter.CreateCounter<long>("datagrid.bytes", "By", "Bytes of input and output files of tasks");

    /// <summary>Commits, by <c>result</c>.</summary>
    public static Counter<long> Commits { get; } = Meter.CreateCounter<long>("datagrid.commits", "{commit}", "Commits of runs to tables, by result");

    /// <summary>Child processes that ended in the middle of a task.</summary>
    public static Counter<long> ChildrenLost { get; } = Meter.CreateCounter<long>("datagrid.children.lost", "{process}", "Child processes that ended in the middle of a task");
}
