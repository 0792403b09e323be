using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.DeltaLog;

/// <summary>
/// One version of a table: which files it has, and everything else that its log says up to there. Immutable; a newer version is made from it by
/// <see cref="Apply"/>, which shares what did not change.
/// </summary>
public sealed class Snapshot
{
    private Snapshot(Parts parts)
    {
        (Version, Protocol, Metadata, Schema) = (parts.Version, parts.Protocol, parts.Metadata, parts.Schema);
        (Files, Tombstones, Transactions, Domains) = (parts.Files, parts.Tombstones, parts.Transactions, parts.Domains);
        (TimestampMilliseconds, LastCommit) = (parts.Timestamp, parts.LastCommit);
    }

    /// <summary>The version, from 0.</summary>
    public long Version { get; }

    /// <summary>What a client must understand.</summary>
    public ProtocolAction Protocol { get; }

    /// <summary>Schema text and properties.</summary>
    public MetadataAction Metadata { get; }

    /// <summary>The schema, parsed.</summary>
    public StructType Schema { get; }

    /// <summary>The files of this version.</summary>
    public ImmutableDictionary<FileKey, AddFile> Files { get; }

    /// <summary>Files that left the table and may still be on disk.</summary>
    public ImmutableDictionary<FileKey, RemoveFile> Tombstones { get; }

    /// <summary>How far each application has got.</summary>
    public ImmutableDictionary<string, TransactionAction> Transactions { get; }

    /// <summary>Named configuration, without removed ones.</summary>
    public ImmutableDictionary<string, DomainMetadataAction> Domains { get; }

    /// <summary>When this version was committed, in milliseconds since 1970-01-01 UTC, if its commit says so; <c>null</c> after a checkpoint alone.</summary>
    public long? TimestampMilliseconds { get; }

    /// <summary>The provenance of this very version; <c>null</c> after a checkpoint alone, which does not keep it.</summary>
    public CommitInfoAction? LastCommit { get; }

    /// <summary>The files in the order of their paths: the same on every machine.</summary>
    public IEnumerable<AddFile> OrderedFiles => Files.Values.OrderBy(static file => file.Path, StringComparer.Ordinal);

    /// <summary>How far an application has got; <c>null</c> when it never committed here (or too long ago).</summary>
    public long? TransactionVersion(string appId) => Transactions.TryGetValue(appId, out var transaction) ? transaction.Version : null;

    /// <summary>The content of a named configuration; <c>null</c> when there is none.</summary>
    public string? Domain(string name) => Domains.TryGetValue(name, out var domain) ? domain.Configuration : null;

    /// <summary>Starts from a checkpoint's actions.</summary>
    /// <exception cref="DataGridException">They are no sound checkpoint, or need a feature that is not supported.</exception>
    public static Snapshot FromCheckpoint(long version, IEnumerable<DeltaAction> actions) => Build(null, version, actions, isCheckpoint: true);

    /// <summary>Starts from the entry of version 0.</summary>
    /// <exception cref="DataGridException">It is no sound first entry, or needs a feature that is not supported.</exception>
    public static Snapshot FromFirstEntry(IEnumerable<DeltaAction> actions) => Build(null, 0, actions, isCheckpoint: false);

    /// <summary>The next version.</summary>
    /// <param name="version">Must be one more than this one's.</param>
    /// <param name="actions">The entry's actions.</param>
    /// <exception cref="DataGridException">The version does not follow, or the entry needs a feature that is not supported.</exception>
    public Snapshot Apply(long version, IEnumerable<DeltaAction> actions)
    {
        if (version != Version + 1) throw DeltaFaults.Corrupt($"The log entry of version {version} does not follow version {Version}");
        return Build(this, version, actions, isCheckpoint: false);
    }

    /// <summary>The same version with its provenance, which a checkpoint does not keep.</summary>
    public Snapshot WithCommit(CommitInfoAction commit) => new(new Parts(Version, Protocol, Metadata, Schema, Files, Tombstones, Transactions, Domains,
        commit.InCommitTimestamp ?? commit.Timestamp, commit));

    private static Snapshot Build(Snapshot? before, long version, IEnumerable<DeltaAction> actions, bool isCheckpoint)
    {
        var state = new SnapshotState(before);
        foreach (var action in actions) state.Take(action);
        if (state.Protocol is null) throw DeltaFaults.Corrupt($"Version {version} of the table has no protocol action: its log is incomplete");
        if (state.Metadata is null) throw DeltaFaults.Corrupt($"Version {version} of the table has no metaData action: its log is incomplete");

        // Checked before the schema is parsed: a feature that is not supported may have brought a type that is not either.
        if (!ReferenceEquals(state.Protocol, before?.Protocol)) ProtocolSupport.EnsureReadable(state.Protocol);
        var schema = before is not null && ReferenceEquals(state.Metadata, before.Metadata) ? before.Schema : SchemaJson.Parse(state.Metadata.SchemaString);
        if (!ReferenceEquals(schema, before?.Schema)) ProtocolSupport.EnsureReadable(schema);
        var commit = isCheckpoint ? null : state.Commit;
        return new Snapshot(new Parts(version, state.Protocol, state.Metadata, schema, state.Files.ToImmutable(), state.Tombstones.ToImmutable(), state.Transactions.ToImmutable(),
            state.Domains.ToImmutable(), commit?.InCommitTimestamp ?? commit?.Timestamp, commit));
    }

    private sealed record Parts(long Version, ProtocolAction Protocol, MetadataAction Metadata, StructType Schema, ImmutableDictionary<FileKey, AddFile> Files,
        ImmutableDictionary<FileKey, RemoveFile> Tombstones, ImmutableDictionary<string, TransactionAction> Transactions,
        ImmutableDictionary<string, DomainMetadataAction> Domains, long? Timestamp, CommitInfoAction? LastCommit);
}

/// <summary>The state that replay builds up: the newest action of each kind and key wins.</summary>
internal sealed class SnapshotState(Snapshot? before)
{
    internal ProtocolAction? Protocol { get; private set; } = before?.Protocol;

    internal MetadataAction? Metadata { get; private set; } = before?.Metadata;

    internal CommitInfoAction? Commit { get; private set; }

    internal ImmutableDictionary<FileKey, AddFile>.Builder Files { get; } = (before?.Files ?? ImmutableDictionary<FileKey, AddFile>.Empty).ToBuilder();

    internal ImmutableDictionary<FileKey, RemoveFile>.Builder Tombstones { get; } = (before?.Tombstones ?? ImmutableDictionary<FileKey, RemoveFile>.Empty).ToBuilder();

    internal ImmutableDictionary<string, TransactionAction>.Builder Transactions { get; } =
        (before?.Transactions ?? ImmutableDictionary.Create<string, TransactionAction>(StringComparer.Ordinal)).ToBuilder();

    internal ImmutableDictionary<string, DomainMetadataAction>.Builder Domains { get; } =
        (before?.Domains ?? ImmutableDictionary.Create<string, DomainMetadataAction>(StringComparer.Ordinal)).ToBuilder();

    internal void Take(DeltaAction action)
    {
        switch (action)
        {
            case AddFile add:
                Files[add.Key] = add;
                Tombstones.Remove(add.Key);
                break;
            case RemoveFile remove:
                Files.Remove(remove.Key);
                Tombstones[remove.Key] = remove;
                break;
            case MetadataAction metadata:
                Metadata = metadata;
                break;
            case ProtocolAction protocol:
                Protocol = protocol;
                break;
            case TransactionAction transaction:
                Transactions[transaction.AppId] = transaction;
                break;
            case DomainMetadataAction { Removed: true } removed:
                Domains.Remove(removed.Domain);
                break;
            case DomainMetadataAction domain:
                Domains[domain.Domain] = domain;
                break;
            case CommitInfoAction commit:
                Commit ??= commit;
                break;
        }
    }
}
