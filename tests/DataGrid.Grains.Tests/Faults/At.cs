using DataGrid.Storage;

namespace DataGrid.Grains.Tests.Faults;

/// <summary>Does something when a place is reached for the so-many-th time, and again at each later time if it is told so.</summary>
internal sealed class At(string place, int turn, Func<Task> work) : IFailpoints
{
    private int _hits;

    public bool WasReached => _hits >= turn;

    public async ValueTask HitAsync(string name, CancellationToken cancellationToken)
    {
        if (name == place && Interlocked.Increment(ref _hits) == turn) await work();
    }
}
