using System.Collections.Immutable;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;

namespace DataGrid.Core.DeltaLog.Maintenance;

/// <summary>
/// What bringing back an older version means: its files, schema, properties and named configuration (cursors of incremental steps among it) return with a new
/// commit. What is never brought back: the protocol, transactions and the writer epoch, since what happened has happened.
/// </summary>
public static class Rollback
{
    private static readonly ImmutableHashSet<string> KeptProperties =
    [
        TableFeatures.EnableInCommitTimestamps, TableFeatures.InCommitTimestampEnablementVersion, "delta.inCommitTimestampEnablementTimestamp",
        TableFeatures.EnableTypeWidening, TableFeatures.TransactionRetention,
    ];

    /// <summary>Why the version cannot be brought back by a commit alone; <c>null</c> when it can.</summary>
    public static string? Objection(Snapshot head, Snapshot target)
    {
        var (now, then) = (ProtocolSupport.ColumnMappingMode(head.Protocol, head.Metadata), ProtocolSupport.ColumnMappingMode(target.Protocol, target.Metadata));
        if (now != then) return $"Version {target.Version} names its columns in files in another way (mode '{then}') than today (mode '{now}')";
        return target.Version > head.Version ? $"Version {target.Version} is newer than the table" : null;
    }

    /// <summary>Files of the target that the head does not have.</summary>
    public static ImmutableArray<AddFile> FilesToAdd(Snapshot head, Snapshot target) => [.. target.OrderedFiles.Where(file => !head.Files.ContainsKey(file.Key))];

    /// <summary>Files of the head that the target does not have.</summary>
    public static ImmutableArray<AddFile> FilesToRemove(Snapshot head, Snapshot target) => [.. head.OrderedFiles.Where(file => !target.Files.ContainsKey(file.Key))];

    internal static EntryDraft WithMetadata(EntryDraft draft, Snapshot head, Snapshot target)
    {
        var properties = target.Metadata.Configuration.ToBuilder();
        foreach (var key in KeptProperties)
        {
            if (head.Metadata.Configuration.TryGetValue(key, out var value)) properties[key] = value;
            else properties.Remove(key);
        }
        var domains = head.Domains.Keys.Union(target.Domains.Keys, StringComparer.Ordinal)
            .Where(static name => !name.StartsWith("delta.", StringComparison.Ordinal))
            .Select(name => KeyValuePair.Create(name, target.Domain(name)));
        var metadata = target.Metadata with { Configuration = properties.ToImmutable() };
        var isSame = metadata.SchemaString == head.Metadata.SchemaString && metadata.Name == head.Metadata.Name && metadata.Description == head.Metadata.Description
            && metadata.PartitionColumns.SequenceEqual(head.Metadata.PartitionColumns) && metadata.Configuration.SequenceEqual(head.Metadata.Configuration);
        var restored = isSame ? draft : draft with { Metadata = metadata, Schema = target.Schema };
        return restored.WithDomains(domains);
    }
}
