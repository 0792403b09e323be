using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Maintenance;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Delta;

/// <summary>Rewrites small files into bigger ones. What it writes is named by nothing until its commit; after a crash or a conflict vacuum takes it.</summary>
internal sealed class Compactor(DeltaTable table, IObjectStore store, LogEngine engine, DeltaTableOptions options, TimeProvider clock)
{
    internal async Task<CompactionReport> RunAsync(CompactionLimits limits, CancellationToken cancellationToken)
    {
        if (await table.ReadHeadAsync(cancellationToken).ConfigureAwait(false) is not { } head) return new CompactionReport(0, 0, 0, null);
        if (ProtocolSupport.WriteObjection(head.Protocol, head.Metadata, head.Schema) is { } why) throw DeltaFaults.Unsupported($"The table cannot be compacted: {why}", "Compact it with an engine that supports this");
        var bins = Compaction.Decide(head, limits);
        if (bins.IsEmpty) return new CompactionReport(0, 0, 0, null);

        var attempt = AttemptId.Create(Guid.NewGuid());
        var adds = ImmutableArray.CreateBuilder<AddFile>();
        for (var number = 0; number < bins.Length; number++)
            adds.Add(await RewriteAsync(head, bins[number], TablePaths.DataFile(attempt, number, Ordered(head, bins[number])), cancellationToken).ConfigureAwait(false));
        await options.Failpoints.HitAsync(Failpoints.CompactionBeforeCommit, cancellationToken).ConfigureAwait(false);
        var request = new CommitRequest
        {
            CommitId = Guid.NewGuid(),
            Kind = CommitKind.Compaction,
            BaseVersion = head.Version,
            Adds = adds.ToImmutable(),
            RemovedPaths = [.. bins.SelectMany(static bin => bin.Files).Select(static file => DataPath.Canonical(file.Path))],
        };
        var outcome = await table.CommitAsync(request, cancellationToken).ConfigureAwait(false);
        if (outcome is not CommitOutcome.Committed)
            foreach (var add in adds) await store.DeleteAsync(table.Paths.File(DataPath.Canonical(add.Path)), cancellationToken).ConfigureAwait(false);
        return new CompactionReport(bins.Length, request.RemovedPaths.Length, adds.Sum(static add => add.SizeBytes), outcome);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Ordered(Snapshot head, CompactionBin bin) =>
        head.Metadata.PartitionColumns.Select(column => KeyValuePair.Create(column, bin.PartitionValues.GetValueOrDefault(column)));

    private async Task<AddFile> RewriteAsync(Snapshot head, CompactionBin bin, string path, CancellationToken cancellationToken)
    {
        await options.Failpoints.HitAsync(Failpoints.CompactionBeforeWrite, cancellationToken).ConfigureAwait(false);
        using var scan = await DeltaScan.PrepareAsync(store, table.Paths, head, bin.Files, engine, cancellationToken).ConfigureAwait(false);
        var columns = head.Schema.Fields.Where(field => !head.Metadata.PartitionColumns.Contains(field.Name, StringComparer.OrdinalIgnoreCase)).Select(static field => SqlText.QuoteIdentifier(field.Name));
        var scratch = engine.NewScratchFile(".parquet");
        try
        {
            await engine.RunAsync(connection => connection.Execute(
                $"COPY (SELECT {string.Join(", ", columns)} FROM ({scan.Sql})) TO {SqlText.QuoteLiteral(scratch)} (FORMAT parquet, COMPRESSION zstd)", cancellationToken), cancellationToken).ConfigureAwait(false);
            await options.Failpoints.HitAsync(Failpoints.CompactionBeforeAdopt, cancellationToken).ConfigureAwait(false);
            var entry = await store.AdoptAsync(scratch, table.Paths.File(path), cancellationToken).ConfigureAwait(false);
            return new AddFile
            {
                Path = DataPath.Encode(path),
                PartitionValues = bin.PartitionValues,
                SizeBytes = entry.SizeBytes,
                ModificationTime = clock.GetUtcNow().ToUnixTimeMilliseconds(),
                DataChange = false,
                Statistics = StatisticsMerge.Merge(bin.Files, head.Schema),
            };
        }
        finally
        {
            File.Delete(scratch);
        }
    }
}
