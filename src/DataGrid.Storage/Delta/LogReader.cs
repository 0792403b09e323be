using System.Globalization;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;

namespace DataGrid.Storage.Delta;

/// <summary>
/// Reads versions of a table. Invariants: the versions replayed have no gap; a file that is cut or damaged is refused, or passed over where an older sound one
/// holds the same; what was cleaned up while it was being read is looked for again from the start.
/// </summary>
internal sealed class LogReader(IObjectStore store, TablePaths paths, LogEngine engine, DeltaTableOptions options)
{
    private const int Attempts = 5;

    private readonly CheckpointReader _checkpoints = new(store, paths, engine);

    /// <summary>A version of the table.</summary>
    /// <param name="target">Which; <c>null</c> for the newest.</param>
    /// <param name="known">A version read before, to start from where that is shorter.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns><c>null</c> when there is no table.</returns>
    internal async Task<Snapshot?> ReadAsync(long? target, Snapshot? known, CancellationToken cancellationToken)
    {
        if (target is { } wanted && known?.Version == wanted) return known;
        var unreadable = new HashSet<long>();
        DataGridException? damage = null;
        for (var attempt = 0; attempt < Attempts + unreadable.Count; attempt++)
        {
            var start = attempt == 0 ? await StartAsync(target, known, cancellationToken).ConfigureAwait(false) : "";
            var names = (await ListAsync(start, cancellationToken).ConfigureAwait(false)).ConvertAll(static entry => entry.Path.Name);
            var segment = Choose(names, target, known, await BoundaryAsync(cancellationToken).ConfigureAwait(false), unreadable, damage, isWhole: start.Length == 0);
            if (segment is null && start.Length > 0) continue; // What the hint said is not enough: look at the whole folder.
            if (segment is null) return null;
            try
            {
                if (await ReplayAsync(segment, known, cancellationToken).ConfigureAwait(false) is { } snapshot) return snapshot;
            }
            catch (DataGridException fault) when (fault.Problem.Code == ErrorCodes.TableCorrupt && segment.Checkpoint is { } checkpoint && unreadable.Add(checkpoint.Version))
            {
                damage = fault;
            }
        }
        throw damage ?? DeltaFaults.Corrupt($"The log of {paths.Table} changed faster than it could be read; {Attempts} attempts were made", "Try again");
    }

    /// <summary>Reads a version from its own checkpoint and nothing else.</summary>
    /// <exception cref="DataGridException">There is no such checkpoint, or it is damaged.</exception>
    internal async Task<Snapshot> ReadCheckpointAsync(long version, CancellationToken cancellationToken)
    {
        var names = (await ListAsync("", cancellationToken).ConfigureAwait(false)).ConvertAll(static entry => entry.Path.Name);
        if (LogSegment.Choose(names, version, -1, new HashSet<long>())?.Checkpoint is not { } checkpoint || checkpoint.Version != version)
            throw DeltaFaults.Corrupt($"Version {version} of {paths.Table} has no checkpoint");
        return Snapshot.FromCheckpoint(version, await _checkpoints.ReadAsync(checkpoint, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The entry of a version; <c>null</c> when there is none.</summary>
    internal async Task<LogEntry?> ReadEntryAsync(long version, CancellationToken cancellationToken) =>
        await store.ReadAsync(paths.Entry(version), cancellationToken).ConfigureAwait(false) is { } content ? LogEntry.Parse(version, content) : null;

    /// <summary>Entries of these versions, in order; ends at the first that is not there.</summary>
    internal async Task<IReadOnlyList<LogEntry>> ReadEntriesAsync(long first, long last, CancellationToken cancellationToken)
    {
        var entries = new List<LogEntry>();
        for (var from = first; from <= last; from += options.ReadParallelism)
        {
            var batch = new List<Task<LogEntry?>>();
            for (var version = from; version <= Math.Min(last, from + options.ReadParallelism - 1); version++) batch.Add(ReadEntryAsync(version, cancellationToken));
            foreach (var entry in await Task.WhenAll(batch).ConfigureAwait(false))
            {
                if (entry is null) return entries;
                entries.Add(entry);
            }
        }
        return entries;
    }

    /// <summary>Up to which version entries may be gone; -1 when all are there.</summary>
    internal async Task<long> BoundaryAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(paths.Boundary, cancellationToken).ConfigureAwait(false) is not { } content) return -1;
        return long.TryParse(Encoding.UTF8.GetString(content), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var boundary)
            ? boundary
            : throw DeltaFaults.Corrupt($"{paths.Boundary.Name} does not hold a version");
    }

    /// <summary>The log's files with their times.</summary>
    internal async Task<List<ObjectEntry>> ListAsync(string startAt, CancellationToken cancellationToken)
    {
        var entries = new List<ObjectEntry>();
        await foreach (var entry in store.ListAsync(paths.LogFolder, new ListScope(startAt, Recursive: false), cancellationToken).ConfigureAwait(false)) entries.Add(entry);
        return entries;
    }

    // Only the newest version may start from a hint; an older one may need an older checkpoint.
    private async Task<string> StartAsync(long? target, Snapshot? known, CancellationToken cancellationToken)
    {
        if (target is not null) return "";
        if (known is not null) return LogFile.Digits(known.Version);
        return await HintAsync(cancellationToken).ConfigureAwait(false) is { } version ? LogFile.Digits(version) : "";
    }

    private static LogSegment? Choose(List<string> names, long? target, Snapshot? known, long boundary, HashSet<long> unreadable, DataGridException? damage, bool isWhole)
    {
        try
        {
            return Incremental(names, target, known) ?? LogSegment.Choose(names, target, boundary, unreadable);
        }
        catch (DataGridException) when (!isWhole)
        {
            return null;
        }
        catch (DataGridException) when (damage is not null)
        {
            throw damage; // What is damaged matters more than that nothing older can replace it.
        }
    }

    // From a version that is known: only what came after it.
    private static LogSegment? Incremental(List<string> names, long? target, Snapshot? known)
    {
        if (known is null || known.Version > target) return null;
        var files = names.Select(LogFile.Parse).OfType<LogFile>().ToList();
        var entries = files.Where(file => file.Kind == LogFileKind.Entry).Select(static file => file.Version).ToHashSet();
        var newest = files.Where(static file => file.Kind == LogFileKind.Entry || file.IsCheckpoint).Select(static file => file.Version).DefaultIfEmpty(-1).Max();
        var wanted = target ?? newest;
        if (wanted < known.Version || wanted > newest) return null;
        for (var version = known.Version + 1; version <= wanted; version++)
            if (!entries.Contains(version)) return null;
        // The known version's own entry is gone: it was cleaned up, so the head lies further on.
        if (!entries.Contains(known.Version) && wanted == known.Version) return null;
        return new LogSegment(wanted, null, [.. Enumerable.Range(1, (int)(wanted - known.Version)).Select(offset => LogFile.EntryName(known.Version + offset))]);
    }

    private async Task<Snapshot?> ReplayAsync(LogSegment segment, Snapshot? known, CancellationToken cancellationToken)
    {
        var first = segment.Version - segment.Entries.Length + 1;
        var isIncremental = segment.Checkpoint is null && known is not null && first == known.Version + 1;
        var snapshot = isIncremental ? known : null;
        if (segment.Checkpoint is { } checkpoint)
        {
            snapshot = Snapshot.FromCheckpoint(checkpoint.Version, await _checkpoints.ReadAsync(checkpoint, cancellationToken).ConfigureAwait(false));
            // The checkpoint does not say when its version was committed; its entry does, where it is still there.
            if (segment.Entries.IsEmpty && await ReadEntryAsync(checkpoint.Version, cancellationToken).ConfigureAwait(false) is { Commit: { } commit }) snapshot = snapshot.WithCommit(commit);
        }
        var entries = await ReadEntriesAsync(first, segment.Version, cancellationToken).ConfigureAwait(false);
        if (entries.Count != segment.Entries.Length) return null; // Cleaned up while it was being read.
        foreach (var entry in entries) snapshot = snapshot is null ? Snapshot.FromFirstEntry(entry.Actions) : snapshot.Apply(entry.Version, entry.Actions);
        return snapshot;
    }

    private async Task<long?> HintAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await store.ReadAsync(paths.LastCheckpoint, cancellationToken).ConfigureAwait(false) is not { } content) return null;
            using var document = JsonDocument.Parse(content);
            return document.RootElement.GetProperty("version").GetInt64();
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null; // Only a hint: the folder's list says the same.
        }
    }
}
