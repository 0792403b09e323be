using System.Globalization;
using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Maintenance;

namespace DataGrid.Storage.Delta;

/// <summary>Clean-up of a table's log and files. Invariants: the boundary is durable before an entry is deleted; nothing is deleted that the newest version
/// needs, and a writer that was replaced deletes nothing.</summary>
internal sealed class TableMaintenance(DeltaTable table, LogReader reader, CommitPump pump, IObjectStore store, DeltaTableOptions options, TimeProvider clock)
{
    internal async Task<int> CleanUpLogAsync(CancellationToken cancellationToken)
    {
        var boundary = await reader.BoundaryAsync(cancellationToken).ConfigureAwait(false);
        var files = await reader.ListAsync("", cancellationToken).ConfigureAwait(false);
        var oldest = (clock.GetUtcNow() - options.LogRetention).ToUnixTimeMilliseconds();
        var decision = LogCleanup.Decide([.. files.Select(static file => (file.Path.Name, file.LastModified.ToUnixTimeMilliseconds()))], oldest, boundary);
        if (decision is null) return 0;
        // What stays must be readable without what goes: the oldest version that stays is read from its checkpoint alone.
        await reader.ReadCheckpointAsync(decision.Boundary + 1, cancellationToken).ConfigureAwait(false);

        await options.Failpoints.HitAsync(Failpoints.CleanupBeforeBoundary, cancellationToken).ConfigureAwait(false);
        await RaiseBoundaryAsync(decision.Boundary, cancellationToken).ConfigureAwait(false);
        await options.Failpoints.HitAsync(Failpoints.CleanupBeforeDelete, cancellationToken).ConfigureAwait(false);
        foreach (var name in decision.Deletes)
        {
            await store.DeleteAsync(table.Paths.InLog(name), cancellationToken).ConfigureAwait(false);
            await options.Failpoints.HitAsync(Failpoints.CleanupBetweenDeletes, cancellationToken).ConfigureAwait(false);
        }
        return decision.Deletes.Length;
    }

    internal async Task<VacuumReport> VacuumAsync(TimeSpan retention, bool isDryRun, bool allowShortRetention, CancellationToken cancellationToken)
    {
        var limits = new VacuumLimits(retention, options.LongestTask, options.ClockSkew, allowShortRetention);
        var head = await pump.BetweenCommitsAsync(Task.FromResult, cancellationToken).ConfigureAwait(false) ?? throw DeltaFaults.VersionUnknown($"There is no table in {table.Paths.Table}", "Run the pipeline that writes it");
        if (ProtocolSupport.WriteObjection(head.Protocol, head.Metadata, head.Schema) is { } why) throw DeltaFaults.Unsupported($"The table cannot be vacuumed: {why}", "Vacuum it with an engine that supports this");
        var delete = await DecideAsync(head, limits, cancellationToken).ConfigureAwait(false);
        await options.Failpoints.HitAsync(Failpoints.VacuumPlanned, cancellationToken).ConfigureAwait(false);
        if (!isDryRun && !delete.Files.IsEmpty)
        {
            if (limits.IsShort) delete = await DeleteAloneAsync(limits, cancellationToken).ConfigureAwait(false);
            else await DeleteAsync(head, delete, cancellationToken).ConfigureAwait(false);
        }
        var unfinished = isDryRun ? 0 : await store.DeleteUnfinishedAsync(table.Paths.Table, clock.GetUtcNow() - retention, cancellationToken).ConfigureAwait(false);
        return new VacuumReport([.. delete.Files.Select(static file => file.Path)], delete.Bytes, isDryRun, unfinished);
    }

    private async Task<VacuumDecision.Delete> DecideAsync(Snapshot head, VacuumLimits limits, CancellationToken cancellationToken)
    {
        var stored = new List<StoredFile>();
        await foreach (var file in store.ListAsync(table.Paths.Table, ListScope.Tree, cancellationToken).ConfigureAwait(false))
            stored.Add(new StoredFile(file.Path.RelativeTo(table.Paths.Table), file.SizeBytes, file.LastModified.ToUnixTimeMilliseconds()));
        var kept = await CompanionsInUseAsync(head, stored, cancellationToken).ConfigureAwait(false);
        return Vacuum.Decide(head, stored, kept, clock.GetUtcNow().ToUnixTimeMilliseconds(), limits) switch
        {
            VacuumDecision.Refused refused => throw new DataGridException(new Problem { Code = ErrorCodes.UsageInvalid, Message = refused.Why, Help = "Use the default retention, or say that a short one is meant" }),
            var decision => (VacuumDecision.Delete)decision,
        };
    }

    private async Task DeleteAsync(Snapshot planned, VacuumDecision.Delete decision, CancellationToken cancellationToken)
    {
        // A writer that has been replaced in the meantime knows nothing of what the new one has brought back.
        var head = await pump.BetweenCommitsAsync(Task.FromResult, cancellationToken).ConfigureAwait(false);
        if (WriterEpoch.Of(head) != WriterEpoch.Of(planned)) throw DeltaFaults.Unsupported("Another writer took over the table while it was vacuumed; nothing was deleted", "Start the vacuum again");
        var live = head!.Files.Keys.Select(static key => key.Path).ToHashSet(StringComparer.Ordinal); // It existed a moment ago.
        await DeleteAsync(decision.Files.Where(file => !live.Contains(file.Path)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A short retention does not outlast a writer that sleeps between building its entry and putting it. So a commit of this writer raises the epoch first: what was put before
    /// it is in the table and stays, and what was not is never put. Nobody of this process commits meanwhile.</summary>
    private async Task<VacuumDecision.Delete> DeleteAloneAsync(VacuumLimits limits, CancellationToken cancellationToken)
    {
        pump.Begin();
        var raised = await pump.CommitAsync(new CommitRequest { CommitId = Guid.NewGuid(), Kind = CommitKind.Settings, ProvenanceJson = """{"reason":"vacuum"}""" }, cancellationToken).ConfigureAwait(false);
        if (raised is not CommitOutcome.Committed { Version: var version })
            throw DeltaFaults.Unsupported("Another writer took over the table while it was vacuumed; nothing was deleted", "Start the vacuum again");
        return await pump.BetweenCommitsAsync(
            async head =>
            {
                if (head is null || head.Version < version) throw DeltaFaults.Invariant($"Version {version} was committed, and the table is at {head?.Version}");
                var decision = await DecideAsync(head, limits, cancellationToken).ConfigureAwait(false);
                await DeleteAsync(decision.Files, cancellationToken).ConfigureAwait(false);
                return decision;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task DeleteAsync(IEnumerable<StoredFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            await store.DeleteAsync(table.Paths.File(file.Path), cancellationToken).ConfigureAwait(false);
            await options.Failpoints.HitAsync(Failpoints.VacuumBetweenDeletes, cancellationToken).ConfigureAwait(false);
        }
    }

    // A cursor stays as long as a version that names it can be brought back, and what tells of a version's lineage as long as its entry.
    private async Task<IReadOnlySet<string>> CompanionsInUseAsync(Snapshot head, List<StoredFile> stored, CancellationToken cancellationToken)
    {
        var named = head.Domains.Values.Select(static domain => domain.Configuration).ToList();
        var companions = stored.Where(static file => file.Path.StartsWith("_datagrid/", StringComparison.Ordinal)).ToList();
        if (companions.Count == 0) return new HashSet<string>(StringComparer.Ordinal);
        var files = await reader.ListAsync("", cancellationToken).ConfigureAwait(false);
        foreach (var version in files.Select(static file => LogFile.Parse(file.Path.Name)).Where(static file => file?.Kind == LogFileKind.Entry).Select(static file => file!.Version))
            if (await reader.ReadEntryAsync(version, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                named.AddRange(entry.Actions.OfType<DomainMetadataAction>().Select(static domain => domain.Configuration));
                if (entry.Commit is { } commit) named.Add(commit.Json);
            }
        return companions.Select(static file => file.Path).Where(path => named.Exists(text => text.Contains(path[(path.LastIndexOf('/') + 1)..], StringComparison.Ordinal))).ToHashSet(StringComparer.Ordinal);
    }

    private async Task RaiseBoundaryAsync(long boundary, CancellationToken cancellationToken)
    {
        // Two may clean up at the same time: repeat until the file says at least this much.
        while (await reader.BoundaryAsync(cancellationToken).ConfigureAwait(false) < boundary)
            await store.PutAsync(table.Paths.Boundary, Encoding.UTF8.GetBytes(boundary.ToString(CultureInfo.InvariantCulture)), cancellationToken).ConfigureAwait(false);
    }
}
