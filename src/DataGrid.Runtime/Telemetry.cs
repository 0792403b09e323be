using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DataGrid.Runtime;

/// <summary>The names that a host listens to, for traces and metrics of grains.</summary>
public static class Telemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> (one activity per grain call) and of the <see cref="Meter"/>.</summary>
    public const string SourceName = "DataGrid.Runtime";

    // The W3C name: what another process sends under it means the same.
    internal const string ParentKey = "traceparent";

    internal static readonly ActivitySource Calls = new(SourceName);

    internal static readonly Meter Meter = new(SourceName);

    internal static readonly Counter<long> Turns = Meter.CreateCounter<long>("datagrid.grains.turns", "{turn}", "Turns run");

    internal static readonly Counter<long> LongTurns = Meter.CreateCounter<long>("datagrid.grains.long_turns", "{turn}", "Turns over the threshold");

    internal static readonly UpDownCounter<long> Queued = Meter.CreateUpDownCounter<long>("datagrid.grains.queued", "{request}", "Requests that wait for a turn");

    internal static readonly Counter<long> Outcomes = Meter.CreateCounter<long>("datagrid.grains.calls", "{call}", "Calls of grains, by how they ended");

    internal static readonly Counter<long> Retries = Meter.CreateCounter<long>("datagrid.cluster.retries", "{call}", "Calls tried again because they were not taken");

    internal static readonly Counter<long> MembershipChanges = Meter.CreateCounter<long>("datagrid.cluster.views", "{change}", "Changes of the membership that this silo saw");

    internal static readonly UpDownCounter<long> Connections = Meter.CreateUpDownCounter<long>("datagrid.cluster.connections", "{connection}", "Connections between silos");

    internal static readonly UpDownCounter<long> Activations = Meter.CreateUpDownCounter<long>("datagrid.grains.activations", "{activation}", "Grains in memory");

    /// <summary>Counts the end of a call at its caller.</summary>
    internal static void OnEnded(string outcome)
    {
        if (Outcomes.Enabled)
            Outcomes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
    }
}
