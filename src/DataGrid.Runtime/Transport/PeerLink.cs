using System.Diagnostics.CodeAnalysis;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Wire;
using Orleans.Runtime;

namespace DataGrid.Runtime.Transport;

/// <summary>
/// The connection that this silo's calls to one other silo go through; the other silo's calls come through one of its own. Made when
/// there is something to send, made anew after it broke, with a growing wait between attempts. Invariant: a call is either not written,
/// and then goes back to the router, or in flight, and then ends by its answer or, when the connection breaks, as possibly run.
/// </summary>
internal sealed class PeerLink(Cluster cluster, SiloAddress peer) : IFrameHandler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, OutgoingFrame> _inFlight = [];
    private readonly Queue<OutgoingFrame> _waiting = new();
    private FrameConnection? _connection;
    private ulong _number;
    private bool _connecting;
    private bool _closed;
    private TimeSpan _backoff;

    public SiloAddress Peer => peer;

    public bool IsConnected => Volatile.Read(ref _connection) is not null;

    /// <summary>Sends a frame, when there is a connection.</summary>
    public void Send(OutgoingFrame frame)
    {
        FrameConnection? connection;
        lock (_gate)
        {
            connection = _closed ? null : _connection;
            if (connection is null && !_closed)
            {
                if (_waiting.Count >= cluster.Options.MaxQueuedFrames)
                    throw new LimitExceededException($"{_waiting.Count} messages wait for a connection to {peer}, as many as {nameof(ClusteringOptions.MaxQueuedFrames)} allows.");
                _waiting.Enqueue(frame);
                if (!_connecting)
                {
                    _connecting = true;
                    _ = ConnectAsync();
                }

                return;
            }
        }

        if (connection is null || !connection.TryEnqueue(frame, force: false))
            cluster.OnUnsent(frame, $"The connection to {peer} is closed.");
    }

    /// <summary>Sends a frame if there is a connection now.</summary>
    public void SendIfConnected(OutgoingFrame frame)
    {
        if (Volatile.Read(ref _connection)?.TryEnqueue(frame, force: true) != true)
            frame.Release();
    }

    /// <summary>Completes when the other silo answers; fails when the connection cannot be made or breaks.</summary>
    public Task PingAsync()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(OutgoingFrame.Empty(FrameKind.Ping, 0, answered));
        return answered.Task;
    }

    /// <summary>Nobody waits for a call any more.</summary>
    public void Cancel(Call call)
    {
        ulong number;
        lock (_gate)
        {
            number = call.Number;
            if (number == 0 || !_inFlight.Remove(number))
                return;
        }

        SendIfConnected(OutgoingFrame.Empty(FrameKind.Cancel, number));
    }

    /// <summary>The other silo is gone, or this one stops.</summary>
    public void Close(string reason)
    {
        FrameConnection? connection;
        OutgoingFrame[] waiting;
        lock (_gate)
        {
            _closed = true;
            connection = _connection;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        connection?.Close(new IOException(reason));
        foreach (var frame in waiting)
            cluster.OnUnsent(frame, reason);
    }

    public Task DrainAsync(CancellationToken limit) => Volatile.Read(ref _connection)?.DrainAsync(limit) ?? Task.CompletedTask;

    bool IFrameHandler.OnSending(OutgoingFrame frame)
    {
        if (frame.Call is { IsEnded: true })
            return false;
        if (frame.Call is null && frame.Pinging is null)
            return true;
        lock (_gate)
        {
            var number = ++_number;
            frame.SetNumber(number);
            if (frame.Call is { } call)
            {
                call.UnsentReason = null;
                if (call.Method.OneWay)
                    return true;
                call.Number = number;
            }

            _inFlight.Add(number, frame);
            return true;
        }
    }

    void IFrameHandler.OnUnwritten(OutgoingFrame frame)
    {
        lock (_gate)
        {
            // It was in flight already when the connection was closed, and was told so.
            if ((frame.Call is { Method.OneWay: false } || frame.Pinging is not null) && !_inFlight.Remove(frame.Number))
                return;
        }

        cluster.OnUnsent(frame, $"The connection to {peer} is closed.");
    }

    void IFrameHandler.OnFrame(FrameKind kind, ulong number, ReadOnlySpan<byte> body)
    {
        OutgoingFrame? frame;
        lock (_gate)
            _inFlight.Remove(number, out frame);
        if (frame is null)
            return;
        if (kind == FrameKind.Pong)
            frame.Pinging?.TrySetResult();
        else if (kind == FrameKind.Response && frame.Call is { } call)
            cluster.OnResponse(call, new WireReader(body));
    }

    void IFrameHandler.OnClosed(Exception? error, IReadOnlyList<OutgoingFrame> unsent)
    {
        OutgoingFrame[] lost;
        lock (_gate)
        {
            _connection = null;
            lost = [.. _inFlight.Values];
            _inFlight.Clear();
        }

        var reason = error?.Message ?? "The other side closed it.";
        cluster.OnConnection(peer, -1, reason);
        foreach (var frame in lost)
        {
            frame.Pinging?.TrySetException(new IOException(reason));
            frame.Call?.Fail(new SiloUnavailableException(
                $"The connection to {peer} broke while it had {frame.Call.Method.ActivityName} of {frame.Call.Reference.GrainId}: the call may have run. Look at the grain's state before repeating it. {reason}"));
        }

        foreach (var frame in unsent)
            cluster.OnUnsent(frame, reason);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever keeps the connection from being made, what waits for it goes back to the router.")]
    private async Task ConnectAsync()
    {
        // Callers hold turns: they must not pay for a connection.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        OutgoingFrame[] waiting;
        try
        {
            if (_backoff > TimeSpan.Zero)
                await Task.Delay(_backoff, cluster.Stopped).ConfigureAwait(false);
            var stream = await cluster.Transport.ConnectAsync(peer).ConfigureAwait(false);
            var connection = new FrameConnection(stream, cluster.Options.MaxFrameBytes, cluster.Options.MaxQueuedFrames, this);
            _backoff = TimeSpan.Zero;
            cluster.OnConnection(peer, 1, null);
            lock (_gate)
            {
                _connection = connection;
                _connecting = false;
                // In the order in which they came; what is sent meanwhile waits for this lock or comes after.
                while (_waiting.TryDequeue(out var frame))
                    connection.TryEnqueue(frame, force: true);
            }

            _ = connection.ReadAsync();
            if (_closed)
                connection.Close(null);
            return;
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                _connecting = false;
                _backoff = _backoff == TimeSpan.Zero ? cluster.Options.RetryDelay : 2 * _backoff < cluster.Options.MaxRetryDelay ? 2 * _backoff : cluster.Options.MaxRetryDelay;
                waiting = [.. _waiting];
                _waiting.Clear();
            }

            cluster.OnUnreachable(peer, error);
            foreach (var frame in waiting)
                cluster.OnUnsent(frame, $"{peer} cannot be reached: {error.Message}");
        }
    }
}
