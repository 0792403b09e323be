using DataGrid.Core.DeltaLog;

namespace DataGrid.Storage.Delta;

/// <summary>
/// Writes a table's checkpoints beside its commits. Invariants: one is written at a time; at most one more waits, and that is the newest asked for; nobody
/// waits for one but who stops the table. A checkpoint that fails, or a process that dies in it, costs later readers time and nothing else.
/// </summary>
/// <param name="write">Writes the checkpoint of a version. What it throws goes to <paramref name="onFault"/>.</param>
/// <param name="onFault">Told what failed; the next interval tries again.</param>
/// <param name="stopAfter">How long a stop waits for what is under way.</param>
/// <param name="clock">The clock.</param>
internal sealed class CheckpointDuty(Func<Snapshot, CancellationToken, Task> write, Action<Exception> onFault, TimeSpan stopAfter, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Snapshot? _wanted;
    private Task _work = Task.CompletedTask;
    private bool _isWorking;

    /// <summary>Asks for a checkpoint of this version, soon.</summary>
    internal void Ask(Snapshot snapshot)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return;
            _wanted = snapshot;
            if (_isWorking) return;
            _isWorking = true;
            _work = Task.Run(WorkAsync);
        }
    }

    /// <summary>Ends when nothing is asked for any more.</summary>
    internal Task IdleAsync()
    {
        lock (_gate) return _work;
    }

    /// <summary>Waits until nothing is asked for, at most for the time of a stop; then stops.</summary>
    internal async Task StopAsync()
    {
        var work = IdleAsync();
        await Task.WhenAny(work, Task.Delay(stopAfter, clock)).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await work.ConfigureAwait(false);
    }

    /// <summary>Stops at once; what is under way ends by itself.</summary>
    public void Dispose() => _stopping.Cancel();

    private async Task WorkAsync()
    {
        while (Next() is { } snapshot)
        {
            try
            {
                await write(snapshot, _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception fault)
            {
                onFault(fault);
            }
        }
    }

    private Snapshot? Next()
    {
        lock (_gate)
        {
            var next = _stopping.IsCancellationRequested ? null : _wanted;
            _wanted = null;
            _isWorking = next is not null;
            return next;
        }
    }
}
