using System.Net;
using System.Net.Sockets;

namespace DataGrid.Runtime.Tests;

/// <summary>Stands between two silos and holds back what goes one way, the other, or both, as a broken network does.</summary>
internal sealed class TcpProxy : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stopped = new();
    private volatile TaskCompletionSource _towards = Open();
    private volatile TaskCompletionSource _back = Open();

    public TcpProxy(IPEndPoint target)
    {
        _target = target;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Nothing reaches the target any more.</summary>
    public void HoldTowards() => _towards = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nothing comes back from the target any more.</summary>
    public void HoldBack() => _back = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        _towards.TrySetResult();
        _back.TrySetResult();
    }

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var source = await _listener.AcceptAsync(_stopped.Token);
                var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await target.ConnectAsync(_target, _stopped.Token);
                _ = PumpAsync(source, target, () => _towards.Task);
                _ = PumpAsync(target, source, () => _back.Task);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The test is over, or the target is gone.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<Task> gate)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer, _stopped.Token) is var length && length > 0)
            {
                await gate().WaitAsync(_stopped.Token);
                for (var sent = 0; sent < length;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), _stopped.Token);
            }
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One end is gone: so is the other.
        }

        from.Dispose();
        to.Dispose();
    }
}
