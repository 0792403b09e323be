using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using DataGrid.Contracts.Errors;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DataGrid.Metadata.Postgres.Writing;

/// <summary>
/// Group commit: whatever waits while commits are under way shares the next one, one statement per kind, all in one round trip and one
/// transaction. Invariants: a write is answered after the commit that holds it; after a failed commit nothing of the batch counts as done,
/// and all of it is tried again, which is harmless (<see cref="Write"/>); a write that is refused fails alone.
/// </summary>
internal sealed class WriteQueue : IAsyncDisposable, IDisposable
{
    private readonly Database _database;
    private readonly ILogger _logger;
    private readonly PostgresOptions _options;
    private readonly Channel<Write> _waiting = Channel.CreateUnbounded<Write>();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task[] _lanes;
    private long _commits;
    private int _count;

    public WriteQueue(Database database, ILogger<WriteQueue> logger)
    {
        (_database, _logger, _options) = (database, logger, database.Options);
        _lanes = [.. Enumerable.Range(0, _options.WriteLanes).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>How many commits there were.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Does a write; durable when it answers.</summary>
    /// <exception cref="DataGridException">The database refused, was away for too long (then whether it is applied is unknown), or too much waits.</exception>
    public Task<T> RunAsync<T>(Write<T> write)
    {
        if (Interlocked.Increment(ref _count) > _options.MaxQueuedWrites)
        {
            Interlocked.Decrement(ref _count);
            return Task.FromException<T>(Unavailable($"{_options.MaxQueuedWrites} writes wait for the database {_options.Connection}, as many as {nameof(PostgresOptions.MaxQueuedWrites)} allows"));
        }

        write.Begun = _database.Time.GetTimestamp();
        if (!_waiting.Writer.TryWrite(write))
        {
            Interlocked.Decrement(ref _count);
            return Task.FromException<T>(Unavailable("the metadata store is closed"));
        }

        return write.Task;
    }

    /// <summary>Finishes what waits, as long as the database answers.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_waiting.Writer.TryComplete())
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_lanes).ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>As <see cref="DisposeAsync"/> without waiting; for containers that are disposed synchronously.</summary>
    public void Dispose()
    {
        if (_waiting.Writer.TryComplete())
            _closing.Cancel();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends a lane must reach those who wait.")]
    private async Task RunAsync()
    {
        var batch = new List<Write>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            Take(batch);
            if (batch.Count == 0)
                continue;
            Interlocked.Add(ref _count, -batch.Count);
            try
            {
                await _database.OpenAsync().ConfigureAwait(false);
                await ExecuteAsync(batch).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                batch.ForEach(write => write.Fail(error));
            }
        }
    }

    private void Take(List<Write> batch)
    {
        batch.Clear();
        for (long bytes = 0; batch.Count < _options.MaxBatchWrites && bytes < _options.MaxBatchBytes && _waiting.Reader.TryRead(out var write);)
        {
            batch.Add(write);
            bytes += write.Bytes;
        }
    }

    private async Task ExecuteAsync(List<Write> batch)
    {
        var open = batch;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TransactAsync(open).ConfigureAwait(false);
                Interlocked.Increment(ref _commits);
                _database.Answered();
                open.ForEach(static write => write.Complete());
                return;
            }
            catch (Exception error) when (DatabaseFaults.IsTransient(error))
            {
                _database.Missed(error);
                open.ForEach(static write => write.MayBeApplied |= write.IsSent);
                open = FailOverdue(open, error);
            }
            catch (NpgsqlException error)
            {
                await RefuseAsync(open, error).ConfigureAwait(false);
                return;
            }

            if (open.Count == 0)
                return;
            await Task.Delay(Backoff.After(attempt), _database.Time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task TransactAsync(List<Write> writes)
    {
        await using var connection = await _database.ConnectAsync().ConfigureAwait(false);
        var groups = writes.GroupBy(static write => write.Kind).Select(static group => (Kind: group.Key, Writes: group.OrderBy(static write => write.Order, StringComparer.Ordinal).ToArray())).ToArray();
        var applied = new List<HashSet<string>>();
        await using (var batch = new NpgsqlBatch(connection))
        {
            foreach (var (kind, members) in groups)
                batch.BatchCommands.Add(kind.Command(members));
            // From here on it is only known when the reply says so.
            Array.ForEach(groups, static group => Array.ForEach(group.Writes, static write => write.IsSent = true));
            await using var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
            do
            {
                var marks = new HashSet<string>(StringComparer.Ordinal);
                while (await reader.ReadAsync().ConfigureAwait(false))
                    marks.Add(reader.GetString(0));
                applied.Add(marks);
            }
            while (await reader.NextResultAsync().ConfigureAwait(false));
        }

        // Only here is it committed: the batch is one transaction, and its end was read.
        for (var i = 0; i < groups.Length; i++)
        {
            var (kind, members) = groups[i];
            if (kind.Settle(members, applied[i]) is { Count: > 0 } others)
                await kind.ExplainAsync(others, connection).ConfigureAwait(false);
        }
    }

    // One bad write must not fail its neighbours: the database gives up the whole transaction.
    private async Task RefuseAsync(List<Write> batch, NpgsqlException error)
    {
        if (batch.Count == 1)
        {
            batch[0].Fail(DatabaseFaults.ToException(error, _options.Connection));
            return;
        }

        _logger.WritesRefused(batch.Count, _options.Connection, DatabaseFaults.Reason(error));
        foreach (var write in batch)
            await ExecuteAsync([write]).ConfigureAwait(false);
    }

    private List<Write> FailOverdue(List<Write> batch, Exception error)
    {
        var left = new List<Write>(batch.Count);
        foreach (var write in batch)
        {
            var waited = _database.Time.GetElapsedTime(write.Begun);
            // A store that closes waits no more for a database that is away.
            if (waited < _options.RetryFor && !_closing.IsCancellationRequested)
                left.Add(write);
            else
                write.Fail(DatabaseFaults.ToException(error, _options.Connection, waited));
        }

        return left;
    }

    private static DataGridException Unavailable(string message) =>
        new(new Problem { Code = ErrorCodes.StoreUnavailable, Message = message, Help = "try again later; if it stays so, look at the log" });
}
