using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Runs;
using Orleans;
using Orleans.Concurrency;

namespace DataGrid.Contracts.Datasets;

/// <summary>One table: the only place that commits to it. Key: <c>workspace/ns.name</c>.</summary>
[Alias("IDatasetGrain")]
public interface IDatasetGrain : IGrainWithStringKey
{
    /// <summary>Commits one change. Appends that wait at the same time share a log entry. Repeating a commit does nothing.</summary>
    [Alias("Commit"), AlwaysInterleave, ResponseTimeout("00:10:00")]
    Task<CommitReply> Commit(DatasetCommit commit);

    /// <summary>Brings the table back to an earlier version, as a new version.</summary>
    [Alias("Rollback"), ResponseTimeout("00:10:00")]
    Task<MaintenanceReply> Rollback(long version, bool dryRun);

    /// <summary>Deletes files that no version within the retention needs.</summary>
    /// <param name="retention">How long removed files are kept; null for the table's own.</param>
    /// <param name="allowShort">Take a retention that is shorter than a long task.</param>
    /// <param name="dryRun">Only say what would be deleted.</param>
    [Alias("Vacuum"), ResponseTimeout("12:00:00")]
    Task<MaintenanceReply> Vacuum(TimeSpan? retention, bool allowShort, bool dryRun);

    /// <summary>Joins small files into larger ones. Never disturbs an append: it yields and tries again.</summary>
    [Alias("Compact"), ResponseTimeout("12:00:00")]
    Task<MaintenanceReply> Compact(bool dryRun);
}

/// <summary>How a commit changes the rows.</summary>
public enum RowChange
{
    /// <summary>The rows are replaced.</summary>
    Replace,
    /// <summary>Rows are added.</summary>
    Append,
    /// <summary>Rows are added and files replaced, by key.</summary>
    Merge,
}

/// <summary>One change of a table, by a step of a run.</summary>
[GenerateSerializer, Alias("DatasetCommit"), Immutable]
public sealed record DatasetCommit
{
    /// <summary>The table.</summary>
    [Id(0)] public required DatasetName Dataset { get; init; }

    /// <summary>The pipeline that owns it.</summary>
    [Id(1)] public required PipelineId Owner { get; init; }

    /// <summary>The run.</summary>
    [Id(2)] public required RunId Run { get; init; }

    /// <summary>The step; for a quarantine, the dataset that it follows.</summary>
    [Id(3)] public required DatasetName Step { get; init; }

    /// <summary>How the rows change.</summary>
    [Id(4)] public required RowChange Kind { get; init; }

    /// <summary>The version that the change was computed from; null when there was no table.</summary>
    [Id(5)] public long? BaseVersion { get; init; }

    /// <summary>The columns after it.</summary>
    [Id(6)] public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>The partition columns.</summary>
    [Id(7)] public ImmutableArray<string> PartitionBy { get; init => field = value.OrEmpty(); } = [];

    /// <summary>New files, in the table's folder.</summary>
    [Id(8)] public required ImmutableArray<AdoptedFile> Adds { get; init; }

    /// <summary>Merge: files that the new ones replace.</summary>
    [Id(9)] public ImmutableArray<string> Removes { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Whether a check looked at the whole table (unique, row count, custom SQL): then any change in between is a conflict.</summary>
    [Id(10)] public bool CheckedWholeTable { get; init; }

    /// <summary>append: the name of the cursor file after it; null when it has none.</summary>
    [Id(11)] public string? Cursor { get; init; }

    /// <summary>append: the name of the cursor file that the change was computed from.</summary>
    [Id(12)] public string? BaseCursor { get; init; }

    /// <summary>Where the version comes from; written into its log entry.</summary>
    [Id(13)] public required VersionProvenance Provenance { get; init; }

    /// <summary>The table's description.</summary>
    [Id(14)] public string? Description { get; init; }

    /// <summary>Let the schema change in ways that readers of earlier versions notice (full refresh, replace).</summary>
    [Id(15)] public bool ReplacesSchema { get; init; }
}

/// <summary>How a commit ended.</summary>
public enum CommitResultKind
{
    /// <summary>It is visible as <see cref="CommitReply.Version"/>.</summary>
    Committed,
    /// <summary>It was committed before, as <see cref="CommitReply.Version"/>.</summary>
    AlreadyDone,
    /// <summary>Another writer changed what it was based on.</summary>
    Conflict,
    /// <summary>A newer owner of the table exists.</summary>
    Fenced,
    /// <summary>It is not allowed; <see cref="CommitReply.Problem"/> says why.</summary>
    Refused,
}

/// <summary>How a commit ended, and with which version.</summary>
[GenerateSerializer, Alias("CommitReply"), Immutable]
public sealed record CommitReply
{
    /// <summary>How it ended.</summary>
    [Id(0)] public required CommitResultKind Kind { get; init; }

    /// <summary>The table's version with the change.</summary>
    [Id(1)] public long? Version { get; init; }

    /// <summary>Why not.</summary>
    [Id(2)] public Problem? Problem { get; init; }
}

/// <summary>What maintenance did, or would do.</summary>
[GenerateSerializer, Alias("MaintenanceReply"), Immutable]
public sealed record MaintenanceReply
{
    /// <summary>The version after it; null when it made none.</summary>
    [Id(0)] public long? Version { get; init; }

    /// <summary>Files added to the table.</summary>
    [Id(1)] public long FilesAdded { get; init; }

    /// <summary>Files taken out of the table, or deleted by a vacuum.</summary>
    [Id(2)] public long FilesRemoved { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(3)] public long BytesRemoved { get; init; }

    /// <summary>The files concerned, up to a thousand.</summary>
    [Id(4)] public ImmutableArray<string> Files { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Why nothing was done.</summary>
    [Id(5)] public Problem? Problem { get; init; }
}
