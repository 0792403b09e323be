using System.Buffers.Binary;
using DataGrid.Core.DeltaLog;
using DataGrid.DuckDb;
using DataGrid.Storage.Delta;

namespace DataGrid.Storage.Mirror;

/// <summary>Brings of a Parquet file its footer and the columns that are needed, and nothing else.</summary>
internal static class ParquetPieces
{
    private const int TailBytes = 64 << 10;
    private const int EndBytes = 8;

    // Two pieces that lie closer together cost less in one request.
    private const int WorthOneRequest = 256 << 10;

    /// <summary>Brings the pieces.</summary>
    /// <returns>Whether something of the file is still not here.</returns>
    public static async Task<bool> BringAsync(MirroredFile file, ColumnNeed need, LogEngine engine, CancellationToken cancellationToken)
    {
        await file.BringAsync([new ByteRange(0, 4), Tail(file, TailBytes)], cancellationToken).ConfigureAwait(false);
        var footer = FooterBytes(file);
        if (footer + EndBytes > TailBytes) await file.BringAsync([Tail(file, footer + EndBytes)], cancellationToken).ConfigureAwait(false);
        var chunks = await engine.RunAsync(connection => Chunks(connection, file, need, cancellationToken), cancellationToken).ConfigureAwait(false);
        await file.BringAsync(ByteRanges.Of(chunks, WorthOneRequest).Pieces, cancellationToken).ConfigureAwait(false);
        return file.BytesHere < file.Bytes;
    }

    private static ByteRange Tail(MirroredFile file, long bytes) => new(Math.Max(0, file.Bytes - bytes), file.Bytes);

    private static long FooterBytes(MirroredFile file)
    {
        using var copy = File.OpenHandle(file.LocalFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> end = stackalloc byte[EndBytes];
        var read = RandomAccess.Read(copy, end, file.Bytes - EndBytes);
        var footer = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (read != EndBytes || !end[4..].SequenceEqual("PAR1"u8) || footer + EndBytes > file.Bytes) throw DeltaFaults.Corrupt($"{Path.GetFileName(file.LocalFile)} is no Parquet file");
        return footer;
    }

    private static List<ByteRange> Chunks(DuckDbConnection connection, MirroredFile file, ColumnNeed need, CancellationToken cancellationToken)
    {
        var chunks = new List<ByteRange>();
        using var rows = connection.Query(
            "SELECT path_in_schema, least(coalesce(nullif(dictionary_page_offset, 0), data_page_offset), data_page_offset)::BIGINT, total_compressed_size::BIGINT, "
            + "coalesce(bloom_filter_offset, 0)::BIGINT, coalesce(bloom_filter_length, 0)::BIGINT "
            + $"FROM parquet_metadata({SqlText.QuoteLiteral(Pattern(file.LocalFile))})", cancellationToken);
        while (rows.ReadChunk(cancellationToken) is { } chunk)
        {
            using (chunk)
            {
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    // A column of a nested one is called by the path to it.
                    if (!need.Includes((chunk[0].GetString(row) ?? "").Split(", ")[0])) continue;
                    var (start, bloom) = (chunk[1].GetSpan<long>()[row], chunk[3].GetSpan<long>()[row]);
                    chunks.Add(new ByteRange(start, start + chunk[2].GetSpan<long>()[row]));
                    chunks.Add(new ByteRange(bloom, bloom + chunk[4].GetSpan<long>()[row]));
                }
            }
        }
        return chunks;
    }

    // A name is read as a pattern.
    private static string Pattern(string file) => file.Replace("[", "[[]", StringComparison.Ordinal).Replace("*", "[*]", StringComparison.Ordinal).Replace("?", "[?]", StringComparison.Ordinal);
}
