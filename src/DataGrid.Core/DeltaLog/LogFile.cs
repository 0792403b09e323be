using System.Collections.Immutable;
using System.Globalization;

namespace DataGrid.Core.DeltaLog;

/// <summary>What a file in <c>_delta_log</c> is, by its name.</summary>
public enum LogFileKind
{
    /// <summary>The entry of one version.</summary>
    Entry,

    /// <summary>A whole checkpoint in one Parquet file.</summary>
    ClassicCheckpoint,

    /// <summary>One of several Parquet files that are a checkpoint together.</summary>
    CheckpointPart,

    /// <summary>A checkpoint of the second specification under a unique name.</summary>
    UuidCheckpoint,

    /// <summary>A version's checksum file; not used here.</summary>
    Checksum,

    /// <summary>The entries of several versions in one file; not used here.</summary>
    Compacted,
}

/// <summary>The name of a file in <c>_delta_log</c>, understood.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Version">Which version it holds (the first one, of several).</param>
/// <param name="Part">A part's number, from 1; 0 otherwise.</param>
/// <param name="Parts">How many parts belong together; 0 otherwise.</param>
/// <param name="Name">The file's name.</param>
public sealed record LogFile(LogFileKind Kind, long Version, int Part, int Parts, string Name)
{
    private const int VersionDigits = 20;

    /// <summary>The name of a version's entry.</summary>
    public static string EntryName(long version) => $"{Digits(version)}.json";

    /// <summary>The name of a version's classic checkpoint.</summary>
    public static string CheckpointName(long version) => $"{Digits(version)}.checkpoint.parquet";

    /// <summary>A version with its leading zeros: what all its files' names begin with.</summary>
    public static string Digits(long version) => version.ToString($"D{VersionDigits}", CultureInfo.InvariantCulture);

    /// <summary>Whether it is (part of) a checkpoint.</summary>
    public bool IsCheckpoint => Kind is LogFileKind.ClassicCheckpoint or LogFileKind.CheckpointPart or LogFileKind.UuidCheckpoint;

    /// <summary>Understands a name; <c>null</c> when it is none of the log's.</summary>
    public static LogFile? Parse(string name)
    {
        var parts = name.Split('.');
        if (parts[0].Length != VersionDigits || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return null;
        return parts[1..] switch
        {
            ["json"] => new LogFile(LogFileKind.Entry, version, 0, 0, name),
            ["crc"] => new LogFile(LogFileKind.Checksum, version, 0, 0, name),
            ["checkpoint", "parquet"] => new LogFile(LogFileKind.ClassicCheckpoint, version, 0, 0, name),
            ["checkpoint", var part, var count, "parquet"] when Number(part) is { } number && Number(count) is { } all && number >= 1 && number <= all =>
                new LogFile(LogFileKind.CheckpointPart, version, number, all, name),
            ["checkpoint", var id, "parquet" or "json"] when Guid.TryParse(id, out _) => new LogFile(LogFileKind.UuidCheckpoint, version, 0, 0, name),
            [var last, "compacted", "json"] when last.Length == VersionDigits => new LogFile(LogFileKind.Compacted, version, 0, 0, name),
            _ => null,
        };
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>A complete checkpoint: one file, or all its parts in order.</summary>
/// <param name="Version">The version that it holds.</param>
/// <param name="Files">Its files.</param>
public sealed record CheckpointFiles(long Version, ImmutableArray<string> Files);

/// <summary>Which files to read for one version of a table.</summary>
/// <param name="Version">The version that results.</param>
/// <param name="Checkpoint">Where to start; <c>null</c> to start from nothing.</param>
/// <param name="Entries">Names of the entries to replay after it, in order.</param>
public sealed record LogSegment(long Version, CheckpointFiles? Checkpoint, ImmutableArray<string> Entries)
{
    /// <summary>
    /// Chooses from a listing. The newest complete checkpoint that is not in <paramref name="unreadable"/> and not after the target is the start;
    /// every version after it must be there without a gap.
    /// </summary>
    /// <param name="names">The names in <c>_delta_log</c>, in any order.</param>
    /// <param name="target">The version wanted; <c>null</c> for the newest.</param>
    /// <param name="boundary">Versions at or below it may have been cleaned up; -1 when none.</param>
    /// <param name="unreadable">Versions whose checkpoints turned out to be damaged.</param>
    /// <returns>The segment; <c>null</c> when the folder holds no table at all.</returns>
    /// <exception cref="Contracts.Errors.DataGridException">The target does not exist,
    /// was cleaned up, or an entry is missing; the message says which.</exception>
    public static LogSegment? Choose(IEnumerable<string> names, long? target, long boundary, IReadOnlySet<long> unreadable)
    {
        var files = names.Select(LogFile.Parse).OfType<LogFile>().ToList();
        var entries = files.Where(static file => file.Kind == LogFileKind.Entry).Select(static file => file.Version).ToHashSet();
        var checkpoints = Complete(files);
        var newest = Math.Max(entries.DefaultIfEmpty(-1).Max(), checkpoints.Keys.DefaultIfEmpty(-1).Max());
        if (newest < 0) return null;
        if (target > newest || target < 0)
            throw DeltaFaults.VersionUnknown($"The table has no version {target}; its newest is {newest}", $"Ask for a version up to {newest}");

        var wanted = target ?? newest;
        var start = checkpoints.Keys.Where(version => version <= wanted && !unreadable.Contains(version)).DefaultIfEmpty(-1).Max();
        for (var version = start + 1; version <= wanted; version++)
            if (!entries.Contains(version)) throw Missing(version, wanted, start, entries, boundary, unreadable);
        var replay = Enumerable.Range(0, (int)(wanted - start)).Select(offset => LogFile.EntryName(start + 1 + offset));
        return new LogSegment(wanted, start < 0 ? null : checkpoints[start], [.. replay]);
    }

    private static Contracts.Errors.DataGridException Missing(long missing, long wanted, long start, HashSet<long> entries, long boundary, IReadOnlySet<long> unreadable)
    {
        var oldest = entries.Where(version => version >= 0).DefaultIfEmpty(0).Min();
        var afterDamage = unreadable.Count > 0 ? $" (the checkpoints of the versions {string.Join(", ", unreadable.Order())} are damaged)" : "";
        if (start < 0 && unreadable.Count == 0 && (missing <= boundary || missing < oldest) && wanted <= Math.Max(boundary, oldest))
            return DeltaFaults.VersionVacuumed($"Version {wanted} of the table was cleaned up", "Ask for a newer version: see the table's history");
        return DeltaFaults.Corrupt($"Version {wanted} of the table cannot be read: the log entry {LogFile.EntryName(missing)} is missing{afterDamage}");
    }

    private static SortedDictionary<long, CheckpointFiles> Complete(List<LogFile> files)
    {
        var complete = new SortedDictionary<long, CheckpointFiles>();
        foreach (var parts in files.Where(static file => file.Kind == LogFileKind.CheckpointPart).GroupBy(static file => (file.Version, file.Parts)))
        {
            var names = parts.OrderBy(static part => part.Part).DistinctBy(static part => part.Part).ToList();
            if (names.Count == parts.Key.Parts) complete[parts.Key.Version] = new CheckpointFiles(parts.Key.Version, [.. names.Select(static part => part.Name)]);
        }
        // A single file is preferred over parts, and one of the second specification (which names what it is made of) over a classic one.
        foreach (var kind in new[] { LogFileKind.ClassicCheckpoint, LogFileKind.UuidCheckpoint })
            foreach (var file in files.Where(file => file.Kind == kind).OrderBy(static file => file.Name, StringComparer.Ordinal))
                complete[file.Version] = new CheckpointFiles(file.Version, [file.Name]);
        return complete;
    }
}
