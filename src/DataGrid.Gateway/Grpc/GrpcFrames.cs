using System.Buffers.Binary;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Http;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Grpc;

/// <summary>
/// Messages on the wire: a byte that says whether the message is packed, its length in four bytes, the greatest first, then the message. Packed ones are not taken: what
/// is packed tightly enough fills any memory.
/// </summary>
internal static class GrpcFrames
{
    private const int PrefixBytes = 5;
    private const int FirstBuffer = 64 << 10;

    /// <summary>Reads the next message of a request.</summary>
    /// <returns>The message; null when there is none any more.</returns>
    /// <exception cref="DataGridException">It is longer than is taken, packed, or cut off.</exception>
    public static async Task<T?> ReadAsync<T>(HttpContext http, MessageParser<T> parser, long maxBytes) where T : class, IMessage<T>
    {
        var prefix = new byte[PrefixBytes];
        var read = await http.Request.Body.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, http.RequestAborted);
        if (read == 0) return null;
        if (read < PrefixBytes) throw CutOff();
        if (prefix[0] != 0) throw ApiFaults.Of(ErrorCodes.CompressionUnsupported, "the message is packed", "send it without grpc-encoding; identity is all that is taken");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > maxBytes) throw ApiFaults.Of(ErrorCodes.BodyTooLarge, $"the message has {length} bytes; at most {maxBytes} are taken", "send less");
        // A length that was only promised fills no memory.
        using var message = new MemoryStream((int)Math.Min(length, FirstBuffer));
        var buffer = new byte[(int)Math.Min(Math.Max(length, 1), FirstBuffer)];
        for (long left = length; left > 0; left -= read)
        {
            read = await http.Request.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), http.RequestAborted);
            if (read == 0) throw CutOff();
            message.Write(buffer, 0, read);
        }
        try
        {
            return parser.ParseFrom(message.GetBuffer(), 0, (int)length);
        }
        catch (InvalidProtocolBufferException)
        {
            throw ApiFaults.Of(ErrorCodes.BodyInvalid, $"the message is no {parser.ParseFrom([]).Descriptor.FullName}", "make the client anew from the server's .proto files, or by its reflection");
        }
    }

    /// <summary>Reads the one message of a request that has one.</summary>
    /// <exception cref="DataGridException">There is none, or more than one.</exception>
    public static async Task<T> ReadOnlyAsync<T>(HttpContext http, MessageParser<T> parser, long maxBytes) where T : class, IMessage<T>
    {
        var message = await ReadAsync(http, parser, maxBytes) ?? throw ApiFaults.Of(ErrorCodes.BodyInvalid, "the call has no message", "send one");
        var more = new byte[1];
        if (await http.Request.Body.ReadAsync(more, http.RequestAborted) != 0) throw ApiFaults.Of(ErrorCodes.BodyInvalid, "the call has more than one message", "send one");
        return message;
    }

    /// <summary>Writes a message of the answer.</summary>
    public static async Task WriteAsync(HttpContext http, IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixBytes + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)length);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        await http.Response.Body.WriteAsync(frame, http.RequestAborted);
    }

    private static DataGridException CutOff() => ApiFaults.Of(ErrorCodes.BodyInvalid, "the message is cut off", "send it whole");
}
