namespace DataGrid.Gateway.Http;

/// <summary>Passes reads on and ends them with a fault after a number of bytes: what is unpacked is counted as it comes, whatever its header promised.</summary>
internal sealed class CountedStream(Stream inner, long maxBytes, Func<Exception> tooMuch) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => Count(await inner.ReadAsync(buffer, cancellationToken));

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Count(int read)
    {
        _read += read;
        return _read > maxBytes ? throw tooMuch() : read;
    }
}
