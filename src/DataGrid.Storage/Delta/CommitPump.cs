using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Maintenance;

namespace DataGrid.Storage.Delta;

/// <summary>
/// Commits to one table, one entry at a time. Invariants: a caller is answered only when its entry is durable and lies above the boundary of clean-up; an entry
/// whose outcome is unknown is put again at the same version before anything else is; a writer that was replaced never writes again until a new one begins here; a fault answers everybody
/// whom it concerns. Whoever waits first does the work for all who wait (appends that wait together share an entry).
/// </summary>
/// <param name="store">Where the table is.</param>
/// <param name="paths">Its folder.</param>
/// <param name="reader">Reads its log.</param>
/// <param name="known">A version that was read before, for the first look to start from; null when there is none.</param>
/// <param name="options">Limits.</param>
/// <param name="clock">The clock.</param>
internal sealed class CommitPump(IObjectStore store, TablePaths paths, LogReader reader, Func<Snapshot?> known, DeltaTableOptions options, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _gate = new();
    private readonly LinkedList<PendingCommit> _waiting = new();
    private readonly SortedDictionary<long, LogEntry> _recent = [];
    private WriterEpoch? _epoch;
    private (long Version, Guid EntryId)? _unresolved;
    private bool _headIsKnown;
    private bool _begins;
    private bool _hasLooked;

    /// <summary>The newest version that this pump knows; <c>null</c> before the first look or when there is no table.</summary>
    internal Snapshot? Head { get; private set; }

    /// <summary>Commits, together with others where that is possible.</summary>
    /// <param name="request">The commit.</param>
    /// <param name="cancellationToken">Ends the waiting. A commit that is being written may
    /// still succeed; asked again, it answers <see cref="CommitOutcome.AlreadyDone"/>.</param>
    internal async Task<CommitOutcome> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        var pending = new PendingCommit(request);
        lock (_gate)
        {
            if (_waiting.Count >= options.QueueSize)
                throw new ObjectStoreException(StoreFault.Throttled, $"{options.QueueSize} commits wait for {paths.Table}; try again later.", null);
            _waiting.AddLast(pending);
        }
        try
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_gate) _waiting.Remove(pending);
            throw;
        }
        try
        {
            // From here on the work is for others too: one caller's cancellation must not end it.
            while (!pending.Outcome.IsCompleted) await CommitSomeAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
        return await pending.Outcome.ConfigureAwait(false);
    }

    /// <summary>Runs work while no commit is under way, on the newest version.</summary>
    internal async Task<T> BetweenCommitsAsync<T>(Func<Snapshot?, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            return await work(Head).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A new writer begins here: the next commit claims an epoch of its own, also after an earlier writer of this pump was replaced.</summary>
    internal void Begin() => Volatile.Write(ref _begins, true);

    public void Dispose() => _turn.Dispose();

    private async Task CommitSomeAsync()
    {
        var batch = TakeBatch();
        if (batch.Count == 0) return;
        try
        {
            if (Interlocked.Exchange(ref _begins, false)) (_epoch, _headIsKnown) = (null, false);
            await CommitBatchAsync(batch).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // What is on disk is not known any more: look again before the next entry.
            (Head, _headIsKnown) = (null, false);
            _recent.Clear();
            batch.ForEach(one => one.Fail(fault));
            PutBack(batch);
        }
    }

    private List<PendingCommit> TakeBatch()
    {
        lock (_gate)
        {
            var batch = new List<PendingCommit>();
            // A compaction lets others go first, but not for ever: then it has an entry of its own, and those who wait have the next.
            if (_waiting.First is { Value.PassedOver: var passed } patient && passed >= options.CompactionPatience && patient.Value.Request.Kind == CommitKind.Compaction)
            {
                _waiting.RemoveFirst();
                return [patient.Value];
            }
            while (_waiting.First is { } first && batch.Count < options.GroupSize)
            {
                batch.Add(first.Value);
                _waiting.RemoveFirst();
            }
            return batch;
        }
    }

    private void PutBack(IEnumerable<PendingCommit> batch)
    {
        lock (_gate)
            foreach (var one in batch.Where(static one => !one.Outcome.IsCompleted).Reverse()) _waiting.AddFirst(one);
    }

    private async Task CommitBatchAsync(List<PendingCommit> batch)
    {
        var entryId = Guid.NewGuid();
        var byRequest = batch.ToDictionary(static one => one.Request, ReferenceEqualityComparer.Instance as IEqualityComparer<CommitRequest>);
        for (var race = 0; ; race++)
        {
            var isFresh = race >= 1 || !_headIsKnown;
            if (isFresh) await RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            var plan = CommitPlanner.Plan([.. batch.Where(static one => !one.Outcome.IsCompleted).Select(static one => one.Request)], await FactsAsync(batch, entryId).ConfigureAwait(false));
            // An entry that was planned on an old head is stopped by put-if-absent; an answer is not, so none is given before a look at the newest head.
            if (!plan.Finished.IsEmpty && !isFresh) continue;
            foreach (var finished in plan.Finished) await FinishAsync(byRequest[finished.Request], finished.Outcome).ConfigureAwait(false);
            if (plan.Accepted.IsEmpty) break;
            if (await RefuseMissingFilesAsync(plan.Accepted.Select(request => byRequest[request])).ConfigureAwait(false)) continue;
            await options.Failpoints.HitAsync(Failpoints.CommitPlanned, CancellationToken.None).ConfigureAwait(false);

            var content = ActionWriter.Write(plan.Actions);
            var (entry, next) = Check(plan, content);
            _unresolved = (plan.Version, entryId);
            if (await PutAsync(entry, content, entryId).ConfigureAwait(false))
            {
                Advance(entry, next);
                await options.Failpoints.HitAsync(Failpoints.CommitBeforeAnswer, CancellationToken.None).ConfigureAwait(false);
                foreach (var request in plan.Accepted) byRequest[request].Finish(new CommitOutcome.Committed(plan.Version));
                foreach (var request in plan.Later.Where(static one => one.Kind == CommitKind.Compaction)) byRequest[request].PassedOver++;
                break;
            }
            if (race >= options.RaceRetries)
                foreach (var request in plan.Accepted) byRequest[request].Finish(new CommitOutcome.Conflict($"other writers won {race} versions in a row; try again later"));
        }
        PutBack(batch);
    }

    // Before anything is written: the bytes read back as they were meant, and the next version can be replayed from them.
    private (LogEntry Entry, Snapshot Next) Check(CommitPlan plan, byte[] content)
    {
        var entry = LogEntry.Parse(plan.Version, content);
        var next = Head is null ? Snapshot.FromFirstEntry(entry.Actions) : Head.Apply(plan.Version, entry.Actions);
        var adds = plan.Actions.OfType<AddFile>().ToList();
        if (adds.Exists(add => !next.Files.ContainsKey(add.Key)) || plan.Actions.OfType<RemoveFile>().Any(remove => next.Files.ContainsKey(remove.Key)))
            throw DeltaFaults.Invariant($"The entry of version {plan.Version} does not do what was planned");
        return (entry, next);
    }

    /// <summary>Puts the entry; <c>false</c> when another's is there. While the outcome is unknown it is settled at this very version: either the entry stands
    /// there, or the same put is repeated. A fault is repeated too and never settled by reading, since what can be read may not be durable yet; "exists"
    /// promises that it is.</summary>
    private async Task<bool> PutAsync(LogEntry entry, byte[] content, Guid entryId)
    {
        var delay = options.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            await options.Failpoints.HitAsync(Failpoints.CommitBeforePut, CancellationToken.None).ConfigureAwait(false);
            try
            {
                var outcome = await store.PutIfAbsentAsync(paths.Entry(entry.Version), content, CancellationToken.None).ConfigureAwait(false);
                await options.Failpoints.HitAsync(Failpoints.CommitAfterPut, CancellationToken.None).ConfigureAwait(false);
                if (outcome == PutOutcome.Created) return await IsAboveBoundaryAsync(entry.Version).ConfigureAwait(false);
                var there = await reader.ReadEntryAsync(entry.Version, CancellationToken.None).ConfigureAwait(false);
                if (there is not null) return CommitPlanner.WhenTaken(there, entryId) == TakenDecision.Mine && await IsAboveBoundaryAsync(entry.Version).ConfigureAwait(false);
                if (outcome == PutOutcome.Exists) return false; // It was there and has been cleaned up since: the head lies further on.
            }
            catch (ObjectStoreException fault) when (fault.IsTransient && attempt < options.UnknownRetries)
            {
                // Not known either: the same again, below.
            }
            if (attempt >= options.UnknownRetries) throw NotKnown(entry.Version, attempt);
            await Task.Delay(delay, clock, CancellationToken.None).ConfigureAwait(false);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private ObjectStoreException NotKnown(long version, int attempts) => new(StoreFault.Unavailable,
        $"Whether version {version} of {paths.Table} was committed is not known: the store did not answer {attempts} times. Ask for the same commit again; it is recognised if it succeeded.", null);

    private async Task<bool> IsAboveBoundaryAsync(long version)
    {
        if (version > await reader.BoundaryAsync(CancellationToken.None).ConfigureAwait(false)) return true;
        // The version had been used and cleaned up while this writer slept: its name was free, but the table is far ahead.
        await store.DeleteAsync(paths.Entry(version), CancellationToken.None).ConfigureAwait(false);
        (Head, _headIsKnown) = (null, false);
        return false;
    }

    private void Advance(LogEntry entry, Snapshot next)
    {
        (Head, _unresolved) = (next, null);
        _epoch = _epoch! with { IsEstablished = true }; // A plan was made with it.
        Remember(entry);
    }

    private void Remember(LogEntry entry)
    {
        const int Remembered = 256;
        _recent[entry.Version] = entry;
        while (_recent.Count > Remembered) _recent.Remove(_recent.Keys.First());
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        // After a fault nothing that is in memory counts; before the first look, what others read is as good as reading it again.
        Head = await reader.ReadAsync(null, Head ?? (_hasLooked ? null : known()), cancellationToken).ConfigureAwait(false);
        (_headIsKnown, _hasLooked) = (true, true);
        // An earlier put of ours whose outcome stayed unknown may stand by now; then its claim to the epoch is ours, not another's.
        if (_unresolved is not { } unresolved || await reader.ReadEntryAsync(unresolved.Version, cancellationToken).ConfigureAwait(false) is not { } there) return;
        if (there.EntryId == unresolved.EntryId && _epoch is not null) _epoch = _epoch with { IsEstablished = true };
        _unresolved = null;
    }

    private async Task<TableFacts> FactsAsync(List<PendingCommit> batch, Guid entryId)
    {
        _epoch ??= WriterEpoch.Claim(Head);
        return new TableFacts
        {
            Head = Head,
            Since = await SinceAsync(batch).ConfigureAwait(false),
            Epoch = _epoch,
            NowMilliseconds = clock.GetUtcNow().ToUnixTimeMilliseconds(),
            EntryId = entryId,
            NewTableId = Guid.NewGuid(),
            OldestFile = options.FileRetention / 2,
            Engine = options.Engine,
        };
    }

    private async Task<Dictionary<long, InterveningChanges>> SinceAsync(List<PendingCommit> batch)
    {
        var since = new Dictionary<long, InterveningChanges>();
        if (Head is not { } head) return since;
        foreach (var based in batch.Select(static one => one.Request.BaseVersion).OfType<long>().Where(version => version < head.Version).Distinct())
        {
            var known = _recent.Where(entry => entry.Key > based && entry.Key <= head.Version).Select(static entry => entry.Value).ToList();
            if (known.Count != head.Version - based)
            {
                var read = await reader.ReadEntriesAsync(based + 1, head.Version, CancellationToken.None).ConfigureAwait(false);
                if (read.Count != head.Version - based) continue; // Cleaned up: the planner answers that.
                known = [.. read];
            }
            since[based] = InterveningChanges.Of(known);
        }
        return since;
    }

    private async Task<bool> RefuseMissingFilesAsync(IEnumerable<PendingCommit> accepted)
    {
        var anyRefused = false;
        foreach (var pending in accepted.Where(static one => !one.FilesAreVerified))
        {
            var adds = pending.Request is { Kind: CommitKind.Restore, RestoreTarget: { } target } && Head is { } head ? Rollback.FilesToAdd(head, target) : pending.Request.Adds;
            var found = await Task.WhenAll(adds.Select(add => store.StatAsync(paths.File(DataPath.Canonical(add.Path)), CancellationToken.None))).ConfigureAwait(false);
            var wrong = adds.Zip(found).FirstOrDefault(static pair => pair.Second?.SizeBytes != pair.First.SizeBytes);
            if (wrong.First is null)
            {
                pending.FilesAreVerified = true;
                continue;
            }
            anyRefused = true;
            pending.Finish(MissingFile(pending.Request.Kind, wrong.First, wrong.Second));
        }
        return anyRefused;
    }

    private CommitOutcome.Refused MissingFile(CommitKind kind, AddFile add, ObjectEntry? found) => new(new Problem
    {
        Code = kind == CommitKind.Restore ? ErrorCodes.VersionVacuumed : ErrorCodes.TableCorrupt,
        Message = found is null ? $"The file '{add.Path}' of {paths.Table} is not there" : $"The file '{add.Path}' of {paths.Table} has {found.SizeBytes} bytes, but {add.SizeBytes} were written",
        Help = kind == CommitKind.Restore ? "That version's files have been vacuumed; choose a newer version" : "Run the step again",
    });

    private async Task FinishAsync(PendingCommit pending, CommitOutcome outcome)
    {
        if (outcome is CommitOutcome.AlreadyDone && pending.Request.Transaction is { } transaction)
            outcome = new CommitOutcome.AlreadyDone(await FindTransactionAsync(transaction).ConfigureAwait(false));
        pending.Finish(outcome);
    }

    // The first version that had got as far as this transaction.
    private async Task<long> FindTransactionAsync(CommitTransaction transaction)
    {
        const int MostEntries = 2000;
        var found = Head!.Version; // Something was committed, so there is a head.
        for (var version = Head.Version; version >= 0 && version > Head.Version - MostEntries; version--)
        {
            var entry = _recent.TryGetValue(version, out var known) ? known : await reader.ReadEntryAsync(version, CancellationToken.None).ConfigureAwait(false);
            if (entry is null) break;
            if (entry.Actions.OfType<TransactionAction>().FirstOrDefault(one => one.AppId == transaction.AppId) is not { } action) continue;
            if (action.Version < transaction.Version) break;
            found = version;
            if (action.Version == transaction.Version) break;
        }
        return found;
    }
}
