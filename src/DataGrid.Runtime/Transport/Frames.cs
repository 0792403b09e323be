using System.Buffers;
using System.Buffers.Binary;
using DataGrid.Runtime.Wire;

namespace DataGrid.Runtime.Transport;

/// <summary>
/// The versions of the wire protocol that this build speaks. Both sides use the highest that both speak. Within a version, fields,
/// members and kinds of frames may be added; a change that an older silo would misread raises <see cref="Max"/>, and <see cref="Min"/> one release later.
/// </summary>
internal static class WireVersion
{
    public const int Min = 1;
    public const int Max = 1;
}

/// <summary>What a frame is. The numbers are on the wire; a kind that a silo does not know is skipped.</summary>
internal enum FrameKind : byte
{
    /// <summary>First frame of who connects: who it is and whom it wants.</summary>
    Hello = 1,

    /// <summary>The answer: go on.</summary>
    Welcome = 2,

    /// <summary>The other answer: why not.</summary>
    Refuse = 3,

    /// <summary>A call.</summary>
    Request = 4,

    /// <summary>How a call ended.</summary>
    Response = 5,

    /// <summary>Nobody waits for a call any more.</summary>
    Cancel = 6,

    /// <summary>Are you there?</summary>
    Ping = 7,

    /// <summary>Yes.</summary>
    Pong = 8,

    /// <summary>The membership has a newer version.</summary>
    Announce = 9,
}

/// <summary>
/// A frame on its way out. On the wire: four bytes little-endian with the length of what follows, one byte of <see cref="FrameKind"/>, eight
/// bytes with a number that answers refer to, and the body.
/// </summary>
internal sealed class OutgoingFrame
{
    public const int HeaderBytes = 13;
    public const int KindAt = 4;
    public const int NumberAt = 5;

    private byte[] _buffer;

    private OutgoingFrame(byte[] buffer, int length)
    {
        _buffer = buffer;
        Length = length;
    }

    public int Length { get; }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    /// <summary>The call that it carries, at the caller's side.</summary>
    public Call? Call { get; init; }

    /// <summary>What waits for the answer to a ping.</summary>
    public TaskCompletionSource? Pinging { get; init; }

    public static WireWriter Begin(int limit)
    {
        var writer = new WireWriter(limit);
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        writer.Raw(header);
        return writer;
    }

    /// <summary>Takes the buffer of a writer that <see cref="Begin"/> made.</summary>
    public static OutgoingFrame End(WireWriter writer, FrameKind kind, ulong number, Call? call = null, TaskCompletionSource? pinging = null)
    {
        var length = writer.Length;
        var buffer = writer.Detach();
        BinaryPrimitives.WriteInt32LittleEndian(buffer, length - KindAt);
        buffer[KindAt] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(NumberAt), number);
        return new OutgoingFrame(buffer, length) { Call = call, Pinging = pinging };
    }

    public static OutgoingFrame Empty(FrameKind kind, ulong number, TaskCompletionSource? pinging = null)
    {
        using var writer = Begin(HeaderBytes);
        return End(writer, kind, number, pinging: pinging);
    }

    /// <summary>What answers refer to; zero until a connection has given one.</summary>
    public ulong Number { get; private set; }

    public void SetNumber(ulong number)
    {
        Number = number;
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(NumberAt), number);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
