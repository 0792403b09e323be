using System.Runtime.CompilerServices;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Maintenance;

namespace DataGrid.Storage.Delta;

/// <summary>
/// One Delta Lake table on an object store. Any number of them may be open on one table, in any number of processes: put-if-absent keeps them apart; the writer
/// epoch lets only the newest go on. Safe for many callers at once.
/// </summary>
public sealed class DeltaTable : IAsyncDisposable, IDisposable
{
    private readonly IObjectStore _store;
    private readonly LogEngine _engine;
    private readonly DeltaTableOptions _options;
    private readonly TimeProvider _clock;
    private readonly LogReader _reader;
    private readonly CommitPump _pump;
    private readonly CheckpointDuty _checkpoints;
    private readonly SemaphoreSlim _filesGate = new(1, 1);
    private Snapshot? _known;

    /// <summary>Opens a table; nothing is read or written yet, and it need not exist.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="paths">Its folder in the store.</param>
    /// <param name="engine">The engine for checkpoints, shared by tables and owned by the caller.</param>
    /// <param name="options">Limits; checked.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="known">A version that was read before, to start from; null when there is none.</param>
    public DeltaTable(IObjectStore store, TablePaths paths, LogEngine engine, DeltaTableOptions options, TimeProvider clock, Snapshot? known = null)
    {
        if (options.Validate().FirstOrDefault() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        (_store, Paths, _engine, _options, _clock, _known) = (store, paths, engine, options, clock, known);
        _reader = new LogReader(store, paths, engine, options);
        _pump = new CommitPump(store, paths, _reader, () => Volatile.Read(ref _known), options, clock);
        _checkpoints = new CheckpointDuty(WriteCheckpointAsync, fault => options.OnBackgroundFault?.Invoke($"checkpoint of {paths.Table}", fault), options.CheckpointStop, clock);
    }

    /// <summary>The table's paths.</summary>
    public TablePaths Paths { get; }

    /// <summary>The newest version; <c>null</c> when there is no table. Starts from
    /// what was read before, so that it costs one list and the new entries.</summary>
    /// <exception cref="DataGridException">The table is damaged or needs a feature that is not supported.</exception>
    /// <exception cref="ObjectStoreException">The store failed.</exception>
    public async Task<Snapshot?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var from = Newer(Volatile.Read(ref _known), _pump.Head);
        var head = await _reader.ReadAsync(null, from, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _known, head);
        return head;
    }

    /// <summary>One version.</summary>
    /// <exception cref="DataGridException">The version does not exist (<see cref="ErrorCodes.VersionUnknown"/>),
    /// was cleaned up (<see cref="ErrorCodes.VersionVacuumed"/>), or is damaged.</exception>
    public async Task<Snapshot> ReadVersionAsync(long version, CancellationToken cancellationToken) =>
        await _reader.ReadAsync(version, Volatile.Read(ref _known) is { } known && known.Version <= version ? known : null, cancellationToken).ConfigureAwait(false)
        ?? throw DeltaFaults.VersionUnknown($"There is no table in {Paths.Table}", "Run the pipeline that writes it");

    /// <summary>The version that was the newest at a time.</summary>
    /// <exception cref="DataGridException">The time lies before the oldest version or after the newest.</exception>
    public async Task<Snapshot> ReadAsOfAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var times = await TimesAsync(cancellationToken).ConfigureAwait(false);
        return await ReadVersionAsync(TimeTravel.At(times, time.ToUnixTimeMilliseconds()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The versions from the newest down, as far as entries are kept.</summary>
    public async IAsyncEnumerable<HistoryEntry> ReadHistoryAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var times = TimeTravel.Adjust(await TimesAsync(cancellationToken).ConfigureAwait(false));
        for (var at = times.Count - 1; at >= 0; at--)
        {
            if (await _reader.ReadEntryAsync(times[at].Version, cancellationToken).ConfigureAwait(false) is not { } entry) yield break;
            var adds = entry.Actions.OfType<AddFile>().ToList();
            var rows = adds.TrueForAll(static add => FileStatistics.RowsOf(add) is not null) ? adds.Sum(static add => FileStatistics.RowsOf(add)) : null;
            yield return new HistoryEntry(entry.Version, DateTimeOffset.FromUnixTimeMilliseconds(times[at].Milliseconds), entry.Commit?.Operation ?? "", entry.Members, adds.Count,
                entry.Actions.OfType<RemoveFile>().Count(), rows, adds.Sum(static add => add.SizeBytes), entry.Actions.Any(static action => action is MetadataAction));
        }
    }

    /// <summary>The entries after one version up to another, in order: what an incremental reader takes.</summary>
    /// <exception cref="DataGridException">One of them was cleaned up (<see cref="ErrorCodes.VersionVacuumed"/>).</exception>
    public async Task<IReadOnlyList<LogEntry>> ReadChangesAsync(long after, long upTo, CancellationToken cancellationToken)
    {
        var entries = await _reader.ReadEntriesAsync(after + 1, upTo, cancellationToken).ConfigureAwait(false);
        return entries.Count == upTo - after ? entries
            : throw DeltaFaults.VersionVacuumed($"The changes of version {after + 1 + entries.Count} of {Paths.Table} were cleaned up", "Read the whole table instead (--full-refresh)");
    }

    /// <summary>A new writer of this process begins: its first commit raises the table's epoch, so that every earlier writer, of this process too, is replaced.</summary>
    public void BeginWriting() => _pump.Begin();

    /// <summary>Commits; appends that wait at the same time share an entry. Every so many versions a checkpoint follows, for
    /// which nobody waits. The files must be durable in the table's folder (<see cref="IObjectStore.AdoptAsync"/>).</summary>
    /// <exception cref="ObjectStoreException">The store failed; ask for the same commit again, it is recognised if it succeeded.</exception>
    public async Task<CommitOutcome> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        // A restore names files that vacuum may be about to delete: only one of the two at a time.
        var isRestore = request.Kind == CommitKind.Restore;
        if (isRestore) await _filesGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var outcome = await _pump.CommitAsync(request, cancellationToken).ConfigureAwait(false);
            if (outcome is CommitOutcome.Committed { Version: var version } && version > 0 && version % _options.CheckpointInterval == 0 && _pump.Head is { } head) _checkpoints.Ask(head);
            return outcome;
        }
        finally
        {
            if (isRestore) _filesGate.Release();
        }
    }

    /// <summary>Brings back an older version with a new commit.</summary>
    /// <param name="version">The version to bring back.</param>
    /// <param name="provenanceJson">What to record about it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>A conflict when rows were changed since the newest version was looked at.</returns>
    /// <exception cref="DataGridException">The version does not exist or was cleaned up.</exception>
    public async Task<CommitOutcome> RestoreAsync(long version, string? provenanceJson, CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(cancellationToken).ConfigureAwait(false) ?? throw DeltaFaults.VersionUnknown($"There is no table in {Paths.Table}", "Run the pipeline that writes it");
        var target = await ReadVersionAsync(version, cancellationToken).ConfigureAwait(false);
        var request = new CommitRequest { CommitId = Guid.NewGuid(), Kind = CommitKind.Restore, BaseVersion = head.Version, RestoreTarget = target, ProvenanceJson = provenanceJson };
        return await CommitAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a checkpoint of the newest version now.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        if (await ReadHeadAsync(cancellationToken).ConfigureAwait(false) is not { } head) return;
        await new CheckpointWriter(_store, Paths, _engine, _options, _clock).WriteAsync(head, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes log entries and checkpoints that are older than <see cref="DeltaTableOptions.LogRetention"/>. Answers how many files went.</summary>
    public Task<int> CleanUpLogAsync(CancellationToken cancellationToken) => Maintenance().CleanUpLogAsync(cancellationToken);

    /// <summary>Removes files that nothing needs any more.</summary>
    /// <param name="retention">How long files stay after they left the table; <c>null</c> for <see cref="DeltaTableOptions.FileRetention"/>.</param>
    /// <param name="isDryRun">Only say which.</param>
    /// <param name="allowShortRetention">Allow a retention that could destroy running work: only when nothing runs and nobody reads.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="DataGridException">The retention is too short, or the table cannot be written here.</exception>
    public async Task<VacuumReport> VacuumAsync(TimeSpan? retention, bool isDryRun, bool allowShortRetention, CancellationToken cancellationToken)
    {
        await _filesGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Maintenance().VacuumAsync(retention ?? _options.FileRetention, isDryRun, allowShortRetention, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _filesGate.Release();
        }
    }

    /// <summary>Rewrites small files, and files with deleted rows, into bigger ones. Yields to
    /// every other commit: on a conflict nothing has changed, and it may be tried again.</summary>
    public Task<CompactionReport> CompactAsync(CompactionLimits limits, CancellationToken cancellationToken) => new Compactor(this, _store, _engine, _options, _clock).RunAsync(limits, cancellationToken);

    /// <summary>For tests: ends when no checkpoint is under way.</summary>
    internal Task CheckpointsAsync() => _checkpoints.IdleAsync();

    /// <summary>Waits for a checkpoint that is under way, at most for <see cref="DeltaTableOptions.CheckpointStop"/>, and closes the table.</summary>
    public async ValueTask DisposeAsync()
    {
        await _checkpoints.StopAsync().ConfigureAwait(false);
        Dispose();
    }

    /// <summary>Closes the table; a checkpoint that is under way is given up.</summary>
    public void Dispose()
    {
        _checkpoints.Dispose();
        _pump.Dispose();
        _filesGate.Dispose();
    }

    private TableMaintenance Maintenance() => new(this, _reader, _pump, _store, _options, _clock);

    private async Task WriteCheckpointAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        await new CheckpointWriter(_store, Paths, _engine, _options, _clock).WriteAsync(snapshot, cancellationToken).ConfigureAwait(false);
        if (_options.CleansLog) await CleanUpLogAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<VersionTime>> TimesAsync(CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        if (head is null) return [];
        var files = await _reader.ListAsync("", cancellationToken).ConfigureAwait(false);
        var entries = files.Select(static file => (File: LogFile.Parse(file.Path.Name), file.LastModified)).Where(static one => one.File?.Kind == LogFileKind.Entry).ToList();
        var inCommitFrom = InCommitFrom(head);
        var times = new List<VersionTime>();
        foreach (var chunk in entries.Chunk(_options.ReadParallelism))
            times.AddRange(await Task.WhenAll(chunk.Select(one => TimeAsync(one.File!.Version, one.LastModified, inCommitFrom, cancellationToken))).ConfigureAwait(false)); // Only entries are left.
        return times;
    }

    private async Task<VersionTime> TimeAsync(long version, DateTimeOffset modified, long inCommitFrom, CancellationToken cancellationToken)
    {
        var entry = version >= inCommitFrom ? await _reader.ReadEntryAsync(version, cancellationToken).ConfigureAwait(false) : null;
        return new VersionTime(version, entry?.Commit?.InCommitTimestamp, modified.ToUnixTimeMilliseconds());
    }

    // From which version on commits carry their own time; an entry before that is dated by its file.
    private static long InCommitFrom(Snapshot head)
    {
        if (!ProtocolSupport.IsOn(head.Metadata, TableFeatures.EnableInCommitTimestamps)) return long.MaxValue;
        return long.TryParse(head.Metadata.Configuration.GetValueOrDefault(TableFeatures.InCommitTimestampEnablementVersion), out var version) ? version : 0;
    }

    private static Snapshot? Newer(Snapshot? left, Snapshot? right) => left is null || right?.Version > left.Version ? right : left;
}
