using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DataGrid.Worker.Children;

/// <summary>What a frame between a worker and its child carries.</summary>
internal enum ChildFrameKind : byte
{
    /// <summary>To the child, once: <see cref="ChildSetup"/>.</summary>
    Setup = (byte)'S',
    /// <summary>From the child, once: it waits for tasks; <see cref="ChildState"/>.</summary>
    Ready = (byte)'R',
    /// <summary>To the child: a <see cref="Contracts.Runs.TaskSpec"/>.</summary>
    Task = (byte)'T',
    /// <summary>To the child: interrupt the task.</summary>
    Cancel = (byte)'C',
    /// <summary>From the child: a <see cref="Contracts.Runs.TaskProgress"/>.</summary>
    Progress = (byte)'P',
    /// <summary>From the child, before the result: what it used, a <see cref="ChildState"/>.</summary>
    Used = (byte)'U',
    /// <summary>From the child: the <see cref="Contracts.Runs.TaskResult"/>.</summary>
    Done = (byte)'D',
}

/// <summary>One frame: four bytes of length (little endian), one byte of kind, then JSON. Nothing else ever stands on the pipes, so anything else means that the other side is broken.</summary>
internal readonly record struct ChildFrame(ChildFrameKind Kind, ReadOnlyMemory<byte> Json)
{
    /// <summary>The longest frame: room for the manifest of a task with many thousand files.</summary>
    public const int MaxBytes = 256 << 20;

    private const int HeaderBytes = 5;

    /// <summary>The bytes of a frame.</summary>
    public static byte[] Encode<T>(ChildFrameKind kind, T message, JsonTypeInfo<T> shape)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, shape);
        if (json.Length > MaxBytes) throw new InvalidDataException($"a message of {json.Length} bytes is longer than the {MaxBytes} that are allowed");
        var frame = new byte[HeaderBytes + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, json.Length);
        frame[4] = (byte)kind;
        json.CopyTo(frame, HeaderBytes);
        return frame;
    }

    /// <summary>The message.</summary>
    /// <exception cref="InvalidDataException">The frame holds something else.</exception>
    public T Read<T>(JsonTypeInfo<T> shape)
    {
        try
        {
            return JsonSerializer.Deserialize(Json.Span, shape) ?? throw new InvalidDataException($"a frame {Kind} holds nothing");
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"a frame {Kind} does not hold what it should: {wrong.Message}", wrong);
        }
    }

    /// <summary>The next frame; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">What stands there is no frame.</exception>
    public static async ValueTask<ChildFrame?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        if (await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken) < HeaderBytes) return null;
        var json = new byte[LengthOf(header)];
        return await stream.ReadAtLeastAsync(json, json.Length, throwOnEndOfStream: false, cancellationToken) < json.Length ? null : new ChildFrame((ChildFrameKind)header[4], json);
    }

    /// <summary>The same on the thread of the caller.</summary>
    public static ChildFrame? Read(Stream stream)
    {
        var header = new byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes) return null;
        var json = new byte[LengthOf(header)];
        return stream.ReadAtLeast(json, json.Length, throwOnEndOfStream: false) < json.Length ? null : new ChildFrame((ChildFrameKind)header[4], json);
    }

    private static int LengthOf(byte[] header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length is >= 0 and <= MaxBytes && Enum.IsDefined((ChildFrameKind)header[4])
            ? length
            : throw new InvalidDataException($"no message begins with the bytes {Convert.ToHexString(header)}");
    }
}
