using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace DataGrid.Engine.Projects;

/// <summary>Workers that cost much to make and serve one thread at a time. Made when they are first needed.</summary>
/// <typeparam name="TWorker">The worker.</typeparam>
internal sealed class WorkerPool<TWorker>(Func<TWorker> make, int threads) : IDisposable where TWorker : class, IDisposable
{
    private readonly ConcurrentBag<TWorker> _free = [];

    /// <summary>Runs all items on the workers; results are in the order of the items.</summary>
    public ImmutableArray<TResult> Run<TItem, TResult>(ImmutableArray<TItem> items, Func<TWorker, TItem, TResult> run, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Length];
        void One(int i) => results[i] = Use(worker => run(worker, items[i]));
        if (threads == 1 || items.Length == 1)
        {
            for (var i = 0; i < items.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                One(i);
            }
        }
        else
        {
            Parallel.For(0, items.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, One);
        }
        return ImmutableArray.Create(results);
    }

    /// <summary>Runs something on any worker.</summary>
    public TResult Use<TResult>(Func<TWorker, TResult> run)
    {
        var worker = _free.TryTake(out var free) ? free : make();
        try
        {
            return run(worker);
        }
        finally
        {
            _free.Add(worker);
        }
    }

    public void Dispose()
    {
        foreach (var worker in _free) worker.Dispose();
    }
}
