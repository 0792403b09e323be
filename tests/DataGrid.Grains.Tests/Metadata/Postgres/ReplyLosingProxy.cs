using System.Net;
using System.Net.Sockets;

namespace DataGrid.Grains.Tests.Metadata.Postgres;

/// <summary>Stands between a store and its database. Armed, it lets the next request through and breaks the connection instead of handing the reply on.</summary>
internal sealed class ReplyLosingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile string? _marker;

    public ReplyLosingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many replies were lost.</summary>
    public int Lost { get; private set; }

    /// <summary>The reply to the next request whose text holds <paramref name="marker"/> is lost.</summary>
    public void LoseReplyTo(string marker) => _marker = marker;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_closing.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        var state = new Relay();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            await Task.WhenAny(RequestsAsync(near.GetStream(), far.GetStream(), state), RepliesAsync(far.GetStream(), near.GetStream(), state));
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException)
        {
            // A broken connection is what this is for.
        }
    }

    private async Task RequestsAsync(NetworkStream from, NetworkStream to, Relay state)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await from.ReadAsync(buffer, _closing.Token)) > 0;)
        {
            if (_marker is { } marker && System.Text.Encoding.UTF8.GetString(buffer, 0, read).Contains(marker, StringComparison.Ordinal))
            {
                _marker = null;
                state.LosesReply = true;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _closing.Token);
        }
    }

    // The server sends its reply after the commit, so that the reply's first byte says that the request was carried out.
    private async Task RepliesAsync(NetworkStream from, NetworkStream to, Relay state)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = await from.ReadAsync(buffer, _closing.Token)) > 0;)
        {
            if (state.LosesReply)
            {
                Lost++;
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _closing.Token);
        }
    }

    private sealed class Relay
    {
        public volatile bool LosesReply;
    }
}
