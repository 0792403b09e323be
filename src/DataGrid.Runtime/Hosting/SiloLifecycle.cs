using System.Diagnostics.CodeAnalysis;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>The silo's life: stages start upwards, those of one stage together, and stop downwards; only what started is stopped.</summary>
internal sealed class SiloLifecycle(SiloLog log) : ISiloLifecycle
{
    private readonly List<Entry> _entries = [];

    public int HighestCompletedStage { get; private set; } = int.MinValue;

    public int LowestStoppedStage { get; private set; } = int.MaxValue;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var entry = new Entry(this, observerName, stage, observer);
        lock (_entries)
            _entries.Add(entry);
        return entry;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var stage in Stages().OrderBy(stage => stage.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in stage)
                entry.Started = true;
            await Task.WhenAll(stage.Select(entry => entry.Observer.OnStart(cancellationToken)));
            HighestCompletedStage = stage.Key;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var stage in Stages().OrderByDescending(stage => stage.Key))
        {
            await Task.WhenAll(stage.Where(entry => entry.Started).Select(entry => StopAsync(entry, cancellationToken)));
            LowestStoppedStage = stage.Key;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "One that cannot stop must not keep the others from stopping.")]
    private async Task StopAsync(Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            entry.Started = false;
            await entry.Observer.OnStop(cancellationToken);
        }
        catch (Exception error)
        {
            log.StopFailed(entry.Name, entry.Stage, error);
        }
    }

    private ILookup<int, Entry> Stages()
    {
        lock (_entries)
            return _entries.ToLookup(entry => entry.Stage);
    }

    private sealed class Entry(SiloLifecycle owner, string name, int stage, ILifecycleObserver observer) : IDisposable
    {
        public string Name => name;

        public int Stage => stage;

        public ILifecycleObserver Observer => observer;

        public bool Started { get; set; }

        public void Dispose()
        {
            lock (owner._entries)
                owner._entries.Remove(this);
        }
    }
}
