using System.Collections.Concurrent;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Wire;
using Orleans.Runtime;

namespace DataGrid.Runtime.Transport;

/// <summary>
/// A connection that another silo made, and its calls that run here. Numbers of calls rise on a connection: a number that does not is a
/// frame that came twice, and is dropped, so that a replay within a connection runs nothing again.
/// </summary>
internal sealed class InboundConnection : IFrameHandler, IDisposable
{
    private readonly Cluster _cluster;
    private readonly ConcurrentDictionary<ulong, InboundCall> _running = new();
    private readonly FrameConnection _connection;
    private ulong _last;

    public InboundConnection(Cluster cluster, Stream stream, SiloAddress peer)
    {
        _cluster = cluster;
        Peer = peer;
        _connection = new FrameConnection(stream, cluster.Options.MaxFrameBytes, cluster.Options.MaxQueuedFrames, this);
    }

    public SiloAddress Peer { get; }

    public Task ReadAsync() => _connection.ReadAsync();

    public void Close(string reason) => _connection.Close(new IOException(reason));

    public void Dispose() => _connection.Dispose();

    public Task DrainAsync(CancellationToken limit) => _connection.DrainAsync(limit);

    /// <summary>Answers a call.</summary>
    public void Respond(InboundCall call, OutgoingFrame frame)
    {
        _running.TryRemove(call.Number, out _);
        Answer(frame);
    }

    /// <summary>Answers a call that cannot run.</summary>
    public void Answer(OutgoingFrame frame)
    {
        if (!_connection.TryEnqueue(frame, force: true))
            frame.Release();
    }

    bool IFrameHandler.OnSending(OutgoingFrame frame) => true;

    void IFrameHandler.OnFrame(FrameKind kind, ulong number, ReadOnlySpan<byte> body)
    {
        switch (kind)
        {
            case FrameKind.Request when IsNew(number):
                OnRequest(number, body);
                break;
            case FrameKind.Cancel:
                if (_running.TryRemove(number, out var cancelled))
                    cancelled.Cancel();
                break;
            case FrameKind.Ping when IsNew(number):
                Answer(OutgoingFrame.Empty(FrameKind.Pong, number));
                break;
            case FrameKind.Announce:
                _cluster.OnNewerView((long)number);
                break;
        }
    }

    // An answer, which nobody can hear any more.
    void IFrameHandler.OnUnwritten(OutgoingFrame frame)
    {
    }

    void IFrameHandler.OnClosed(Exception? error, IReadOnlyList<OutgoingFrame> unsent)
    {
        // Nobody can hear the answers. What has not started never will; what runs, runs on.
        foreach (var call in _running.Values)
            call.Abandon();
        _running.Clear();
        _cluster.Transport.OnInboundClosed(this, error);
    }

    private bool IsNew(ulong number)
    {
        if (number <= _last)
        {
            _cluster.Log.FrameTwice(Peer, number);
            return false;
        }

        _last = number;
        return true;
    }

    private void OnRequest(ulong number, ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var header = RequestHeader.Read(ref reader, _cluster.Codecs);
        if (header.View > _cluster.View.Version)
            _cluster.OnNewerView(header.View);
        var call = _cluster.Receive(this, number, header, ref reader);
        if (call is null)
            return;
        if (!header.OneWay)
            _running[number] = call;
        _cluster.Silo.Calls.Receive(call);
    }
}
