using System.Diagnostics;

namespace DataGrid.Runtime;

/// <summary>
/// Runs the turns of one activation, one at a time, first come first served, on whatever pool thread is free. Awaits inside a turn
/// continue here, because <see cref="TaskScheduler.Current"/> is this while a turn runs.
/// </summary>
internal sealed class ActivationScheduler(Activation activation) : TaskScheduler, IThreadPoolWorkItem
{
    // After this long on one thread, other activations get it.
    private static readonly long Quantum = Stopwatch.Frequency / 10;

    private static readonly object StartRequests = new();
    private readonly Lock _gate = new();
    private readonly Queue<object> _work = new();
    private bool _running;
    private bool _startQueued;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Asks for a turn that starts the requests that may start.</summary>
    public void QueueStart()
    {
        lock (_gate)
        {
            if (_startQueued)
                return;
            _startQueued = true;
            _work.Enqueue(StartRequests);
            if (_running)
                return;
            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    void IThreadPoolWorkItem.Execute()
    {
        RuntimeContext.Current = activation;
        var begun = Stopwatch.GetTimestamp();
        var now = begun;
        try
        {
            while (now - begun < Quantum)
            {
                object item;
                lock (_gate)
                {
                    if (!_work.TryDequeue(out item!))
                    {
                        _running = false;
                        return;
                    }

                    if (ReferenceEquals(item, StartRequests))
                        _startQueued = false;
                }

                RunTurn(item as Task);
                var after = Stopwatch.GetTimestamp();
                activation.Silo.OnTurn(activation, after - now);
                now = after;
            }
        }
        finally
        {
            RuntimeContext.Current = null;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            _work.Enqueue(task);
            if (_running)
                return;
            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(RuntimeContext.Current, activation) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return [.. _work.OfType<Task>()];
    }

    private void RunTurn(Task? task)
    {
        if (task is not null)
        {
            TryExecuteTask(task);
            return;
        }

        // A task, because TaskScheduler.Current is only this inside one; made here, so that it carries nothing of the caller's async-locals.
        new Task(static state => ((Activation)state!).StartRequests(), activation, CancellationToken.None, TaskCreationOptions.DenyChildAttach)
            .RunSynchronously(this);
    }
}
