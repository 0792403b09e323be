namespace DataGrid.DuckDb.Native;

/// <summary>
/// Interrupts the connection while its token is cancelled and the call it guards runs. Starting a query clears an interrupt that came
/// just before, so one signal can be lost: it is repeated until the call returns, and never sent after that.
/// </summary>
internal sealed class InterruptGuard : IDisposable
{
    private static readonly TimeSpan Repeat = TimeSpan.FromMilliseconds(20);
    private readonly ConnectionHandle _connection;
    private readonly Lock _gate = new();
    private readonly CancellationTokenRegistration _registration;
    private Timer? _timer;
    private bool _done;

    private InterruptGuard(ConnectionHandle connection, CancellationToken cancellation)
    {
        _connection = connection;
        _registration = cancellation.UnsafeRegister(static guard => ((InterruptGuard)guard!).Start(), this);
    }

    /// <returns>null for a token that can never be cancelled.</returns>
    internal static InterruptGuard? Begin(ConnectionHandle connection, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return cancellation.CanBeCanceled ? new InterruptGuard(connection, cancellation) : null;
    }

    public void Dispose()
    {
        _registration.Dispose();
        lock (_gate)
        {
            _done = true;
            _timer?.Dispose();
        }
    }

    private void Start()
    {
        lock (_gate)
        {
            if (_done)
                return;
            NativeMethods.Interrupt(_connection.Raw);
            _timer = new Timer(static guard => ((InterruptGuard)guard!).Again(), this, Repeat, Repeat);
        }
    }

    private void Again()
    {
        lock (_gate)
        {
            if (!_done)
                NativeMethods.Interrupt(_connection.Raw);
        }
    }
}
