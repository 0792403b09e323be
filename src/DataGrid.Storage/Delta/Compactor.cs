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
        var joined = new List<Joined>();
        for (var number = 0; number < bins.Length; number++)
            joined.Add(new Joined(bins[number], await RewriteAsync(head, bins[number], TablePaths.DataFile(attempt, number, Ordered(head, bins[number])), cancellationToken).ConfigureAwait(false)));
        await options.Failpoints.HitAsync(Failpoints.CompactionBeforeCommit, cancellationToken).ConfigureAwait(false);
        for (var retry = 0; ; retry++)
        {
            var outcome = await table.CommitAsync(RequestOf(joined, head), cancellationToken).ConfigureAwait(false);
            var report = new CompactionReport(joined.Count, joined.Sum(static one => one.Bin.Files.Length), joined.Sum(static one => one.File.SizeBytes), outcome);
            if (outcome is CommitOutcome.Committed) return report;
            var now = outcome is CommitOutcome.Conflict && retry < options.CompactionRetries ? await table.ReadHeadAsync(cancellationToken).ConfigureAwait(false) : null;
            var lost = joined.Where(one => now is null || !Stands(one.Bin, head, now)).ToList();
            foreach (var one in lost) await store.DeleteAsync(table.Paths.File(DataPath.Canonical(one.File.Path)), cancellationToken).ConfigureAwait(false);
            joined = [.. joined.Except(lost)];
            if (now is null || joined.Count == 0) return report;
            head = now;
        }
    }

    /// <summary>A bin and the file that it became.</summary>
    private sealed record Joined(CompactionBin Bin, AddFile File);

    // Rows that others changed are theirs; what they left alone is still worth joining. A changed schema spoils it all: the files were written by the old one.
    private static bool Stands(CompactionBin bin, Snapshot before, Snapshot now) =>
        before.Metadata.SchemaString == now.Metadata.SchemaString && before.Metadata.Configuration.SequenceEqual(now.Metadata.Configuration)
        && before.Metadata.PartitionColumns.SequenceEqual(now.Metadata.PartitionColumns, StringComparer.Ordinal) && bin.Files.All(file => now.Files.ContainsKey(file.Key));

    private static CommitRequest RequestOf(List<Joined> joined, Snapshot head) => new()
    {
        CommitId = Guid.NewGuid(),
        Kind = CommitKind.Compaction,
        BaseVersion = head.Version,
        Adds = [.. joined.Select(static one => one.File)],
        RemovedPaths = [.. joined.SelectMany(static one => one.Bin.Files).Select(static file => DataPath.Canonical(file.Path))],
    };

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
