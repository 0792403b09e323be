using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Hosting;

/// <summary>A run in full.</summary>
internal sealed record RunLog(RunRecord Record, ImmutableArray<RunEvent> Events);

/// <summary>Runs as their files tell them.</summary>
internal static class RunFiles
{
    /// <summary>The newest runs, the newest first.</summary>
    public static async Task<IReadOnlyList<RunRecord>> NewestAsync(WorkspaceReader reader, int limit, CancellationToken stop)
    {
        var found = new List<RunRecord>();
        if (limit < 1) return found;
        await foreach (var run in reader.Runs.ReadNewestAsync(stop).ConfigureAwait(false))
        {
            found.Add(run);
            if (found.Count == limit) break;
        }
        return found;
    }

    /// <summary>A run's record and events; null when there is no such run.</summary>
    public static async Task<RunLog?> FindAsync(WorkspaceReader reader, RunId run, CancellationToken stop) =>
        await reader.Runs.ReadAsync(run, stop).ConfigureAwait(false) is { } record
            ? new RunLog(record, await reader.Events.ReadAsync(run, stop).ConfigureAwait(false))
            : null;
}
