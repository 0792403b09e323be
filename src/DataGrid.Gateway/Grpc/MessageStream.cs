using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Http;
using Google.Protobuf;

namespace DataGrid.Gateway.Grpc;

/// <summary>What the engine writes, as messages: pieces of a file, or whole rows where each stands on a line. No message is much longer than
/// <see cref="MessageBytes"/>, so that clients with their usual limits take it.</summary>
internal sealed class MessageStream(Func<IMessage, Task> send, bool isRows, long maxBytes) : Stream
{
    private const int MessageBytes = 256 << 10;

    private readonly MemoryStream _waiting = new();
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    /// <summary>Sends what has not been sent.</summary>
    public Task CompleteAsync() => SendAsync(isLast: true);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        _written += buffer.Length;
        if (_written > maxBytes) throw ApiFaults.Of(ErrorCodes.BodyTooLarge, $"the result is longer than {maxBytes} bytes", "ask for less");
        while (buffer.Length > 0)
        {
            var piece = buffer[..Math.Min(buffer.Length, MessageBytes)];
            _waiting.Write(piece.Span);
            buffer = buffer[piece.Length..];
            if (_waiting.Length >= MessageBytes) await SendAsync(isLast: false);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // What was found so far goes out when the engine says so: the first rows of a slow query are there before the last.
    public override Task FlushAsync(CancellationToken cancellationToken) => SendAsync(isLast: false);

    public override void Flush()
    {
        // What is written asynchronously is flushed asynchronously.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task SendAsync(bool isLast)
    {
        var bytes = _waiting.GetBuffer().AsMemory(0, (int)_waiting.Length);
        var whole = isRows && !isLast ? bytes.Span.LastIndexOf((byte)'\n') + 1 : bytes.Length;
        if (whole == 0) return;
        var rest = bytes[whole..].ToArray();
        await send(isRows ? RowsOf(bytes.Span[..whole]) : new V1.QueryResponse { Data = ByteString.CopyFrom(bytes.Span[..whole]) });
        _waiting.SetLength(0);
        _waiting.Write(rest);
    }

    private static V1.QueryResponse RowsOf(ReadOnlySpan<byte> lines)
    {
        var rows = new V1.Rows();
        foreach (var line in lines.Split((byte)'\n'))
            if (!lines[line].IsEmpty) rows.Json.Add(Encoding.UTF8.GetString(lines[line]));
        return new V1.QueryResponse { Rows = rows };
    }
}
