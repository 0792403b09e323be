using System.Collections.Concurrent;

namespace DataGrid.Engine.Sessions;

/// <summary>
/// Keeps some opened instances waiting, so that a task starts without the milliseconds of opening one. An instance serves one task and is closed, so nothing of one
/// task can be left for another; only queries of one session over the same inputs may use one after another.
/// </summary>
/// <remarks>
/// Closing costs more than its own time: the engine gives the whole process's free pages back to the system, and the tasks that run pay for new ones. So
/// instances that hold no rows are closed together, when nothing runs, or when there are as many as may wait.
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
    private readonly KeptInstances _kept;
    private readonly TimeProvider _time;
    private readonly ITimer _quiet;
    private readonly ITimer _idle;
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
        _time = time ?? TimeProvider.System;
        _kept = new KeptInstances(options.SessionInstances, options.SessionIdle);
        _quiet = _time.CreateTimer(_ => CloseUsed(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _idle = _time.CreateTimer(_ => CloseIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>Locked instances that wait for their sessions' next queries.</summary>
    public int KeptCount
    {
        get
        {
            lock (_gate)
                return _kept.Count;
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

    /// <summary>The instance that an earlier query with the same key left as it found it; null when there is none. It is rented by that.</summary>
    internal LockedInstance? RentKept(string key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        lock (_gate)
        {
            var instance = _kept.Take(key);
            if (instance is not null)
                Interlocked.Increment(ref _rented);
            return instance;
        }
    }

    /// <summary>Keeps an instance, with its views, for the next query with the same key.</summary>
    internal void Keep(string key, LockedInstance instance)
    {
        Interlocked.Decrement(ref _rented);
        lock (_gate)
        {
            if (_kept.Count == 0 && !_disposed)
                _idle.Change(_options.SessionIdle, Timeout.InfiniteTimeSpan);
            Retire(_disposed ? [instance] : _kept.Keep(key, instance, _time.GetUtcNow()), mayWait: true);
        }
        Refill();
    }

    /// <summary>Closes an instance off the caller's path: giving back its memory takes longer than a small task.</summary>
    /// <param name="instance">The instance, which nobody uses any more.</param>
    /// <param name="mayWait">Whether it holds no rows, so that it may be closed later, together with others.</param>
    internal void Return(LockedInstance instance, bool mayWait = false)
    {
        Interlocked.Decrement(ref _rented);
        lock (_gate)
        {
            Retire([instance], mayWait);
        }
        Refill();
    }

    /// <summary>Called under the gate.</summary>
    private void Retire(IReadOnlyList<LockedInstance> instances, bool mayWait)
    {
        _used.AddRange(instances);
        if (!mayWait || _disposed || _used.Count > _options.UsedInstances)
            StartClosing();
        else
            _quiet.Change(QuietTime, Timeout.InfiniteTimeSpan);
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

    private void CloseIdle()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            Retire(_kept.Expire(_time.GetUtcNow()), mayWait: true);
            if (_kept.Count > 0)
                _idle.Change(_options.SessionIdle, Timeout.InfiniteTimeSpan);
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
            _used.AddRange(_kept.Clear());
            StartClosing();
            running = [_refill, .. _closing];
        }
        await _quiet.DisposeAsync().ConfigureAwait(false);
        await _idle.DisposeAsync().ConfigureAwait(false);
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
