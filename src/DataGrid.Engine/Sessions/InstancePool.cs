using System.Collections.Concurrent;

namespace DataGrid.Engine.Sessions;

/// <summary>
/// Keeps some opened instances waiting, so that a task starts without the milliseconds of opening one. An instance serves one task and is closed;
/// none is ever used twice, so nothing of one task can be left for another.
/// </summary>
public sealed class InstancePool : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly ConcurrentQueue<OpenedInstance> _warm = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _closing = [];
    private Task _refill = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Opens the first instances in the background.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public InstancePool(EngineOptions options)
    {
        if (options.Validate() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        _options = options;
        Refill();
    }

    /// <summary>Instances that wait.</summary>
    public int WarmCount => _warm.Count;

    /// <summary>The options.</summary>
    public EngineOptions Options => _options;

    /// <summary>A locked instance, from a warm one if there is any. Blocks for as long as the setup takes.</summary>
    internal LockedInstance Rent(InstanceSetup setup)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var opened = _warm.TryDequeue(out var warm) ? warm : OpenedInstance.Open(_options);
        // Opening the next takes a processor for some milliseconds: while there is another one, that waits until this one comes back.
        if (_warm.IsEmpty) Refill();
        return LockedInstance.Lock(opened, setup);
    }

    /// <summary>Closes an instance off the caller's path: giving back its memory takes longer than a small task.</summary>
    internal void Return(LockedInstance instance)
    {
        var closing = new Task(instance.Dispose);
        lock (_gate)
            _closing.Add(closing);
        _ = closing.ContinueWith(Closed, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        closing.Start(TaskScheduler.Default);
        Refill();
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
            running = [_refill, .. _closing];
        }
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
