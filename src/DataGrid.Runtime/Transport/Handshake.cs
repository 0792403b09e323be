using System.Buffers.Binary;
using System.Security.Cryptography.X509Certificates;
using DataGrid.Runtime.Wire;
using Orleans.Runtime;

namespace DataGrid.Runtime.Transport;

/// <summary>What a silo says first to the silo that it calls.</summary>
/// <param name="ClusterId">Its cluster.</param>
/// <param name="From">Who it is.</param>
/// <param name="To">Whom it wants: another life at the same address is somebody else.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="MinVersion">The lowest version of the wire protocol that it speaks.</param>
/// <param name="MaxVersion">The highest.</param>
internal sealed record Hello(string ClusterId, SiloAddress From, SiloAddress To, string Name, int MinVersion, int MaxVersion);

/// <summary>Why a silo does not talk. The numbers are on the wire.</summary>
internal enum RefusalCode
{
    /// <summary>Something else is wrong.</summary>
    Other = 0,

    /// <summary>Another cluster's silo listens here.</summary>
    OtherCluster = 1,

    /// <summary>Another life listens here: the wanted one is gone.</summary>
    OtherLife = 2,

    /// <summary>No version of the protocol is common to both.</summary>
    NoCommonVersion = 3,

    /// <summary>The caller was declared dead.</summary>
    CallerIsDead = 4,

    /// <summary>This silo stops.</summary>
    Stopping = 5,
}

/// <summary>A silo answered, and does not talk to this one.</summary>
internal sealed class RefusedException(RefusalCode code, string message) : Exception(message)
{
    public RefusalCode Code => code;
}

/// <summary>
/// The first frames of a connection, outside of any wire version: fields may be added, never changed. The silo that connects sends
/// <see cref="FrameKind.Hello"/>, the other one answers with <see cref="FrameKind.Welcome"/> or <see cref="FrameKind.Refuse"/>.
/// </summary>
internal static class Handshake
{
    private const int MaxBytes = 64 * 1024;

    // Says that this is no stray client of something else: "DGRD".
    private const uint Magic = 0x44524744;

    public static async Task<int> ConnectAsync(Stream stream, Hello hello, CancellationToken cancellationToken)
    {
        await WriteAsync(stream, FrameKind.Hello, writer =>
        {
            writer.TextField(0, hello.ClusterId);
            writer.TextField(1, hello.From.ToParsableString());
            writer.TextField(2, hello.To.ToParsableString());
            writer.TextField(3, hello.Name);
            writer.NumberField(4, hello.MinVersion);
            writer.NumberField(5, hello.MaxVersion);
        }, cancellationToken);
        var (kind, body) = await ReadAsync(stream, cancellationToken);
        var (number, text) = ReadAnswer(body);
        return kind switch
        {
            FrameKind.Welcome => (int)number,
            FrameKind.Refuse => throw new RefusedException((RefusalCode)number, text),
            _ => throw new WireException($"A frame of kind {kind} came where the answer to {nameof(Hello)} belongs."),
        };
    }

    public static async Task<Hello> AcceptAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (kind, body) = await ReadAsync(stream, cancellationToken);
        return kind == FrameKind.Hello ? ReadHello(body) : throw new WireException($"A frame of kind {kind} came where {nameof(Hello)} belongs.");
    }

    public static Task WelcomeAsync(Stream stream, int version, CancellationToken cancellationToken) =>
        WriteAsync(stream, FrameKind.Welcome, writer => writer.NumberField(0, version), cancellationToken);

    public static Task RefuseAsync(Stream stream, RefusalCode code, string message, CancellationToken cancellationToken) =>
        WriteAsync(stream, FrameKind.Refuse, writer =>
        {
            writer.NumberField(0, (int)code);
            writer.TextField(1, message);
        }, cancellationToken);

    /// <summary>The highest version that both speak; null when there is none.</summary>
    public static int? Common((int Min, int Max) one, (int Min, int Max) other) =>
        Math.Min(one.Max, other.Max) is var version && version >= Math.Max(one.Min, other.Min) ? version : null;

    private static Hello ReadHello(byte[] body)
    {
        var reader = new WireReader(body);
        string cluster = string.Empty, name = string.Empty;
        string? from = null, to = null;
        int min = 0, max = 0;
        while (reader.Field(out var number, out var kind))
        {
            switch (number)
            {
                case 0: cluster = reader.Text(); break;
                case 1: from = reader.Text(); break;
                case 2: to = reader.Text(); break;
                case 3: name = reader.Text(); break;
                case 4: min = (int)reader.Number(); break;
                case 5: max = (int)reader.Number(); break;
                default: reader.Skip(kind); break;
            }
        }

        return from is null || to is null
            ? throw new WireException($"{nameof(Hello)} lacks the addresses.")
            : new Hello(cluster, SiloAddress.FromParsableString(from), SiloAddress.FromParsableString(to), name, min, max);
    }

    private static (long Number, string Text) ReadAnswer(byte[] body)
    {
        var reader = new WireReader(body);
        var (answer, text) = (0L, string.Empty);
        while (reader.Field(out var number, out var kind))
        {
            if (number == 0)
                answer = reader.Number();
            else if (number == 1)
                text = reader.Text();
            else
                reader.Skip(kind);
        }

        return (answer, text);
    }

    private static async Task WriteAsync(Stream stream, FrameKind kind, Action<WireWriter> write, CancellationToken cancellationToken)
    {
        using var writer = OutgoingFrame.Begin(MaxBytes);
        write(writer);
        writer.EndFields();
        var frame = OutgoingFrame.End(writer, kind, Magic);
        await stream.WriteAsync(frame.Span.ToArray(), cancellationToken);
        frame.Release();
    }

    private static async Task<(FrameKind Kind, byte[] Body)> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[OutgoingFrame.HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header) - (OutgoingFrame.HeaderBytes - OutgoingFrame.KindAt);
        if (BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(OutgoingFrame.NumberAt)) != Magic || length is < 0 or > MaxBytes)
            throw new WireException("The other side does not speak the protocol of silos: is it one, with the same TLS settings?");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return ((FrameKind)header[OutgoingFrame.KindAt], body);
    }
}

/// <summary>What TLS needs, as one consistent set.</summary>
internal sealed record TlsFiles(X509Certificate2 Certificate, X509Certificate2Collection Chain, X509Certificate2Collection Authorities);
