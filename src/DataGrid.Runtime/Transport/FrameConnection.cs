using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using DataGrid.Runtime.Wire;

namespace DataGrid.Runtime.Transport;

/// <summary>What one end of a connection does with what passes.</summary>
internal interface IFrameHandler
{
    /// <summary>Called before a frame is written, on whatever thread writes; false drops the frame.</summary>
    bool OnSending(OutgoingFrame frame);

    /// <summary>A frame came; must not wait.</summary>
    void OnFrame(FrameKind kind, ulong number, ReadOnlySpan<byte> body);

    /// <summary>The connection ended between <see cref="OnSending"/> and the write: the frame was never written. Comes after, or beside, <see cref="OnClosed"/>.</summary>
    void OnUnwritten(OutgoingFrame frame);

    /// <summary>The connection ended; these frames were never written. Called once.</summary>
    void OnClosed(Exception? error, IReadOnlyList<OutgoingFrame> unsent);
}

/// <summary>
/// Frames over a stream, both ways. Whoever queues a frame while nobody writes, writes, so that an idle connection costs no hop between
/// threads and a busy one writes many frames at once. The queue is bounded: see <see cref="TryEnqueue"/> and <see cref="WaitForRoomAsync"/>.
/// </summary>
internal sealed class FrameConnection(Stream stream, int maxFrameBytes, int maxQueuedFrames, IFrameHandler handler) : IDisposable
{
    private const int FlushBytes = 64 * 1024;

    // After this much, a thread that only wanted to send one frame leaves the rest to the pool.
    private const int InlineBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<OutgoingFrame> _queue = new();
    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024, minimumReadSize: 4096, leaveOpen: true));
    private readonly PipeWriter _writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 32 * 1024, leaveOpen: true));
    private readonly CancellationTokenSource _closing = new();
    private TaskCompletionSource? _room;
    private bool _writing;
    private bool _closed;

    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Queues a frame. False when the connection is closed; then nothing happened.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="force">Whether the bound does not count: answers, whose senders pause reading instead.</param>
    /// <exception cref="Orleans.Runtime.LimitExceededException">Too many frames wait.</exception>
    public bool TryEnqueue(OutgoingFrame frame, bool force)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            if (!force && _queue.Count >= maxQueuedFrames)
            {
                throw new Orleans.Runtime.LimitExceededException(
                    $"{_queue.Count} messages wait for a connection, as many as {nameof(Clustering.ClusteringOptions.MaxQueuedFrames)} allows: the other silo is slow, or is called too often.");
            }

            _queue.Enqueue(frame);
            if (_writing)
                return true;
            _writing = true;
        }

        _ = WriteAsync(InlineBytes);
        return true;
    }

    /// <summary>Completes when the queue is below its bound: whoever reads requests waits for it, so that a peer that takes no answers can ask nothing more.</summary>
    public ValueTask WaitForRoomAsync()
    {
        lock (_gate)
        {
            if (_closed || _queue.Count < maxQueuedFrames)
                return default;
            _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task);
        }
    }

    /// <summary>Completes when nothing is left to write.</summary>
    public async Task DrainAsync(CancellationToken limit)
    {
        while (!limit.IsCancellationRequested)
        {
            lock (_gate)
            {
                if (_closed || (_queue.Count == 0 && !_writing))
                    return;
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }

    /// <summary>Reads until the end.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the connection is told to its handler.")]
    public async Task ReadAsync()
    {
        Exception? error = null;
        try
        {
            while (true)
            {
                var result = await _reader.ReadAsync(_closing.Token).ConfigureAwait(false);
                var buffer = result.Buffer;
                while (TryHandle(ref buffer))
                    await WaitForRoomAsync().ConfigureAwait(false);
                _reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    break;
            }
        }
        catch (Exception thrown)
        {
            error = thrown;
        }

        Close(error);
        await _reader.CompleteAsync().ConfigureAwait(false);
    }

    public void Close(Exception? error)
    {
        OutgoingFrame[] unsent;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            unsent = [.. _queue];
            _queue.Clear();
            _room?.TrySetResult();
        }

        _closing.Cancel();
        stream.Dispose();
        handler.OnClosed(error, unsent);
        foreach (var frame in unsent)
            frame.Release();
    }

    public void Dispose()
    {
        Close(null);
        _closing.Dispose();
    }

    private bool TryHandle(ref ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < OutgoingFrame.KindAt)
            return false;
        Span<byte> prefix = stackalloc byte[OutgoingFrame.KindAt];
        buffer.Slice(0, OutgoingFrame.KindAt).CopyTo(prefix);
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length < OutgoingFrame.HeaderBytes - OutgoingFrame.KindAt || length > maxFrameBytes)
            throw new WireException($"A frame of {length} bytes came; {nameof(Clustering.ClusteringOptions.MaxFrameBytes)} is {maxFrameBytes}, and should be the same on all silos.");
        if (buffer.Length < OutgoingFrame.KindAt + length)
            return false;
        var frame = buffer.Slice(OutgoingFrame.KindAt, length);
        if (frame.IsSingleSegment)
        {
            Handle(frame.FirstSpan);
        }
        else
        {
            var rented = ArrayPool<byte>.Shared.Rent(length);
            frame.CopyTo(rented);
            Handle(rented.AsSpan(0, length));
            ArrayPool<byte>.Shared.Return(rented);
        }

        buffer = buffer.Slice(OutgoingFrame.KindAt + length);
        return true;
    }

    private void Handle(ReadOnlySpan<byte> frame) =>
        handler.OnFrame((FrameKind)frame[0], BinaryPrimitives.ReadUInt64LittleEndian(frame[1..]), frame[(OutgoingFrame.HeaderBytes - OutgoingFrame.KindAt)..]);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ends the connection is told to its handler.")]
    private async Task WriteAsync(int budget)
    {
        try
        {
            var pending = 0;
            while (true)
            {
                OutgoingFrame? frame;
                lock (_gate)
                {
                    if (!_queue.TryDequeue(out frame) && pending == 0)
                    {
                        _writing = false;
                        return;
                    }

                    if (_room is { } room && _queue.Count < maxQueuedFrames)
                    {
                        _room = null;
                        room.TrySetResult();
                    }
                }

                if (frame is not null)
                {
                    var isWanted = handler.OnSending(frame);
                    // Whoever closed it meanwhile did not find this frame: it was in no queue any more, and perhaps not yet in flight.
                    if (isWanted && IsClosed)
                    {
                        handler.OnUnwritten(frame);
                        frame.Release();
                        return;
                    }

                    if (isWanted)
                    {
                        _writer.Write(frame.Span);
                        pending += frame.Length;
                    }

                    frame.Release();
                }

                if (pending > 0 && (frame is null || pending >= FlushBytes))
                {
                    budget -= pending;
                    pending = 0;
                    await _writer.FlushAsync(_closing.Token).ConfigureAwait(false);
                    if (budget <= 0)
                    {
                        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                        budget = int.MaxValue;
                    }
                }
            }
        }
        catch (Exception error)
        {
            Close(error);
        }
    }
}
