using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog.Actions;

namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>Decides whether one commit may join an entry, and if not, why. The order of the
/// rules matters: a repetition is recognised before anything else can refuse it.</summary>
internal static class MemberRules
{
    /// <summary>The first reason that ends the commit without writing; <c>null</c> when it may join.</summary>
    internal static CommitOutcome? Objection(CommitRequest request, EntryDraft draft, TableFacts facts) =>
        Repetition(request, facts) ?? Changes(request, facts) ?? Domains(request, draft) ?? Writable(draft) ?? Form(request, draft) ?? Files(request, draft, facts);

    /// <summary>Whether the table's log already holds the commit.</summary>
    internal static CommitOutcome.AlreadyDone? Repetition(CommitRequest request, TableFacts facts) =>
        request.Transaction is { } transaction && facts.Head?.TransactionVersion(transaction.AppId) >= transaction.Version ? new CommitOutcome.AlreadyDone(facts.Head.Version) : null;

    private static CommitOutcome.Conflict? Changes(CommitRequest request, TableFacts facts)
    {
        if (request.BaseVersion is not { } based)
            return request.DependsOnData && facts.Head is { } made ? new CommitOutcome.Conflict($"the table was made meanwhile (it is at version {made.Version})") : null;
        if (facts.Head is not { } head || based > head.Version) return new CommitOutcome.Conflict($"version {based}, on which the work was based, does not exist in the table");
        if (based == head.Version) return null;
        if (!facts.Since.TryGetValue(based, out var since)) return new CommitOutcome.Conflict($"version {based}, on which the work was based, has been cleaned up");
        if (request.DependsOnData && since.DataChangeVersion is { } data) return new CommitOutcome.Conflict($"version {data} changed rows after version {based}, on which the work was based");
        if (request.Kind != CommitKind.Append && since.MetadataVersion is { } metadata)
            return new CommitOutcome.Conflict($"version {metadata} changed the table's schema or properties after version {based}, on which the work was based");
        return null;
    }

    private static CommitOutcome.Conflict? Domains(CommitRequest request, EntryDraft draft)
    {
        foreach (var (name, expected) in request.ExpectedDomains)
            if (draft.Domain(name) != expected) return new CommitOutcome.Conflict($"'{name}' was changed by another commit");
        return null;
    }

    private static CommitOutcome.Refused? Writable(EntryDraft draft)
    {
        if (draft is not { Protocol: { } protocol, Metadata: { } metadata, Schema: { } schema }) return null;
        return ProtocolSupport.WriteObjection(protocol, metadata, schema) is { } why ? Refuse(ErrorCodes.TableFeatureUnsupported, $"The table cannot be written: {why}", "Write it with an engine that supports this") : null;
    }

    private static CommitOutcome.Refused? Form(CommitRequest request, EntryDraft draft)
    {
        var removesRows = request.Kind is CommitKind.Merge or CommitKind.Replace or CommitKind.Restore;
        if (removesRows && draft.Metadata is { } metadata && ProtocolSupport.IsOn(metadata, TableFeatures.AppendOnlyProperty))
            return Refuse(ErrorCodes.SpecInvalid, $"The table only takes appends ({TableFeatures.AppendOnlyProperty} is true); this commit would remove rows", "Append, or unset the property");
        if (draft.Schema is null && request.Schema is null) return Defect("the first commit of a table brings no schema");
        if (request.Domains.Keys.FirstOrDefault(static name => name.StartsWith("delta.", StringComparison.Ordinal)) is { } reserved) return Defect($"the domain '{reserved}' is the protocol's own");
        if (request.Domains.Count > 0 && draft.Protocol is { } protocol && !ProtocolSupport.Supports(protocol, TableFeatures.DomainMetadata) && protocol.MinWriterVersion < 7)
            return Refuse(ErrorCodes.TableFeatureUnsupported, "The table was made by another engine and keeps no named configuration (domainMetadata)", "Upgrade the table's protocol to writer version 7 with that engine");
        return request.Kind == CommitKind.Restore && request.RestoreTarget is null ? Defect("a restore names no version") : null;
    }

    private static CommitOutcome? Files(CommitRequest request, EntryDraft draft, TableFacts facts)
    {
        var partitionColumns = request.Kind == CommitKind.Replace || draft.Metadata is null ? request.PartitionColumns : draft.Metadata.PartitionColumns;
        if (request.Schema is not null && !partitionColumns.SequenceEqual(request.PartitionColumns, StringComparer.OrdinalIgnoreCase))
            return Refuse(ErrorCodes.SchemaBreaking, $"The table is partitioned by ({string.Join(", ", partitionColumns)}), the new files by ({string.Join(", ", request.PartitionColumns)})",
                "Keep partition_by, or replace the whole table (--full-refresh)");
        var oldest = facts.NowMilliseconds - (long)facts.OldestFile.TotalMilliseconds;
        long rows = 0;
        foreach (var add in request.Adds)
        {
            if (FileDefect(add, partitionColumns, draft) is { } defect) return Defect($"the file '{add.Path}' {defect}");
            if (request.Kind != CommitKind.Restore && add.ModificationTime < oldest)
                return new CommitOutcome.Conflict($"the file '{add.Path}' was written so long ago that vacuum may take it; the step must run again");
            rows += FileStatistics.RowsOf(add) ?? 0;
        }
        if (request.Adds.GroupBy(static add => add.Key).FirstOrDefault(static group => group.Count() > 1) is { } twice) return Defect($"the file '{twice.Key.Path}' is added twice");
        if (request.ExpectedRows is { } expected && expected != rows) return Defect($"the files hold {rows} rows by their statistics, but the work reported {expected}");
        return Removed(request, draft, rows);
    }

    private static string? FileDefect(AddFile add, ImmutableArray<string> partitionColumns, EntryDraft draft)
    {
        var path = DataPath.Canonical(add.Path);
        if (DataPath.IsOutsideTable(path)) return "lies outside the table's folder";
        if (path.StartsWith('_') || path.StartsWith('.')) return "has a name that readers of Delta tables pass over";
        if (add.SizeBytes <= 0) return "is empty";
        if (FileStatistics.RowsOf(add) is null) return "has no numRecords in its statistics";
        if (add.PartitionValues.Count != partitionColumns.Length || !partitionColumns.All(column => add.PartitionValues.Keys.Contains(column, StringComparer.OrdinalIgnoreCase)))
            return $"has values for the partition columns ({string.Join(", ", add.PartitionValues.Keys)}), but the table is partitioned by ({string.Join(", ", partitionColumns)})";
        if (draft.Adds.ContainsKey(add.Key) || draft.Head?.Files.ContainsKey(add.Key) == true) return "is part of the table already";
        return null;
    }

    private static CommitOutcome? Removed(CommitRequest request, EntryDraft draft, long addedRows)
    {
        if (request.Kind is not (CommitKind.Merge or CommitKind.Compaction)) return null;
        long removedRows = 0;
        foreach (var path in request.RemovedPaths)
        {
            if (FilesByPath.Find(draft.Head, path) is not { } file) return new CommitOutcome.Conflict($"the file '{path}', which was to be replaced, is no longer part of the table");
            removedRows += (FileStatistics.RowsOf(file) ?? 0) - (file.DeletionVector?.Cardinality ?? 0);
        }
        return request.Kind == CommitKind.Compaction && removedRows != addedRows ? Defect($"a compaction of {removedRows} rows wrote {addedRows}") : null;
    }

    private static CommitOutcome.Refused Defect(string what) =>
        Refuse(ErrorCodes.Internal, $"The commit breaks a rule: {what}", "This is a defect of whoever asked for the commit; nothing was written");

    internal static CommitOutcome.Refused Refuse(string code, string message, string help) => new(new Problem { Code = code, Message = message, Help = help });
}

/// <summary>Finds a file of a snapshot by its plain path, whatever deletion vector it has.</summary>
public static class FilesByPath
{
    /// <summary>The file; <c>null</c> when the snapshot has none of that path.</summary>
    /// <param name="snapshot">The version to look in.</param>
    /// <param name="plainPath">The decoded path (as <see cref="DataPath.Canonical"/> gives
    /// it). It is not decoded again: a folder's name may hold a percent sign.</param>
    public static AddFile? Find(Snapshot? snapshot, string plainPath)
    {
        if (snapshot is null) return null;
        if (snapshot.Files.TryGetValue(new FileKey(plainPath, null), out var file)) return file;
        return ProtocolSupport.Supports(snapshot.Protocol, TableFeatures.DeletionVectors) ? snapshot.Files.Values.FirstOrDefault(one => one.Key.Path == plainPath) : null;
    }
}
