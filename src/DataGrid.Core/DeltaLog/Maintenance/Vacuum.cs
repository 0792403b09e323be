using System.Collections.Immutable;
using DataGrid.Core.DeltaLog.Actions;

namespace DataGrid.Core.DeltaLog.Maintenance;

/// <summary>A file in a table's folder, as the store lists it.</summary>
/// <param name="Path">Its path relative to the table.</param>
/// <param name="SizeBytes">Its length.</param>
/// <param name="ModifiedMilliseconds">When it was written, in milliseconds since 1970-01-01 UTC.</param>
public sealed record StoredFile(string Path, long SizeBytes, long ModifiedMilliseconds);

/// <summary>Limits of vacuum.</summary>
/// <param name="Retention">How long a file stays after it left the table, or after it was written and never became part of it.</param>
/// <param name="LongestTask">The longest that a task may run between its first file and its commit.</param>
/// <param name="ClockSkew">How far clocks may differ.</param>
/// <param name="AllowShortRetention">Whether a retention that could destroy running work is allowed all the same.</param>
public sealed record VacuumLimits(TimeSpan Retention, TimeSpan LongestTask, TimeSpan ClockSkew, bool AllowShortRetention)
{
    /// <summary>The shortest retention that running work survives: half of it is what a commit trusts, so a task and the skew must fit into that half.</summary>
    public TimeSpan Least => 2 * (LongestTask + ClockSkew);

    /// <summary>Whether running work might not survive it.</summary>
    public bool IsShort => Retention < Least;
}

/// <summary>What vacuum does.</summary>
public abstract record VacuumDecision
{
    private VacuumDecision() { }

    /// <summary>The retention is too short to be safe.</summary>
    /// <param name="Why">What could be lost, and what to do.</param>
    public sealed record Refused(string Why) : VacuumDecision;

    /// <summary>These files may go.</summary>
    /// <param name="Files">In the order of their paths.</param>
    public sealed record Delete(ImmutableArray<StoredFile> Files) : VacuumDecision
    {
        /// <summary>Their size together.</summary>
        public long Bytes => Files.Sum(static file => file.SizeBytes);
    }
}

/// <summary>Decides which files of a table's folder nothing needs any more. What it must never take: a file of the newest version, one that left so recently
/// that a reader may still use it, and one that a running task has written and not yet committed.</summary>
public static class Vacuum
{
    /// <summary>Decides.</summary>
    /// <param name="head">The newest version.</param>
    /// <param name="files">All files in the table's folder.</param>
    /// <param name="kept">Paths that something else still needs (cursors, vectors).</param>
    /// <param name="nowMilliseconds">Now, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="limits">The limits.</param>
    public static VacuumDecision Decide(Snapshot head, IEnumerable<StoredFile> files, IReadOnlySet<string> kept, long nowMilliseconds, VacuumLimits limits)
    {
        if (limits.IsShort && !limits.AllowShortRetention)
            return new VacuumDecision.Refused(
                $"A retention of {limits.Retention} could delete files of running work: tasks may take {limits.LongestTask} and clocks differ by {limits.ClockSkew}, so at least {limits.Least} is needed. Keep files longer, or allow a short retention when nothing runs and nobody reads");

        var before = nowMilliseconds - (long)limits.Retention.TotalMilliseconds;
        var live = head.Files.Keys.Select(static key => key.Path).ToHashSet(StringComparer.Ordinal);
        var recent = head.Tombstones.Values.Where(removed => removed.DeletionTimestamp >= before).Select(static removed => removed.Key.Path).ToHashSet(StringComparer.Ordinal);
        var vectors = head.Files.Values.Concat<FileAction>(head.Tombstones.Values.Where(removed => removed.DeletionTimestamp >= before))
            .Select(static file => file.DeletionVector).OfType<DeletionVectorDescriptor>().Select(DeletionVectors.DeletionVectorFile.RelativePath).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return new VacuumDecision.Delete([.. files
            .Where(file => IsOurs(file.Path) && file.ModifiedMilliseconds < before && !live.Contains(file.Path) && !recent.Contains(file.Path) && !vectors.Contains(file.Path) && !kept.Contains(file.Path))
            .OrderBy(static file => file.Path, StringComparer.Ordinal)]);
    }

    // Names that begin with '_' or '.' belong to the log and to other tools; partition folders may begin with '_' and hold '='.
    private static bool IsOurs(string path) =>
        !path.Split('/').Any(static segment => segment.StartsWith('.') || (segment.StartsWith('_') && !segment.Contains('=', StringComparison.Ordinal)))
        || path.StartsWith("_datagrid/", StringComparison.Ordinal);
}
