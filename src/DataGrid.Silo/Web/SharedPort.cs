using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Silo.Web;

/// <summary>
/// HTTP/1.1 and HTTP/2 on one port without TLS. Kestrel chooses by what TLS negotiates, and without TLS takes every connection for HTTP/1.1; but a client that speaks HTTP/2
/// from the start begins with 24 bytes that no request of HTTP/1.1 can begin with. So each connection's first bytes are looked at, and left where they are, and the
/// connection goes to one of two servers: that of the port, which speaks HTTP/1.1, and that of an endpoint where nobody can connect, which speaks HTTP/2.
/// </summary>
internal static class SharedPort
{
    /// <summary>How long a connection may be silent at its beginning: as long as Kestrel lets one that waits for its next request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(130);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Listens on an address for both.</summary>
    public static void Listen(IWebHostBuilder host, IPAddress address, int port)
    {
        host.ConfigureServices(static services => services.AddSingleton<IConnectionListenerFactory, NowhereFactory>());
        host.ConfigureKestrel(kestrel =>
        {
            ConnectionDelegate? http2 = null;
            kestrel.Listen(address, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => RouteAsync(connection, next, http2!));
            });
            kestrel.Listen(new NowhereEndPoint(), listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(next => http2 = next);
            });
        });
    }

    private static async Task RouteAsync(ConnectionContext connection, ConnectionDelegate http1, ConnectionDelegate http2)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, connection.ConnectionClosed);
        bool? isHttp2 = null;
        try
        {
            while (isHttp2 is null)
            {
                var read = await connection.Transport.Input.ReadAsync(stop.Token);
                isHttp2 = Tell(read.Buffer) ?? (read.IsCompleted ? false : null);
                // Nothing is taken: whoever gets the connection reads from its beginning.
                connection.Transport.Input.AdvanceTo(read.Buffer.Start, isHttp2 is null ? read.Buffer.End : read.Buffer.Start);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // It went away, or never said a word.
            connection.Abort();
            return;
        }
        await (isHttp2.Value ? http2 : http1)(connection);
    }

    /// <summary>Whether it is HTTP/2; null while it cannot be told.</summary>
    internal static bool? Tell(ReadOnlySequence<byte> begun)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(begun.Length, Preface.Length);
        begun.Slice(0, length).CopyTo(first);
        if (!Preface.StartsWith(first[..length])) return false;
        return length == Preface.Length ? true : null;
    }

    /// <summary>Where nobody can connect.</summary>
    internal sealed class NowhereEndPoint : EndPoint
    {
        /// <inheritdoc/>
        public override string ToString() => "nowhere";
    }

    /// <summary>Listens there: takes no connection, until it is told to stop.</summary>
    private sealed class NowhereFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
    {
        public bool CanBind(EndPoint endpoint) => endpoint is NowhereEndPoint;

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken) => ValueTask.FromResult<IConnectionListener>(new Listener(endpoint));

        private sealed class Listener(EndPoint endPoint) : IConnectionListener
        {
            private readonly TaskCompletionSource<ConnectionContext?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public EndPoint EndPoint { get; } = endPoint;

            public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken) => await _ended.Task.WaitAsync(cancellationToken);

            public ValueTask UnbindAsync(CancellationToken cancellationToken)
            {
                _ended.TrySetResult(null);
                return default;
            }

            public ValueTask DisposeAsync() => UnbindAsync(CancellationToken.None);
        }
    }
}
