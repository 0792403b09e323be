using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;

namespace DataGrid.Core.DeltaLog.DeletionVectors;

/// <summary>Reads the portable 64-bit Roaring format with Delta's magic number before it: buckets
/// of 32 bits, in them containers of 16 bits as lists, bit sets or runs. Little endian.</summary>
internal static class RoaringBitmap
{
    private const uint DeltaMagic = 1681511377;
    private const uint NoRunsCookie = 12346;
    private const ushort RunsCookie = 12347;
    private const int NoOffsetThreshold = 4;
    private const int LargestList = 4096;
    private const int WordsPerBitSet = 1024;
    private const int MostValues = 100_000_000;

    /// <summary>The values in ascending order.</summary>
    /// <exception cref="FormatException">The bytes are not of this format.</exception>
    internal static ImmutableArray<long> Read(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        if (UInt32(bytes, ref at) != DeltaMagic) throw new FormatException("the magic number is wrong");
        var buckets = UInt32(bytes, ref at) | ((ulong)UInt32(bytes, ref at) << 32);
        if (buckets > int.MaxValue) throw new FormatException($"{buckets} buckets are too many");
        var values = ImmutableArray.CreateBuilder<long>();
        for (ulong bucket = 0; bucket < buckets; bucket++)
        {
            var high = UInt32(bytes, ref at);
            if (high > int.MaxValue) throw new FormatException("a key is negative");
            Bucket(bytes, ref at, (long)high << 32, values);
        }
        return values.ToImmutable();
    }

    private static void Bucket(ReadOnlySpan<byte> bytes, ref int at, long high, ImmutableArray<long>.Builder values)
    {
        var cookie = UInt32(bytes, ref at);
        var hasRuns = (cookie & 0xFFFF) == RunsCookie;
        if (!hasRuns && cookie != NoRunsCookie) throw new FormatException("a bucket's cookie is wrong");
        var count = hasRuns ? (int)(cookie >> 16) + 1 : (int)UInt32(bytes, ref at);
        if (count is < 0 or > 65536) throw new FormatException($"{count} containers are too many");
        var runFlags = hasRuns ? Slice(bytes, ref at, (count + 7) / 8) : default;
        var headers = Slice(bytes, ref at, count * 4);
        if (!hasRuns || count >= NoOffsetThreshold) Slice(bytes, ref at, count * 4); // Offsets, not needed when all is read in order.
        for (var container = 0; container < count; container++)
        {
            var start = high | ((long)BinaryPrimitives.ReadUInt16LittleEndian(headers[(container * 4)..]) << 16);
            var cardinality = BinaryPrimitives.ReadUInt16LittleEndian(headers[((container * 4) + 2)..]) + 1;
            if (values.Count + cardinality > MostValues) throw new FormatException("it deletes too many rows");
            if (hasRuns && (runFlags[container / 8] & (1 << (container % 8))) != 0) Runs(bytes, ref at, start, values);
            else if (cardinality <= LargestList) List(bytes, ref at, start, cardinality, values);
            else BitSet(bytes, ref at, start, values);
        }
    }

    private static void Runs(ReadOnlySpan<byte> bytes, ref int at, long start, ImmutableArray<long>.Builder values)
    {
        int runs = UInt16(bytes, ref at);
        for (var run = 0; run < runs; run++)
        {
            int first = UInt16(bytes, ref at), length = UInt16(bytes, ref at);
            for (var value = first; value <= first + length; value++) values.Add(start | (long)(uint)value);
        }
    }

    private static void List(ReadOnlySpan<byte> bytes, ref int at, long start, int count, ImmutableArray<long>.Builder values)
    {
        for (var index = 0; index < count; index++) values.Add(start | UInt16(bytes, ref at));
    }

    private static void BitSet(ReadOnlySpan<byte> bytes, ref int at, long start, ImmutableArray<long>.Builder values)
    {
        for (var word = 0; word < WordsPerBitSet; word++)
        {
            var bits = UInt32(bytes, ref at) | ((ulong)UInt32(bytes, ref at) << 32);
            for (; bits != 0; bits &= bits - 1) values.Add(start | (long)(uint)((word * 64) + BitOperations.TrailingZeroCount(bits)));
        }
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes, ref int at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(bytes, ref at, 4));

    private static ushort UInt16(ReadOnlySpan<byte> bytes, ref int at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(bytes, ref at, 2));

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, ref int at, int length)
    {
        if (at + length > bytes.Length) throw new FormatException("it ends too early");
        var slice = bytes.Slice(at, length);
        at += length;
        return slice;
    }
}
