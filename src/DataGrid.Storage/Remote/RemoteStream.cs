using DataGrid.Contracts.Storage;

namespace DataGrid.Storage.Remote;

/// <summary>An object as a stream, read piece by piece: a broken connection costs one piece, and all pieces are of the same content.</summary>
internal sealed class RemoteStream(RemoteObjectStore store, ObjectEntry entry, int pieceBytes) : Stream
{
    private byte[] _piece = [];
    private int _used;
    private long _next;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => entry.SizeBytes;

    public override long Position
    {
        get => _next - (_piece.Length - _used);
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty) return 0;
        if (_used == _piece.Length && !await NextAsync(cancellationToken).ConfigureAwait(false)) return 0;
        var count = Math.Min(buffer.Length, _piece.Length - _used);
        _piece.AsMemory(_used, count).CopyTo(buffer);
        _used += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        if (_next >= entry.SizeBytes) return false;
        var piece = await store.ReadRangeAsync(entry.Path, _next, (int)Math.Min(pieceBytes, entry.SizeBytes - _next), entry.ETag, cancellationToken).ConfigureAwait(false);
        if (piece is not { Length: > 0 }) throw new ObjectStoreException(StoreFault.NotFound, $"'{entry.Path}' in {store.Description} changed or vanished while it was read.", null);
        (_piece, _used, _next) = (piece, 0, _next + piece.Length);
        return true;
    }
}
