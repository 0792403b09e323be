using DataGrid.Contracts.Errors;

namespace DataGrid.Core.DeltaLog;

/// <summary>When a version was committed, before adjustment.</summary>
/// <param name="Version">The version.</param>
/// <param name="InCommitMilliseconds">The time in the commit itself; <c>null</c> when it carries none.</param>
/// <param name="FileMilliseconds">When the entry's file was written, by the store.</param>
public sealed record VersionTime(long Version, long? InCommitMilliseconds, long FileMilliseconds);

/// <summary>Finds the version that was the newest at a point in time.</summary>
public static class TimeTravel
{
    /// <summary>
    /// Times that rise with every version. Times inside commits rise by themselves; those of files may not (clocks step back, folders are copied), so one that
    /// does not come after the one before it counts as a millisecond later.
    /// </summary>
    /// <param name="times">Versions in ascending order.</param>
    public static IReadOnlyList<(long Version, long Milliseconds)> Adjust(IEnumerable<VersionTime> times)
    {
        var adjusted = new List<(long Version, long Milliseconds)>();
        foreach (var time in times)
        {
            var own = time.InCommitMilliseconds ?? time.FileMilliseconds;
            adjusted.Add((time.Version, adjusted.Count == 0 ? own : Math.Max(own, adjusted[^1].Milliseconds + 1)));
        }
        return adjusted;
    }

    /// <summary>The version that was the newest at a time.</summary>
    /// <param name="times">Versions in ascending order; at least one.</param>
    /// <param name="milliseconds">The time, since 1970-01-01 UTC.</param>
    /// <exception cref="DataGridException">The time lies before all of them, or after the newest (<see cref="ErrorCodes.VersionUnknown"/>).</exception>
    public static long At(IEnumerable<VersionTime> times, long milliseconds)
    {
        var adjusted = Adjust(times);
        if (adjusted.Count == 0) throw DeltaFaults.VersionUnknown("The table has no versions", "Run the pipeline that writes it");
        if (milliseconds < adjusted[0].Milliseconds)
            throw DeltaFaults.VersionUnknown($"The table's oldest version that is kept, {adjusted[0].Version}, was committed at {Format(adjusted[0].Milliseconds)}, after {Format(milliseconds)}",
                "Ask for a later time");
        if (milliseconds > adjusted[^1].Milliseconds)
            throw DeltaFaults.VersionUnknown($"The table's newest version, {adjusted[^1].Version}, was committed at {Format(adjusted[^1].Milliseconds)}, before {Format(milliseconds)}",
                "Ask for an earlier time, or leave the time out to read the newest version");
        return adjusted.Last(one => one.Milliseconds <= milliseconds).Version;
    }

    private static string Format(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
