using System.Buffers.Binary;

namespace DataGrid.Runtime.Wire;

/// <summary>What came is not a message. The connection that it came on cannot be trusted any more.</summary>
internal sealed class WireException(string message) : Exception(message);

/// <summary>Reads what <see cref="WireWriter"/> wrote; nothing in the bytes makes it read past their end or allocate more than they justify.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>How deep messages may be nested.</summary>
    public const int MaxDepth = 100;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private int _depth;

    public readonly int Left => _bytes.Length - _at;

    public readonly ReadOnlySpan<byte> Rest => _bytes[_at..];

    public byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw Ended();

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new WireException("A number has more than ten bytes.");
    }

    public long Number() => UnZigZag(Varint());

    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A length and that many bytes.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        return length <= (ulong)Left ? Take((int)length) : throw Ended();
    }

    public string Text() => Utf8.Read(Bytes());

    /// <summary>A count of things that take at least a byte each.</summary>
    public int Count()
    {
        var count = Varint();
        return count <= (ulong)Left ? (int)count : throw Ended();
    }

    /// <summary>A reader of a nested payload.</summary>
    public WireReader Nested()
    {
        if (_depth >= MaxDepth)
            throw new WireException($"A message is nested deeper than {MaxDepth} levels.");
        return new WireReader(Bytes()) { _depth = _depth + 1 };
    }

    /// <summary>The next field; false at the end of the list.</summary>
    public bool Field(out uint number, out WireKind kind)
    {
        var tag = Varint();
        kind = (WireKind)(tag & 3);
        number = (uint)((tag >> 2) - 1);
        return tag != 0;
    }

    public void Skip(WireKind kind)
    {
        switch (kind)
        {
            case WireKind.Varint:
                Varint();
                break;
            case WireKind.Fixed:
                Take(8);
                break;
            case WireKind.Bytes:
                Bytes();
                break;
        }
    }

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > Left)
            throw Ended();
        _at += length;
        return _bytes.Slice(_at - length, length);
    }

    private static WireException Ended() => new("A message ends before its last value.");
}
