using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DataGrid.Runtime.Wire;

/// <summary>How the payload of a value is laid out, so that a reader can skip what it does not know. The numbers are on the wire.</summary>
internal enum WireKind
{
    /// <summary>No payload: null, or the default of a struct without content.</summary>
    Null = 0,

    /// <summary>A variable-length number, 7 bits per byte, the lowest first.</summary>
    Varint = 1,

    /// <summary>Eight bytes, little-endian.</summary>
    Fixed = 2,

    /// <summary>A variable-length number of bytes, and the bytes.</summary>
    Bytes = 3,
}

/// <summary>
/// Writes a message into a buffer that grows up to a limit. A field is its number and kind, then its payload; 0 ends a list of fields.
/// Dispose returns the buffer to its pool, unless <see cref="Detach"/> took it.
/// </summary>
internal sealed class WireWriter(int limit) : IDisposable
{
    // A nested length is not known before its content: it takes this many bytes, the upper ones padded, which is a valid variable-length number.
    private const int NestedLengthBytes = 4;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);

    public int Length { get; private set; }

    public int Depth { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Hands the buffer to a caller, who returns it to the shared pool.</summary>
    public byte[] Detach()
    {
        var taken = _buffer;
        _buffer = [];
        return taken;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[Length++] = value;
    }

    public void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _buffer[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[Length++] = (byte)value;
    }

    public void Fixed(ulong value)
    {
        Reserve(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(Length), value);
        Length += 8;
    }

    /// <summary>The bytes alone.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>A length and the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Raw(bytes);
    }

    /// <summary>A length and the UTF-8 of <paramref name="text"/>; lone surrogates are kept as three bytes each.</summary>
    public void Text(string text)
    {
        var length = Utf8.Length(text);
        Varint((ulong)length);
        Reserve(length);
        Utf8.Write(text, _buffer.AsSpan(Length, length));
        Length += length;
    }

    public void Field(uint number, WireKind kind) => Varint(((ulong)number + 1 << 2) | (uint)kind);

    public void EndFields() => Byte(0);

    public void TextField(uint number, string? text)
    {
        if (text is null)
            return;
        Field(number, WireKind.Bytes);
        Text(text);
    }

    public void NumberField(uint number, long value)
    {
        Field(number, WireKind.Varint);
        Varint(ZigZag(value));
    }

    /// <summary>Begins a payload of kind <see cref="WireKind.Bytes"/> whose length is known at its end.</summary>
    public int BeginNested()
    {
        if (++Depth > WireReader.MaxDepth)
            throw new NotSupportedException($"A message is nested deeper than {WireReader.MaxDepth} levels: does it contain itself? Send references to grains, or keys.");
        Reserve(NestedLengthBytes);
        Length += NestedLengthBytes;
        return Length;
    }

    public void EndNested(int begin)
    {
        Depth--;
        var length = (uint)(Length - begin);
        var at = begin - NestedLengthBytes;
        for (var i = 0; i < NestedLengthBytes - 1; i++)
            _buffer[at + i] = (byte)((length >> (7 * i)) | 0x80);
        _buffer[at + NestedLengthBytes - 1] = (byte)((length >> (7 * (NestedLengthBytes - 1))) & 0x7f);
    }

    /// <summary>Overwrites what is at <paramref name="position"/>.</summary>
    public Span<byte> At(int position, int length) => _buffer.AsSpan(position, length);

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private void Reserve(int more)
    {
        if (Length + (long)more > limit)
            throw new WireLimitException(Length + (long)more);
        if (Length + more <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + more, _buffer.Length * 2));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

/// <summary>A message outgrew its limit; whoever knows what it was says so to people.</summary>
internal sealed class WireLimitException(long bytes) : Exception($"A message outgrew its limit at {bytes} bytes.")
{
    public long Bytes => bytes;
}

/// <summary>UTF-8 that keeps lone surrogates, which text may contain: they are written as if they were characters.</summary>
internal static class Utf8
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static int Length(string text) => IsWellFormed(text) ? Strict.GetByteCount(text) : LooseLength(text);

    public static void Write(string text, Span<byte> target)
    {
        if (IsWellFormed(text))
            Strict.GetBytes(text, target);
        else
            WriteLoose(text, target);
    }

    public static string Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return ReadLoose(bytes);
        }
    }

    private static bool IsWellFormed(string text)
    {
        var first = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (first < 0)
            return true;
        for (var i = first; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    // Every unit on its own: simple, and only for text that UTF-8 cannot hold.
    private static int LooseLength(string text) => text.Sum(unit => unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3);

    private static void WriteLoose(string text, Span<byte> target)
    {
        var at = 0;
        foreach (var unit in text)
        {
            if (unit < 0x80)
            {
                target[at++] = (byte)unit;
                continue;
            }

            if (unit < 0x800)
            {
                target[at++] = (byte)(0xC0 | (unit >> 6));
            }
            else
            {
                target[at++] = (byte)(0xE0 | (unit >> 12));
                target[at++] = (byte)(0x80 | ((unit >> 6) & 0x3F));
            }

            target[at++] = (byte)(0x80 | (unit & 0x3F));
        }
    }

    private static string ReadLoose(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            var more = bytes[i] < 0x80 ? 0 : bytes[i] < 0xE0 ? 1 : 2;
            if (bytes[i] >= 0xF0 || i + more >= bytes.Length)
                throw new WireException("A text is not UTF-8.");
            var unit = more switch { 0 => bytes[i], 1 => bytes[i] & 0x1F, _ => bytes[i] & 0x0F };
            for (; more > 0; more--)
                unit = (unit << 6) | (bytes[++i] & 0x3F);
            text.Append((char)unit);
        }

        return text.ToString();
    }
}
