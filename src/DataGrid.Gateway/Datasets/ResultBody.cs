using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Datasets;

/// <summary>The body of a result. Nothing is sent before there is something to send, so that a query that fails at once gets a proper answer; more than is allowed ends it.</summary>
internal sealed class ResultBody(HttpContext http, Action begin, long maxBytes) : Stream
{
    private long _written;

    /// <summary>Whether anything was sent.</summary>
    public bool HasBegun { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _written; set => throw new NotSupportedException(); }

    /// <summary>Begins the answer, when nothing did before.</summary>
    public void Begin()
    {
        if (HasBegun) return;
        HasBegun = true;
        begin();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        _written += buffer.Length;
        if (_written > maxBytes) throw new InvalidOperationException($"the result is longer than {maxBytes} bytes");
        Begin();
        await http.Response.Body.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => HasBegun ? http.Response.Body.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush()
    {
        // What is written asynchronously is flushed asynchronously.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
