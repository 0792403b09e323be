using System.Buffers.Binary;
using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog.Actions;

namespace DataGrid.Core.DeltaLog.DeletionVectors;

/// <summary>Where deletion vectors are and what they say.</summary>
public static class DeletionVectorFile
{
    private const int IdLetters = 20;
    private const int HeaderBytes = 4;
    private const int ChecksumBytes = 4;

    /// <summary>How many bytes to read of a vector's file, from its offset: its length, itself, its checksum.</summary>
    public static int FramedLength(DeletionVectorDescriptor vector) => HeaderBytes + vector.SizeBytes + ChecksumBytes;

    /// <summary>The path of a vector's file relative to the table, decoded; <c>null</c> for an inline vector and for one with an absolute path.</summary>
    /// <exception cref="FormatException">The encoded name is damaged.</exception>
    public static string? RelativePath(DeletionVectorDescriptor vector)
    {
        if (vector.StorageType != 'u') return null;
        var text = vector.PathOrInline;
        if (text.Length < IdLetters) throw new FormatException($"'{text}' is too short for the name of a deletion vector");
        var prefix = text[..^IdLetters];
        var id = new Guid(Z85.Decode(text.AsSpan(text.Length - IdLetters)), bigEndian: true);
        return prefix.Length == 0 ? $"deletion_vector_{id:D}.bin" : $"{prefix}/deletion_vector_{id:D}.bin";
    }

    /// <summary>The deleted rows of an inline vector.</summary>
    public static ImmutableArray<long> ReadInline(DeletionVectorDescriptor vector)
    {
        try
        {
            return Checked(vector, RoaringBitmap.Read(Z85.Decode(vector.PathOrInline).AsSpan(0, vector.SizeBytes)), "an inline deletion vector");
        }
        catch (Exception damaged) when (damaged is FormatException or ArgumentOutOfRangeException)
        {
            throw DeltaFaults.Corrupt($"An inline deletion vector is damaged: {damaged.Message}", inner: damaged);
        }
    }

    /// <summary>The deleted rows of a vector in a file.</summary>
    /// <param name="vector">Its description.</param>
    /// <param name="framed">The bytes from its offset on: length, vector, checksum (big endian).</param>
    /// <param name="source">The file's name, for errors.</param>
    /// <exception cref="DataGridException">The bytes are damaged (<see cref="ErrorCodes.TableCorrupt"/>).</exception>
    public static ImmutableArray<long> ReadFramed(DeletionVectorDescriptor vector, ReadOnlySpan<byte> framed, string source)
    {
        if (framed.Length < FramedLength(vector)) throw DeltaFaults.Corrupt($"The deletion vector in {source} was cut");
        if (BinaryPrimitives.ReadInt32BigEndian(framed) != vector.SizeBytes) throw DeltaFaults.Corrupt($"The deletion vector in {source} has another length than the log says");
        var data = framed.Slice(HeaderBytes, vector.SizeBytes);
        if (Crc32.Of(data) != BinaryPrimitives.ReadUInt32BigEndian(framed[(HeaderBytes + vector.SizeBytes)..])) throw DeltaFaults.Corrupt($"The deletion vector in {source} does not match its checksum");
        try
        {
            return Checked(vector, RoaringBitmap.Read(data), source);
        }
        catch (Exception damaged) when (damaged is FormatException or ArgumentOutOfRangeException)
        {
            throw DeltaFaults.Corrupt($"The deletion vector in {source} is damaged: {damaged.Message}", inner: damaged);
        }
    }

    private static ImmutableArray<long> Checked(DeletionVectorDescriptor vector, ImmutableArray<long> rows, string source) =>
        rows.Length == vector.Cardinality ? rows : throw DeltaFaults.Corrupt($"The deletion vector in {source} deletes {rows.Length} rows, but the log says {vector.Cardinality}");
}

/// <summary>The checksum that files of deletion vectors carry (CRC-32 as in zip).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    internal static uint Of(ReadOnlySpan<byte> data)
    {
        var checksum = uint.MaxValue;
        foreach (var value in data)
        {
            checksum ^= value;
            for (var bit = 0; bit < 8; bit++) checksum = (checksum & 1) != 0 ? (checksum >> 1) ^ Polynomial : checksum >> 1;
        }
        return ~checksum;
    }
}
