using System.Collections.Immutable;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>What a commit does to a table, which decides what it conflicts with.</summary>
public enum CommitKind
{
    /// <summary>Adds rows that no check compared with the table: conflicts with nothing.</summary>
    Append,

    /// <summary>Adds rows that were checked against the whole table (<c>unique</c>, <c>row_count</c>): conflicts with any data change since its base.</summary>
    CheckedAppend,

    /// <summary>Replaces some files by others: conflicts with any data change since its base.</summary>
    Merge,

    /// <summary>Replaces all rows: conflicts with any data change since its base.</summary>
    Replace,

    /// <summary>Rewrites files without changing rows: yields to everybody.</summary>
    Compaction,

    /// <summary>Brings back an older version: conflicts with any data change since its base.</summary>
    Restore,

    /// <summary>Changes properties, descriptions or named configuration only.</summary>
    Settings,
}

/// <summary>What makes a repeated commit recognisable.</summary>
/// <param name="AppId">Who: <c>run:&lt;run&gt;/&lt;step&gt;</c> or <c>stream:&lt;pipeline&gt;/&lt;step&gt;</c>.</param>
/// <param name="Version">How far: 1 for a run, the epoch for a stream.</param>
/// <param name="Expires">Whether it may be forgotten after the table's retention of
/// transactions: yes for runs, no for streams, which may stand still for long.</param>
public sealed record CommitTransaction(string AppId, long Version, bool Expires)
{
    /// <summary>The transaction of one step of a batch run.</summary>
    public static CommitTransaction OfRun(string run, string step) => new($"run:{run}/{step}", 1, Expires: true);

    /// <summary>The transaction of one epoch of a streaming step.</summary>
    public static CommitTransaction OfStream(string pipeline, string step, long epoch) => new($"stream:{pipeline}/{step}", epoch, Expires: false);
}

/// <summary>One commit as a caller asks for it. Data files are durable in the table's folder before it is made.</summary>
public sealed record CommitRequest
{
    /// <summary>Unique for ever; a repeated request keeps it.</summary>
    public required Guid CommitId { get; init; }

    /// <summary>What it does.</summary>
    public required CommitKind Kind { get; init; }

    /// <summary>The version that the work was based on (what was read, checked or compared);
    /// <c>null</c> when it looked at no version, or when there was no table.</summary>
    public long? BaseVersion { get; init; }

    /// <summary>What makes a repetition recognisable; <c>null</c> only for maintenance.</summary>
    public CommitTransaction? Transaction { get; init; }

    /// <summary>Files that become part of the table: paths relative to the table, statistics with <c>numRecords</c> on each.</summary>
    public ImmutableArray<AddFile> Adds { get; init; } = [];

    /// <summary>Merge and compaction: the plain paths of the files that leave the table. A replace takes all of them, whatever is said here.</summary>
    public ImmutableArray<string> RemovedPaths { get; init; } = [];

    /// <summary>The schema of the added files; <c>null</c> when it is the table's (compaction, settings).</summary>
    public StructType? Schema { get; init; }

    /// <summary>The partition columns, which an existing table must have too (only a replace may change them).</summary>
    public ImmutableArray<string> PartitionColumns { get; init; } = [];

    /// <summary>Which changes of the table's schema it may bring.</summary>
    public EvolutionPolicy Evolution { get; init; } = EvolutionPolicy.Compatible;

    /// <summary>Columns that the table had at the base; one that was added since may be missing in the files. <c>null</c>: all of today's.</summary>
    public ImmutableHashSet<string>? KnownColumns { get; init; }

    /// <summary>Named configuration to set together with the rows; <c>null</c> removes one.</summary>
    public ImmutableSortedDictionary<string, string?> Domains { get; init; } = Maps.NoOptionalText;

    /// <summary>Named configuration that must still be what it was (<c>null</c>: absent); otherwise the commit conflicts.</summary>
    public ImmutableSortedDictionary<string, string?> ExpectedDomains { get; init; } = Maps.NoOptionalText;

    /// <summary>Table properties to set; <c>null</c> removes one.</summary>
    public ImmutableSortedDictionary<string, string?> Properties { get; init; } = Maps.NoOptionalText;

    /// <summary>The table's name for people; <c>null</c> leaves it.</summary>
    public string? TableName { get; init; }

    /// <summary>What the table holds; <c>null</c> leaves it.</summary>
    public string? Description { get; init; }

    /// <summary>What to record about the commit (run, step, pipeline, inputs, checks …): a JSON object that is stored as it is.</summary>
    public string? ProvenanceJson { get; init; }

    /// <summary>Rows that the work reported; the files' statistics must add up to it. <c>null</c>: not checked.</summary>
    public long? ExpectedRows { get; init; }

    /// <summary>Restore: the version that comes back.</summary>
    public Snapshot? RestoreTarget { get; init; }

    /// <summary>Whether what it does depends on what the table holds, so that another's data change since its base spoils it.</summary>
    public bool DependsOnData => Kind is CommitKind.CheckedAppend or CommitKind.Merge or CommitKind.Replace or CommitKind.Restore;
}
