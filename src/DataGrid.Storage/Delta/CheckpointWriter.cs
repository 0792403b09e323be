using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Maintenance;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Delta;

/// <summary>
/// Writes classic checkpoints. Invariant: <c>_last_checkpoint</c> never points at a checkpoint that has not been read back whole. A crash anywhere leaves at
/// worst a file that nothing points at, or a complete checkpoint that the pointer does not know yet.
/// </summary>
internal sealed class CheckpointWriter(IObjectStore store, TablePaths paths, LogEngine engine, DeltaTableOptions options, TimeProvider clock)
{
    private const string Columns = """
        {
          txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
          add: 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR), deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT), baseRowId BIGINT, defaultRowCommitVersion BIGINT, clusteringProvider VARCHAR)',
          remove: 'STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT), baseRowId BIGINT, defaultRowCommitVersion BIGINT)',
          metaData: 'STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)',
          protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])',
          domainMetadata: 'STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)'
        }
        """;

    /// <summary>Writes the checkpoint of a version, reads it back, and points at it.</summary>
    internal async Task WriteAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        await options.Failpoints.HitAsync(Failpoints.CheckpointBeforeWrite, cancellationToken).ConfigureAwait(false);
        var actions = Actions(snapshot);
        var (json, parquet) = (engine.NewScratchFile(".json"), engine.NewScratchFile(".parquet"));
        try
        {
            await File.WriteAllBytesAsync(json, ActionWriter.Write(actions), cancellationToken).ConfigureAwait(false);
            await engine.RunAsync(connection => connection.Execute(
                $"COPY (SELECT * FROM read_json({SqlText.QuoteLiteral(json)}, format = 'newline_delimited', maximum_object_size = {MaximumObjectBytes(json)}, columns = {Columns})) TO {SqlText.QuoteLiteral(parquet)} (FORMAT parquet, COMPRESSION zstd)",
                cancellationToken), cancellationToken).ConfigureAwait(false);
            var size = new FileInfo(parquet).Length;
            await options.Failpoints.HitAsync(Failpoints.CheckpointBeforePublish, cancellationToken).ConfigureAwait(false);
            await store.AdoptAsync(parquet, paths.Checkpoint(snapshot.Version), cancellationToken).ConfigureAwait(false);
            await VerifyAsync(snapshot, actions, cancellationToken).ConfigureAwait(false);
            await options.Failpoints.HitAsync(Failpoints.CheckpointBeforePointer, cancellationToken).ConfigureAwait(false);
            await PointAsync(snapshot, actions.Length, size, cancellationToken).ConfigureAwait(false);
            await options.Failpoints.HitAsync(Failpoints.CheckpointAfterPointer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(json);
            File.Delete(parquet);
        }
    }

    private static long MaximumObjectBytes(string json) => Math.Max(16L << 20, new FileInfo(json).Length);

    private ImmutableArray<DeltaAction> Actions(Snapshot snapshot)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var expired = now - (long)options.FileRetention.TotalMilliseconds;
        return
        [
            snapshot.Protocol,
            snapshot.Metadata,
            .. TransactionExpiry.Kept(snapshot, now),
            .. snapshot.Domains.Values.OrderBy(static domain => domain.Domain, StringComparer.Ordinal),
            .. snapshot.Tombstones.Values.Where(remove => remove.DeletionTimestamp >= expired).OrderBy(static remove => remove.Path, StringComparer.Ordinal)
                .Select(static remove => remove with { Statistics = null, Tags = Maps.NoOptionalText, DataChange = false }),
            .. snapshot.OrderedFiles.Select(static add => add with { DataChange = false }),
        ];
    }

    private async Task VerifyAsync(Snapshot snapshot, ImmutableArray<DeltaAction> written, CancellationToken cancellationToken)
    {
        var files = new CheckpointFiles(snapshot.Version, [LogFile.CheckpointName(snapshot.Version)]);
        var read = await new CheckpointReader(store, paths, engine).ReadAsync(files, cancellationToken).ConfigureAwait(false);
        var (before, after) = (Fingerprint(written), Fingerprint(read));
        if (before.SequenceEqual(after)) return;
        await store.DeleteAsync(paths.Checkpoint(snapshot.Version), cancellationToken).ConfigureAwait(false);
        var lost = before.Except(after).FirstOrDefault() ?? after.Except(before).First();
        throw DeltaFaults.Invariant($"The checkpoint of version {snapshot.Version} did not read back as it was written ({lost})");
    }

    private static List<string> Fingerprint(IEnumerable<DeltaAction> actions) =>
        [.. actions.Select(static action => Encoding.UTF8.GetString(ActionWriter.Write([action]))).Order(StringComparer.Ordinal)];

    private Task PointAsync(Snapshot snapshot, int count, long size, CancellationToken cancellationToken)
    {
        var json = string.Create(CultureInfo.InvariantCulture, $$"""{"version":{{snapshot.Version}},"size":{{count}},"sizeInBytes":{{size}},"numOfAddFiles":{{snapshot.Files.Count}}}""");
        return store.PutAsync(paths.LastCheckpoint, Encoding.UTF8.GetBytes(json), cancellationToken);
    }
}
