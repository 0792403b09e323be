using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using Orleans.Runtime;

namespace DataGrid.Runtime.Wire;

/// <summary>The values without parts: their names on the wire and their codecs.</summary>
internal static class AtomCodecs
{
    public static IReadOnlyDictionary<Type, (string Name, Codec Codec)> All { get; } = Create();

    private static Dictionary<Type, (string, Codec)> Create()
    {
        var all = new Dictionary<Type, (string, Codec)>();
        AddNumbers(all);
        AddTimes(all);
        AddTexts(all);
        AddIdentities(all);
        return all;
    }

    private static void AddNumbers(Dictionary<Type, (string, Codec)> all)
    {
        Number(all, "bool", static v => v ? 1 : 0, static n => n != 0);
        Number(all, "byte", static v => v, static n => (byte)n);
        Number(all, "sbyte", static v => v, static n => (sbyte)n);
        Number(all, "short", static v => v, static n => (short)n);
        Number(all, "ushort", static v => v, static n => (ushort)n);
        Number(all, "int", static v => v, static n => (int)n);
        Number(all, "uint", static v => v, static n => (uint)n);
        Number(all, "long", static v => v, static n => n);
        Number(all, "ulong", static v => (long)v, static n => (ulong)n);
        Number(all, "char", static v => v, static n => (char)n);
        Add(all, "double", WireKind.Fixed, static (WireWriter w, double v) => w.Fixed(BitConverter.DoubleToUInt64Bits(v)), static (ref WireReader r) => BitConverter.UInt64BitsToDouble(r.Fixed()));
        Add(all, "float", WireKind.Fixed, static (WireWriter w, float v) => w.Fixed(BitConverter.SingleToUInt32Bits(v)), static (ref WireReader r) => BitConverter.UInt32BitsToSingle((uint)r.Fixed()));
        Blittable<decimal>(all, "decimal");
        Blittable<Int128>(all, "int128");
        Blittable<UInt128>(all, "uint128");
        Add(all, "bigint", WireKind.Bytes, static (WireWriter w, BigInteger v) => w.Bytes(v.ToByteArray()), static (ref WireReader r) => new BigInteger(r.Bytes()));
    }

    private static void AddTimes(Dictionary<Type, (string, Codec)> all)
    {
        Number(all, "duration", static v => v.Ticks, static n => new TimeSpan(n));
        Number(all, "date", static v => v.DayNumber, static n => DateOnly.FromDayNumber((int)n));
        Number(all, "time", static v => v.Ticks, static n => new TimeOnly(n));
        Add(all, "datetime", WireKind.Fixed,
            static (WireWriter w, DateTime v) => w.Fixed((ulong)v.Ticks | ((ulong)v.Kind << 62)),
            static (ref WireReader r) => r.Fixed() is var bits ? new DateTime((long)(bits & 0x3FFF_FFFF_FFFF_FFFF), (DateTimeKind)(bits >> 62)) : default);
        Add(all, "instant", WireKind.Bytes, static (WireWriter w, DateTimeOffset v) =>
        {
            Span<byte> bytes = stackalloc byte[10];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, v.Ticks);
            BinaryPrimitives.WriteInt16LittleEndian(bytes[8..], (short)v.TotalOffsetMinutes);
            w.Bytes(bytes);
        }, static (ref WireReader r) =>
        {
            var bytes = Sized(r.Bytes(), 10);
            return new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes), TimeSpan.FromMinutes(BinaryPrimitives.ReadInt16LittleEndian(bytes[8..])));
        });
    }

    private static void AddTexts(Dictionary<Type, (string, Codec)> all)
    {
        Text(all, "string", static v => v, static s => s);
        Text(all, "uri", static v => v.OriginalString, static s => new Uri(s, UriKind.RelativeOrAbsolute));
        Text(all, "version", static v => v.ToString(), Version.Parse);
        Text(all, "endpoint", static v => v.ToString(), IPEndPoint.Parse);
        Text(all, "silo", static v => v.ToParsableString(), SiloAddress.FromParsableString);
        Add(all, "bytes", WireKind.Bytes, static (WireWriter w, byte[] v) => w.Bytes(v), static (ref WireReader r) => r.Bytes().ToArray());
        Blittable<Guid>(all, "guid");
    }

    private static void AddIdentities(Dictionary<Type, (string, Codec)> all)
    {
        // The default of an identity, which has no text, is null on the wire.
        Text(all, "span", static v => v.ToString(), IdSpan.Create);
        Text(all, "graintype", static v => v.ToString(), static s => new GrainType(IdSpan.Create(s)));
        Text(all, "grainid", static v => v.ToString(), GrainId.Parse);
        Add(all, "tick", WireKind.Bytes, static (WireWriter w, TickStatus v) =>
        {
            Span<byte> bytes = stackalloc byte[24];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, v.FirstTickTime.Ticks);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], v.Period.Ticks);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], v.CurrentTickTime.Ticks);
            w.Bytes(bytes);
        }, static (ref WireReader r) =>
        {
            var numbers = MemoryMarshal.Cast<byte, long>(Sized(r.Bytes(), 24));
            return new TickStatus(new DateTime(numbers[0], DateTimeKind.Utc), new TimeSpan(numbers[1]), new DateTime(numbers[2], DateTimeKind.Utc));
        });
        // Tokens do not travel; the callee has one of its own.
        Add(all, "token", WireKind.Varint, static (WireWriter w, CancellationToken _) => w.Varint(0), static (ref WireReader r) => r.Varint() is 0 ? CancellationToken.None : default);
    }

    private static void Number<T>(Dictionary<Type, (string, Codec)> all, string name, Func<T, long> from, Func<long, T> to) =>
        Add<T>(all, name, WireKind.Varint, (w, v) => w.Varint(WireWriter.ZigZag(from(v))), (ref WireReader r) => to(r.Number()));

    private static void Text<T>(Dictionary<Type, (string, Codec)> all, string name, Func<T, string> from, Func<string, T> to) =>
        Add<T>(all, name, WireKind.Bytes, (w, v) => w.Text(from(v)), (ref WireReader r) => to(r.Text()));

    private static void Blittable<T>(Dictionary<Type, (string, Codec)> all, string name)
        where T : unmanaged => Add<T>(
        all,
        name,
        WireKind.Bytes,
        static (w, v) => w.Bytes(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in v))),
        static (ref WireReader r) => MemoryMarshal.Read<T>(Sized(r.Bytes(), 16)));

    private static void Add<T>(Dictionary<Type, (string, Codec)> all, string name, WireKind kind, Action<WireWriter, T> write, ReadAtom<T> read) =>
        all.Add(typeof(T), (name, new AtomCodec<T>(kind, write, read)));

    private static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> bytes, int length) =>
        bytes.Length == length ? bytes : throw new WireException($"A value of {bytes.Length} bytes came where {length} belong.");
}
