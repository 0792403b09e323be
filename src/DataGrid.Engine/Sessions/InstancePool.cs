using System.Collections.Concurrent;

namespace DataGrid.Engine.Sessions;

/// <summary>
/// Keeps some opened instances waiting, so that a task starts without the milliseconds of opening one. An instance serves one task and is closed;
/// none is ever used twice, so nothing of one task can be left for another.
/// </summary>
/// <remarks>
/// Closing costs more than its own time: the engine gives the whole process's free pages back to the system, and the tasks that run pay for new ones. So the
/// instances of queries are closed together, when nothing runs, or when there are as many as may wait.
/// </remarks>
public sealed class InstancePool : IAsyncDisposable
{
    /// <summary>After so long without a task nothing is disturbed by closing instances.</summary>
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(250);

    private readonly EngineOptions _options;
    private readonly ConcurrentQueue<OpenedInstance> _warm = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _closing = [];
    private readonly List<LockedInstance> _used = [];
    private readonly ITimer _quiet;
    private int _rented;
    private Task _refill = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Opens the first instances in the background.</summary>
    /// <param name="options">The engine's limits.</param>
    /// <param name="time">Tells when it has been quiet for a while; null for the system's clock.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public InstancePool(EngineOptions options, TimeProvider? time = null)
    {
        if (options.Validate() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        _options = options;
        _quiet = (time ?? TimeProvider.System).CreateTimer(_ => CloseUsed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Refill();
    }

    /// <summary>Instances that wait.</summary>
    public int WarmCount => _warm.Count;

    /// <summary>Used instances that wait to be closed.</summary>
    public int UsedCount
    {
        get
        {
            lock (_gate)
                return _used.Count;
        }
    }

    /// <summary>The options.</summary>
    public EngineOptions Options => _options;

    /// <summary>A locked instance, from a warm one if there is any. Blocks for as long as the setup takes.</summary>
    internal LockedInstance Rent(InstanceSetup setup)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Interlocked.Increment(ref _rented);
        try
        {
            var opened = _warm.TryDequeue(out var warm) ? warm : OpenedInstance.Open(_options);
            // Opening the next takes a processor for some milliseconds: while there is another one, that waits until this one comes back.
            if (_warm.IsEmpty) Refill();
            return LockedInstance.Lock(opened, setup);
        }
        catch
        {
            Interlocked.Decrement(ref _rented);
            throw;
        }
    }

    /// <summary>Closes an instance off the caller's path: giving back its memory takes longer than a small task.</summary>
    /// <param name="instance">The instance, which nobody uses any more.</param>
    /// <param name="mayWait">Whether it holds no rows, so that it may be closed later, together with others.</param>
    internal void Return(LockedInstance instance, bool mayWait = false)
    {
        Interlocked.Decrement(ref _rented);
        lock (_gate)
        {
            _used.Add(instance);
            if (!mayWait || _disposed || _used.Count > _options.UsedInstances)
                StartClosing();
            else
                _quiet.Change(QuietTime, Timeout.InfiniteTimeSpan);
        }
        Refill();
    }

    /// <summary>Closes what waits, unless something runs; what runs comes back and asks again.</summary>
    private void CloseUsed()
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _rented) == 0)
                StartClosing();
        }
    }

    /// <summary>Called under the gate.</summary>
    private void StartClosing()
    {
        if (_used.Count == 0)
            return;
        LockedInstance[] instances = [.. _used];
        _used.Clear();
        var closing = new Task(() => Array.ForEach(instances, static instance => instance.Dispose()));
        _closing.Add(closing);
        _ = closing.ContinueWith(Closed, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        closing.Start(TaskScheduler.Default);
    }

    private void Closed(Task closing)
    {
        lock (_gate)
            _closing.Remove(closing);
    }

    /// <summary>Completes when the pool is full; for tests and for warming up before the first task.</summary>
    public Task WarmUpAsync()
    {
        lock (_gate)
            return _refill;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            _disposed = true;
            StartClosing();
            running = [_refill, .. _closing];
        }
        await _quiet.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        while (_warm.TryDequeue(out var instance))
            instance.Dispose();
    }

    /// <summary>One filler at a time, off the caller's path; it ends by itself and is awaited at the end.</summary>
    private void Refill()
    {
        lock (_gate)
        {
            if (!_disposed && _refill.IsCompleted && _warm.Count < _options.WarmInstances)
                _refill = Task.Run(Fill);
        }
    }

    private void Fill()
    {
        while (!_disposed && _warm.Count < _options.WarmInstances)
            _warm.Enqueue(OpenedInstance.Open(_options));
    }
}
