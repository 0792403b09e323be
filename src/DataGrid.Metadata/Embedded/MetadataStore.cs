using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using DataGrid.Contracts.Errors;
using DataGrid.DuckDb;
using Microsoft.Extensions.Logging;

namespace DataGrid.Metadata.Embedded;

/// <summary>
/// The embedded store: one file, one connection, one thread. Whatever waits while a commit is under way shares the next one.
/// Invariants: only the thread touches the session; an operation is answered after its commit; after a failed commit nothing of the batch
/// counts, and each operation is tried alone.
/// </summary>
internal sealed class MetadataStore : IAsyncDisposable, IDisposable
{
    // Below this a statement per row is cheaper than a join with the table.
    private const int LeastBulk = 4;

    private readonly object _gate = new();
    private readonly Queue<Operation> _queue = new();
    private readonly MetadataOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DatabaseFile _file;
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RootOwner? _owner;
    private Session? _session;
    private Thread? _thread;
    private bool _closing;
    private bool _changed;
    private long _copiedAt;
    private long _commits;

    public MetadataStore(MetadataOptions options, TimeProvider time, ILogger<MetadataStore> logger)
    {
        if (options.Validate().FirstOrDefault() is { } objection)
            throw new ArgumentException(objection, nameof(options));
        _options = options;
        _time = time;
        _logger = logger;
        _file = new DatabaseFile(Path.Combine(options.Root, "metadata"), options.MemoryLimitMegabytes, time, logger);
    }

    /// <summary>How many commits there were.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Takes the root folder and opens the file.</summary>
    /// <returns>Completes when the store is open.</returns>
    /// <exception cref="DataGridException">The folder is owned by someone else or cannot be used.</exception>
    public Task OpenAsync()
    {
        lock (_gate)
        {
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "DataGrid metadata" };
                _thread.Start();
            }
        }

        return _opened.Task;
    }

    /// <summary>Runs <paramref name="work"/> on the store's thread. It may be run again, so it changes nothing but the store.</summary>
    public Task<T> ReadAsync<T>(Func<Session, T> work) => RunAsync(new FunctionOperation<T>(writes: false, work));

    /// <summary>Runs <paramref name="work"/> on the store's thread, and answers when it is durable.</summary>
    public Task<T> WriteAsync<T>(Func<Session, T> work) => RunAsync(new FunctionOperation<T>(writes: true, work));

    /// <summary>Finishes what waits, closes the file, copies it, and gives the folder back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (BeginClosing())
            await _closed.Task;
    }

    /// <summary><see cref="DisposeAsync"/>, waiting for the store's own thread; for containers that are disposed synchronously.</summary>
    public void Dispose()
    {
        if (BeginClosing())
            _thread!.Join();
    }

    private bool BeginClosing()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
            return _thread is not null;
        }
    }

    /// <summary>Runs an operation on the store's thread.</summary>
    public Task<T> RunAsync<T>(Operation<T> operation)
    {
        lock (_gate)
        {
            if (_closing)
                return Task.FromException<T>(Unavailable("The metadata store is closed"));
            if (_queue.Count >= _options.MaxQueuedOperations)
                return Task.FromException<T>(Unavailable($"{_queue.Count} operations wait for the metadata store, as many as {nameof(MetadataOptions.MaxQueuedOperations)} allows"));
            _queue.Enqueue(operation);
            Monitor.Pulse(_gate);
        }

        return operation.Task;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the thread must reach those who wait.")]
    private void Run()
    {
        try
        {
            _owner = RootOwner.Acquire(_options.Root, _time);
            _session = _file.Open();
            _copiedAt = _time.GetTimestamp();
            _opened.SetResult();
            while (NextBatch() is { } batch)
            {
                Execute(batch);
                CopyIfDue();
            }

            Close();
        }
        catch (Exception error)
        {
            if (error is not DataGridException)
                _logger.Unopened(_file.FileName, error);
            _opened.TrySetException(error);
            FailWaiting(error);
        }
        finally
        {
            _session?.Dispose();
            _owner?.Dispose();
            _closed.TrySetResult();
        }
    }

    /// <summary>What waits, at least one operation; null when the store closes and nothing waits.</summary>
    private List<Operation>? NextBatch()
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_closing)
                    return null;
                Monitor.Wait(_gate);
            }

            var batch = new List<Operation>(Math.Min(_queue.Count, _options.MaxBatchOperations));
            while (batch.Count < _options.MaxBatchOperations && _queue.TryDequeue(out var operation))
                batch.Add(operation);
            return batch;
        }
    }

    private void Execute(List<Operation> batch)
    {
        while (batch.Count > 0)
        {
            // Whatever was not reached in time has the next commit.
            List<Operation> left;
            try
            {
                left = Transact(batch);
            }
            catch (DuckDbException error)
            {
                Repeat(batch, error);
                return;
            }

            var open = left.ToHashSet();
            foreach (var operation in batch.Where(operation => !open.Contains(operation)))
                operation.Complete();
            batch = left;
        }
    }

    private List<Operation> Transact(List<Operation> batch)
    {
        var session = _session!;
        var writes = batch.Exists(operation => operation.Writes);
        if (writes)
            session.Begin();
        var left = new List<Operation>();
        var done = false;
        var begun = Stopwatch.GetTimestamp();
        foreach (var part in Parts(batch))
        {
            if (done && Stopwatch.GetElapsedTime(begun) >= _options.MaxBatchTime)
                left.AddRange(part);
            else if (part.Count >= LeastBulk)
                part[0].Bulk!.Execute(session, part);
            else
                part.ForEach(operation => operation.Execute(session));
            done = true;
        }

        if (writes)
        {
            session.Commit();
            Interlocked.Increment(ref _commits);
            _changed = true;
        }

        return left;
    }

    // What one statement does, or one operation alone. The order in a batch is free: its operations were all waiting at the same time.
    private static IEnumerable<List<Operation>> Parts(List<Operation> batch)
    {
        var bulks = new Dictionary<IBulk, (List<Operation> Operations, HashSet<string> Rows)>();
        foreach (var operation in batch)
        {
            if (operation.Bulk is not { } bulk)
            {
                yield return [operation];
                continue;
            }

            if (!bulks.TryGetValue(bulk, out var group))
                bulks.Add(bulk, group = ([], []));
            if (group.Rows.Add(operation.RowId!))
                group.Operations.Add(operation);
            else
                yield return [operation];
        }

        foreach (var (operations, _) in bulks.Values)
            yield return operations;
    }

    // One bad operation must not fail its neighbours: DuckDB gives up the whole transaction.
    private void Repeat(List<Operation> batch, DuckDbException error)
    {
        _session!.Rollback();
        if (batch.Count == 1)
            batch[0].Fail(DatabaseFile.IsDiskFull(error) ? DatabaseFile.DiskFull(_file.FileName, error) : error);
        if (error.Kind is DuckDbErrorKind.Fatal)
            Reopen(batch);
        if (batch.Count == 1)
            return;
        _logger.BatchFailed(batch.Count, error.Message);
        foreach (var operation in batch)
            Execute([operation]);
    }

    // DuckDB refuses everything until the file is opened anew.
    private void Reopen(List<Operation> batch)
    {
        try
        {
            _session!.Dispose();
            _session = null;
            _session = _file.Open();
        }
        catch (Exception error)
        {
            foreach (var operation in batch)
                operation.Fail(error);
            throw;
        }
    }

    private void CopyIfDue()
    {
        if (!_changed || _time.GetElapsedTime(_copiedAt) < _options.CopyInterval)
            return;
        Close();
        _session = _file.Open();
    }

    // Closing writes the log into the file, so that the file alone is whole and can be copied.
    private void Close()
    {
        _session?.Dispose();
        _session = null;
        _copiedAt = _time.GetTimestamp();
        if (!_changed)
            return;
        _changed = false;
        try
        {
            _file.Copy();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _logger.CopyFailed(_file.FileName, _options.CopyInterval, error);
        }
    }

    private void FailWaiting(Exception error)
    {
        lock (_gate)
        {
            _closing = true;
            while (_queue.TryDequeue(out var operation))
                operation.Fail(error);
        }
    }

    private static DataGridException Unavailable(string message) =>
        new(new Problem { Code = ErrorCodes.StoreUnavailable, Message = message, Help = "Try again later; if it stays so, look at the log." });
}
