using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DataGrid.FakeS3;

/// <summary>Reads a request's body whole: unwraps S3's chunks, checks their signatures, the body's hash and its checksum.</summary>
internal static class BodyReader
{
    public static async Task<byte[]> ReadAsync(HttpRequest request, SignatureCheck signature)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        var raw = buffer.ToArray();
        var declared = request.Headers["x-amz-content-sha256"].ToString();
        var trailers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var body = declared.StartsWith("STREAMING-", StringComparison.Ordinal) ? Unwrap(raw, declared.Contains("AWS4-HMAC", StringComparison.Ordinal) ? signature : null, trailers) : raw;
        if (body == raw && declared != "UNSIGNED-PAYLOAD" && declared != SignatureCheck.Hash(raw)) throw new S3RefusedException(400, "XAmzContentSHA256Mismatch");
        if (request.Headers["x-amz-decoded-content-length"].ToString() is { Length: > 0 } length && long.Parse(length, CultureInfo.InvariantCulture) != body.Length) throw new S3RefusedException(400, "IncompleteBody");
        CheckSum(request.Headers["x-amz-checksum-crc32"].ToString() is { Length: > 0 } header ? header : trailers.GetValueOrDefault("x-amz-checksum-crc32"), body);
        if (request.Headers.ContentMD5.ToString() is { Length: > 0 } md5 && md5 != Convert.ToBase64String(MD5.HashData(body))) throw new S3RefusedException(400, "BadDigest");
        return body;
    }

    private static void CheckSum(string? expected, byte[] body)
    {
        if (expected is null) return;
        var sum = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32(body));
        if (Convert.ToBase64String(sum) != expected) throw new S3RefusedException(400, "BadDigest");
    }

    private static uint Crc32(ReadOnlySpan<byte> content)
    {
        var sum = uint.MaxValue;
        foreach (var one in content) sum = Table[(byte)(sum ^ one)] ^ (sum >> 8);
        return ~sum;
    }

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(static start =>
    {
        var value = (uint)start;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) == 1 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
        return value;
    })];

    private static byte[] Unwrap(byte[] raw, SignatureCheck? signature, Dictionary<string, string> trailers)
    {
        using var body = new MemoryStream();
        var at = 0;
        while (true)
        {
            var head = Line(raw, ref at).Split(';', 2);
            var size = int.Parse(head[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var chunk = raw.AsSpan(at, size);
            signature?.CheckChunk(chunk, head[1]["chunk-signature=".Length..]);
            if (size == 0) break;
            body.Write(chunk);
            at += size + 2;
        }
        var signed = "";
        while (at < raw.Length && Line(raw, ref at) is { Length: > 0 } line)
        {
            var (name, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            trailers[name] = value;
            if (name == "x-amz-trailer-signature") signature?.CheckTrailer(signed, value);
            else signed += $"{name}:{value}\n";
        }
        return body.ToArray();
    }

    private static string Line(byte[] raw, ref int at)
    {
        var end = raw.AsSpan(at).IndexOf("\r\n"u8);
        if (end < 0) throw new S3RefusedException(400, "IncompleteBody");
        var line = Encoding.UTF8.GetString(raw, at, end);
        at += end + 2;
        return line;
    }
}
