using System.Collections.Immutable;

namespace DataGrid.Core.DeltaLog.Actions;

/// <summary>One line of a log entry or one row of a checkpoint, in the protocol's own
/// vocabulary. Actions of kinds that a reader need not know are not represented.</summary>
public abstract record DeltaAction;

/// <summary>An action on one data file.</summary>
public abstract record FileAction : DeltaAction
{
    /// <summary>The file's path as the log has it: URI-encoded, relative to the table or absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Whether rows change; <c>false</c> for a rearrangement such as a compaction.</summary>
    public required bool DataChange { get; init; }

    /// <summary>Values of the partition columns by their (physical) names, serialized as the protocol says; null is NULL.</summary>
    public ImmutableSortedDictionary<string, string?> PartitionValues { get; init; } = Maps.NoOptionalText;

    /// <summary>Statistics as JSON text; <c>null</c> when none were kept.</summary>
    public string? Statistics { get; init; }

    /// <summary>Metadata of the file.</summary>
    public ImmutableSortedDictionary<string, string?> Tags { get; init; } = Maps.NoOptionalText;

    /// <summary>Which rows of the file no longer count; <c>null</c> when all do.</summary>
    public DeletionVectorDescriptor? DeletionVector { get; init; }

    /// <summary>Row tracking: the default id of the first row.</summary>
    public long? BaseRowId { get; init; }

    /// <summary>Row tracking: the version that first added the file.</summary>
    public long? DefaultRowCommitVersion { get; init; }

    /// <summary>What identifies the logical file in a snapshot.</summary>
    public FileKey Key => new(DataPath.Canonical(Path), DeletionVector?.UniqueId);
}

/// <summary>A data file became part of the table.</summary>
public sealed record AddFile : FileAction
{
    /// <summary>Its length in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>When it was written, in milliseconds since 1970-01-01 UTC.</summary>
    public required long ModificationTime { get; init; }

    /// <summary>Which clustering made it, if any.</summary>
    public string? ClusteringProvider { get; init; }
}

/// <summary>A data file left the table; it stays on disk until vacuum takes it.</summary>
public sealed record RemoveFile : FileAction
{
    /// <summary>When it left, in milliseconds since 1970-01-01 UTC; <c>null</c> means long ago.</summary>
    public long? DeletionTimestamp { get; init; }

    /// <summary>Whether <see cref="FileAction.PartitionValues"/> and <see cref="SizeBytes"/> were recorded.</summary>
    public bool ExtendedFileMetadata { get; init; }

    /// <summary>Its length in bytes, where recorded.</summary>
    public long? SizeBytes { get; init; }
}

/// <summary>The table's schema and settings.</summary>
public sealed record MetadataAction : DeltaAction
{
    /// <summary>The table's unique id.</summary>
    public required string Id { get; init; }

    /// <summary>The table's name for people.</summary>
    public string? Name { get; init; }

    /// <summary>What the table holds.</summary>
    public string? Description { get; init; }

    /// <summary>The data files' format; always <c>parquet</c> in tables of ours.</summary>
    public string Provider { get; init; } = "parquet";

    /// <summary>Options of the format.</summary>
    public ImmutableSortedDictionary<string, string?> FormatOptions { get; init; } = Maps.NoOptionalText;

    /// <summary>The schema in the protocol's JSON.</summary>
    public required string SchemaString { get; init; }

    /// <summary>Columns by whose values files are laid out, in order.</summary>
    public ImmutableArray<string> PartitionColumns { get; init; } = [];

    /// <summary>When the table was made, in milliseconds since 1970-01-01 UTC.</summary>
    public long? CreatedTime { get; init; }

    /// <summary>Table properties.</summary>
    public ImmutableSortedDictionary<string, string?> Configuration { get; init; } = Maps.NoOptionalText;
}

/// <summary>What a client must understand to read and to write the table.</summary>
public sealed record ProtocolAction : DeltaAction
{
    /// <summary>The least reader version.</summary>
    public required int MinReaderVersion { get; init; }

    /// <summary>The least writer version.</summary>
    public required int MinWriterVersion { get; init; }

    /// <summary>Features a reader must know; only with reader version 3, <c>default</c> otherwise.</summary>
    public ImmutableArray<string> ReaderFeatures { get; init; }

    /// <summary>Features a writer must know; only with writer version 7, <c>default</c> otherwise.</summary>
    public ImmutableArray<string> WriterFeatures { get; init; }
}

/// <summary>How far an application has got; what makes a repeated commit recognisable.</summary>
/// <param name="AppId">Who: <c>run:…</c>, <c>stream:…</c>, <c>datagrid/epoch</c>, or another engine's id.</param>
/// <param name="Version">How far, in the application's own count.</param>
/// <param name="LastUpdated">When, in milliseconds since 1970-01-01 UTC; <c>null</c> keeps the transaction for ever.</param>
public sealed record TransactionAction(string AppId, long Version, long? LastUpdated) : DeltaAction;

/// <summary>A named piece of configuration that is part of the table's state.</summary>
/// <param name="Domain">Its name; <c>delta.</c> is reserved for the protocol.</param>
/// <param name="Configuration">Its content.</param>
/// <param name="Removed">Whether this action removes it.</param>
public sealed record DomainMetadataAction(string Domain, string Configuration, bool Removed) : DeltaAction;

/// <summary>Where a commit came from. Free JSON; what the protocol gives meaning to is picked out.</summary>
/// <param name="Json">The whole object as JSON text.</param>
/// <param name="Timestamp">When, in milliseconds since 1970-01-01 UTC, by the writer's clock.</param>
/// <param name="InCommitTimestamp">When, made to rise with every version; <c>null</c> in tables without that feature.</param>
/// <param name="Operation">What was done: <c>WRITE</c>, <c>MERGE</c>, <c>OPTIMIZE</c>, …</param>
public sealed record CommitInfoAction(string Json, long? Timestamp, long? InCommitTimestamp, string? Operation) : DeltaAction;

/// <summary>Marks a checkpoint of the second specification.</summary>
/// <param name="Version">The version that the checkpoint contains.</param>
public sealed record CheckpointMetadataAction(long Version) : DeltaAction;

/// <summary>A file that holds part of a checkpoint's file actions.</summary>
/// <param name="Path">Its URI-encoded name in <c>_delta_log/_sidecars</c>.</param>
/// <param name="SizeBytes">Its length in bytes.</param>
public sealed record SidecarAction(string Path, long SizeBytes) : DeltaAction;

/// <summary>What identifies a logical file: a data file together with the deletion vector over it.</summary>
/// <param name="Path">The decoded path.</param>
/// <param name="DeletionVectorId">The vector's unique id; <c>null</c> without one.</param>
public readonly record struct FileKey(string Path, string? DeletionVectorId);

/// <summary>Where a file's deletion vector is kept.</summary>
/// <param name="StorageType"><c>u</c> a file of the table named by an encoded UUID, <c>p</c> a file by its absolute path, <c>i</c> inline.</param>
/// <param name="PathOrInline">The encoded name, the path, or the encoded content.</param>
/// <param name="Offset">Where it starts in its file, in bytes.</param>
/// <param name="SizeBytes">Its length in bytes, without header and checksum.</param>
/// <param name="Cardinality">How many rows it deletes.</param>
public sealed record DeletionVectorDescriptor(char StorageType, string PathOrInline, int? Offset, int SizeBytes, long Cardinality)
{
    /// <summary>What tells two vectors over one file apart.</summary>
    public string UniqueId => Offset is { } offset ? $"{StorageType}{PathOrInline}@{offset}" : $"{StorageType}{PathOrInline}";
}
