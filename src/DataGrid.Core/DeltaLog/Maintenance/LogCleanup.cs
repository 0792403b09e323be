using System.Collections.Immutable;

namespace DataGrid.Core.DeltaLog.Maintenance;

/// <summary>What log clean-up does.</summary>
/// <param name="Boundary">The new boundary: entries at or below it may be gone, and
/// a commit there counts as failed. Made durable before anything is deleted.</param>
/// <param name="Deletes">Names in <c>_delta_log</c> to delete, oldest first.</param>
public sealed record CleanupDecision(long Boundary, ImmutableArray<string> Deletes);

/// <summary>Decides which files of a log are no longer needed.</summary>
public static class LogCleanup
{
    /// <summary>
    /// Keeps everything from the newest checkpoint that is old enough: every version from there on can still be read. A deleted version's name is free again,
    /// so a writer that slept could win it; that is why the boundary exists and is durable first.
    /// </summary>
    /// <param name="files">Names in <c>_delta_log</c> with the times of their entries, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="oldestKept">Versions committed before this time may go.</param>
    /// <param name="boundary">The boundary as it is; -1 when none.</param>
    /// <returns><c>null</c> when there is nothing to do.</returns>
    public static CleanupDecision? Decide(IReadOnlyCollection<(string Name, long Milliseconds)> files, long oldestKept, long boundary)
    {
        var known = files.Select(static file => (File: LogFile.Parse(file.Name), file.Milliseconds)).Where(static file => file.File is not null).ToList();
        var entries = known.Where(static file => file.File!.Kind == LogFileKind.Entry).ToList();
        var cutoff = entries.Where(entry => entry.Milliseconds <= oldestKept).Select(static entry => entry.File!.Version).DefaultIfEmpty(-1).Max();
        var checkpoint = known.Where(file => file.File!.Kind is LogFileKind.ClassicCheckpoint or LogFileKind.UuidCheckpoint && file.File.Version <= cutoff)
            .Select(static file => file.File!.Version).DefaultIfEmpty(-1).Max();
        if (checkpoint <= 0) return null;
        var deletes = known.Where(file => file.File!.Version < checkpoint).Select(static file => file.File!.Name).Order(StringComparer.Ordinal).ToImmutableArray();
        return deletes.IsEmpty ? null : new CleanupDecision(Math.Max(boundary, checkpoint - 1), deletes);
    }
}
