using System.Collections.Immutable;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>A log entry in the making: the head as it will be after the members that are in it so far.</summary>
internal sealed record EntryDraft(Snapshot? Head)
{
    /// <summary>Schema text and properties; <c>null</c> while there is no table.</summary>
    internal MetadataAction? Metadata { get; init; } = Head?.Metadata;

    internal ProtocolAction? Protocol { get; init; } = Head?.Protocol;

    internal StructType? Schema { get; init; } = Head?.Schema;

    internal ImmutableDictionary<string, TransactionAction> Transactions { get; init; } = ImmutableDictionary.Create<string, TransactionAction>(StringComparer.Ordinal);

    internal ImmutableDictionary<string, DomainMetadataAction> Domains { get; init; } = ImmutableDictionary.Create<string, DomainMetadataAction>(StringComparer.Ordinal);

    internal ImmutableDictionary<FileKey, AddFile> Adds { get; init; } = ImmutableDictionary<FileKey, AddFile>.Empty;

    internal ImmutableDictionary<FileKey, RemoveFile> Removes { get; init; } = ImmutableDictionary<FileKey, RemoveFile>.Empty;

    internal ImmutableArray<CommitMember> Members { get; init; } = [];

    internal bool MetadataChanged => !ReferenceEquals(Metadata, Head?.Metadata);

    internal bool ProtocolChanged => !ReferenceEquals(Protocol, Head?.Protocol);

    internal string? Domain(string name) =>
        Domains.TryGetValue(name, out var changed) ? (changed.Removed ? null : changed.Configuration) : Head?.Domain(name);

    /// <summary>Takes a schema into the table, or into a new one.</summary>
    internal EntryDraft WithSchema(StructType schema, ImmutableArray<string> partitionColumns, ImmutableArray<string> features, Guid newTableId, long now)
    {
        var metadata = Metadata ?? new MetadataAction { Id = newTableId.ToString(), SchemaString = "", CreatedTime = now, Configuration = NewTableProperties };
        var protocol = Protocol ?? ProtocolSupport.ForNewTable(schema);
        metadata = metadata with { SchemaString = SchemaJson.Format(schema), PartitionColumns = partitionColumns };
        if (features.Contains(TableFeatures.TypeWidening)) metadata = metadata with { Configuration = metadata.Configuration.SetItem(TableFeatures.EnableTypeWidening, "true") };
        return this with { Metadata = metadata, Schema = schema, Protocol = ProtocolSupport.Upgrade(protocol, features) };
    }

    /// <summary>Applies properties, name and description; a value that is there already changes nothing.</summary>
    internal EntryDraft WithSettings(CommitRequest request)
    {
        if (Metadata is not { } metadata) return this;
        var properties = metadata.Configuration;
        foreach (var (key, value) in request.Properties) properties = value is null ? properties.Remove(key) : properties.SetItem(key, value);
        var changed = metadata with { Configuration = properties, Name = request.TableName ?? metadata.Name, Description = request.Description ?? metadata.Description };
        var isSame = properties.SequenceEqual(metadata.Configuration) && changed.Name == metadata.Name && changed.Description == metadata.Description;
        return isSame ? this : this with { Metadata = changed };
    }

    internal EntryDraft WithDomains(IEnumerable<KeyValuePair<string, string?>> domains)
    {
        var changed = Domains;
        foreach (var (name, configuration) in domains)
            if (Domain(name) != configuration) changed = changed.SetItem(name, new DomainMetadataAction(name, configuration ?? Domain(name) ?? "", Removed: configuration is null));
        if (ReferenceEquals(changed, Domains)) return this;
        return this with { Domains = changed, Protocol = Protocol is null ? null : ProtocolSupport.Upgrade(Protocol, [TableFeatures.DomainMetadata]) };
    }

    internal EntryDraft WithFiles(IEnumerable<AddFile> adds, IEnumerable<RemoveFile> removes) => this with
    {
        Adds = Adds.AddRange(adds.Select(static add => KeyValuePair.Create(add.Key, add))),
        Removes = Removes.AddRange(removes.Select(static remove => KeyValuePair.Create(remove.Key, remove))),
    };

    private static ImmutableSortedDictionary<string, string?> NewTableProperties { get; } = Maps.Of(
    [
        new(TableFeatures.EnableInCommitTimestamps, "true"),
        new(TableFeatures.TransactionRetention, "interval 30 days"),
    ]);
}
