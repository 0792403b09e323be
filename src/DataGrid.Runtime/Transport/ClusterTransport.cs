using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Membership;
using Orleans.Runtime;

namespace DataGrid.Runtime.Transport;

/// <summary>The connections of a silo: one to each silo that it calls, one from each that calls it.</summary>
internal sealed class ClusterTransport(Cluster cluster)
{
    private readonly ConcurrentDictionary<SiloAddress, PeerLink> _links = new();
    private readonly ConcurrentDictionary<InboundConnection, bool> _inbound = new();
    private readonly TlsLayer? _tls = TlsLayer.Create(cluster.Options, TimeProvider.System);
    private Socket? _listener;
    private volatile bool _closed;

    /// <summary>Takes the port, so that the silo's address is known; nobody is served before <see cref="Accept"/>.</summary>
    public IPEndPoint Bind()
    {
        _tls?.Files();
        var listener = new Socket(cluster.Options.ListenEndpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(cluster.Options.ListenEndpoint);
            listener.Listen(512);
        }
        catch (SocketException error)
        {
            listener.Dispose();
            throw new OrleansConfigurationException(
                $"{nameof(ClusteringOptions.ListenEndpoint)} {cluster.Options.ListenEndpoint} cannot be used: {error.Message}. Does another silo run there?", error);
        }

        _listener = listener;
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    public void Accept() => _ = AcceptAsync(_listener!);

    public PeerLink LinkTo(SiloAddress silo) => _links.TryGetValue(silo, out var link) ? link : _links.GetOrAdd(silo, static (peer, cluster) => new PeerLink(cluster, peer), cluster);

    /// <summary>Breaks with a silo that is gone.</summary>
    public void Drop(SiloAddress silo, string reason)
    {
        if (_links.TryRemove(silo, out var link))
            link.Close(reason);
        foreach (var (connection, _) in _inbound)
        {
            if (connection.Peer.Equals(silo))
                connection.Close(reason);
        }
    }

    /// <summary>Tells the others, as far as they are connected, that there is a newer view.</summary>
    public void Announce(long version)
    {
        foreach (var (_, link) in _links)
            link.SendIfConnected(OutgoingFrame.Empty(FrameKind.Announce, (ulong)version));
    }

    /// <summary>A connection to another silo, after the handshake.</summary>
    public async Task<Stream> ConnectAsync(SiloAddress peer)
    {
        if (_closed)
            throw new IOException("This silo has stopped.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cluster.Stopped);
        limit.CancelAfter(cluster.Options.ConnectTimeout);
        var socket = new Socket(peer.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(cluster.Redirect?.Invoke(peer.Endpoint) ?? peer.Endpoint, limit.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (_tls is not null)
                stream = await _tls.AsClientAsync(stream, limit.Token);
            var (min, max) = cluster.Options.WireVersions;
            await Handshake.ConnectAsync(stream, new Hello(cluster.Silo.Options.ClusterId, cluster.Self, peer, cluster.Silo.Options.SiloName, min, max), limit.Token);
            return stream;
        }
        catch (OperationCanceledException) when (!cluster.Stopped.IsCancellationRequested)
        {
            socket.Dispose();
            throw new IOException($"No answer within {cluster.Options.ConnectTimeout}.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void OnInboundClosed(InboundConnection connection, Exception? error)
    {
        if (_inbound.TryRemove(connection, out _))
            cluster.OnConnection(connection.Peer, -1, error?.Message);
    }

    /// <summary>Waits until what was said is on its way.</summary>
    public Task DrainAsync(CancellationToken limit) =>
        Task.WhenAll(_inbound.Keys.Select(connection => connection.DrainAsync(limit)).Concat(_links.Values.Select(link => link.DrainAsync(limit))));

    public void Close(string reason)
    {
        _closed = true;
        _listener?.Dispose();
        foreach (var (connection, _) in _inbound)
            connection.Close(reason);
        foreach (var (_, link) in _links)
            link.Close(reason);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_closed)
        {
            try
            {
                var socket = await listener.AcceptAsync();
                socket.NoDelay = true;
                _ = WelcomeAsync(socket);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                if (_closed)
                    return;
                cluster.Log.AcceptFailed(error);
                await Task.Delay(cluster.Options.RetryDelay);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whoever connects wrongly must not stop the silo.")]
    private async Task WelcomeAsync(Socket socket)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        InboundConnection connection;
        try
        {
            using var limit = new CancellationTokenSource(cluster.Options.ConnectTimeout);
            if (_tls is not null)
                stream = await _tls.AsServerAsync(stream, limit.Token);
            var hello = await Handshake.AcceptAsync(stream, limit.Token);
            if (Refusal(hello, out var version) is { } refusal)
            {
                cluster.Log.Refused(hello.Name, hello.From, refusal.Message);
                await Handshake.RefuseAsync(stream, refusal.Code, refusal.Message, limit.Token);
                await stream.DisposeAsync();
                return;
            }

            await Handshake.WelcomeAsync(stream, version, limit.Token);
            connection = new InboundConnection(cluster, stream, hello.From);
        }
        catch (Exception error)
        {
            await stream.DisposeAsync();
            if (!_closed)
                cluster.Log.HandshakeFailed(error.Message);
            return;
        }

        cluster.OnConnection(connection.Peer, 1, null);
        _inbound[connection] = true;
        if (_closed)
            connection.Close("The silo stopped.");
        await connection.ReadAsync();
    }

    private RefusedException? Refusal(Hello hello, out int version)
    {
        version = 0;
        var silo = cluster.Silo.Options;
        if (_closed)
            return new(RefusalCode.Stopping, $"{cluster.Self} stops.");
        if (hello.ClusterId != silo.ClusterId)
            return new(RefusalCode.OtherCluster, $"{cluster.Self} belongs to cluster {silo.ClusterId}, {hello.From} to {hello.ClusterId}: one of them has the wrong address or cluster id.");
        if (!hello.To.Equals(cluster.Self))
            return new(RefusalCode.OtherLife, $"{hello.To} is gone: {cluster.Self} listens there now.");
        if (cluster.View.Find(hello.From) is { Status: MembershipStatus.Dead })
            return new(RefusalCode.CallerIsDead, $"{hello.From} was declared dead.");
        if (Handshake.Common(cluster.Options.WireVersions, (hello.MinVersion, hello.MaxVersion)) is not { } common)
        {
            return new(
                RefusalCode.NoCommonVersion,
                $"{hello.From} speaks versions {hello.MinVersion} to {hello.MaxVersion} of the wire protocol, {cluster.Self} {cluster.Options.WireVersions.Min} to {cluster.Options.WireVersions.Max}: upgrade through a release that speaks both.");
        }

        version = common;
        return null;
    }
}
