using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Quality;
using Orleans;

namespace DataGrid.Contracts.Runs;

/// <summary>How an attempt ended.</summary>
public enum TaskOutcome
{
    /// <summary>Files are written and every check that can fail the run passed.</summary>
    Succeeded,
    /// <summary>It failed; <see cref="TaskResult.Problem"/> says why and whether trying again can help.</summary>
    Failed,
    /// <summary>It was cancelled.</summary>
    Cancelled,
}

/// <summary>What an attempt brought.</summary>
[GenerateSerializer, Alias("TaskResult"), Immutable]
public sealed record TaskResult
{
    /// <summary>Which task.</summary>
    [Id(0)] public required TaskId Task { get; init; }

    /// <summary>Which attempt.</summary>
    [Id(1)] public required AttemptId Attempt { get; init; }

    /// <summary>How it ended.</summary>
    [Id(2)] public required TaskOutcome Outcome { get; init; }

    /// <summary>The files; null unless it succeeded.</summary>
    [Id(3)] public Manifest? Manifest { get; init; }

    /// <summary>What the checks found, also when one of them failed the attempt.</summary>
    [Id(4)] public ImmutableArray<CheckResult> Checks { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Why it failed.</summary>
    [Id(5)] public Problem? Problem { get; init; }

    /// <summary>What it used.</summary>
    [Id(6)] public TaskMetrics Metrics { get; init => field = value.OrNew(); } = new();
}

/// <summary>The files that one attempt wrote.</summary>
[GenerateSerializer, Alias("Manifest"), Immutable]
public sealed record Manifest
{
    /// <summary>The files, in the order of their names.</summary>
    [Id(0)] public required ImmutableArray<ManifestFile> Files { get; init; }

    /// <summary>Merge: names (<see cref="TaskFile.Name"/>) of the base files that the new files replace.</summary>
    [Id(1)] public ImmutableArray<string> ReplacedFiles { get; init => field = value.OrEmpty(); } = [];

    /// <summary>The columns as written, with types that a Delta table can have.</summary>
    [Id(2)] public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>Rows that the SQL returned.</summary>
    [Id(3)] public long RowsRead { get; init; }

    /// <summary>Rows in <see cref="Files"/> that belong to the table. In a merge this counts rows carried over from replaced files too.</summary>
    [Id(4)] public long RowsWritten { get; init; }

    /// <summary>Rows that went to the quarantine.</summary>
    [Id(5)] public long RowsQuarantined { get; init; }

    /// <summary>Rows that were dropped.</summary>
    [Id(6)] public long RowsDropped { get; init; }

    /// <summary>Merge: rows whose key was in the table before.</summary>
    [Id(7)] public long RowsUpdated { get; init; }

    /// <summary>Merge: rows whose key was not in the table before.</summary>
    [Id(8)] public long RowsInserted { get; init; }

    /// <summary>The quarantine's columns, when a file of it was written.</summary>
    [Id(9)] public ImmutableArray<ColumnSpec> QuarantineColumns { get; init => field = value.OrEmpty(); } = [];
}

/// <summary>What a written file is for.</summary>
public enum ManifestFileRole
{
    /// <summary>Rows of the table.</summary>
    Data,
    /// <summary>Rows of the quarantine.</summary>
    Quarantine,
}

/// <summary>One written file.</summary>
[GenerateSerializer, Alias("ManifestFile"), Immutable]
public sealed record ManifestFile
{
    /// <summary>The path in the staging folder, <c>/</c> between folders.</summary>
    [Id(0)] public required string StagedPath { get; init; }

    /// <summary>What it is for.</summary>
    [Id(1)] public required ManifestFileRole Role { get; init; }

    /// <summary>Length in bytes.</summary>
    [Id(2)] public required long Bytes { get; init; }

    /// <summary>Rows.</summary>
    [Id(3)] public required long Rows { get; init; }

    /// <summary>XxHash128 of the content, hexadecimal.</summary>
    [Id(4)] public required string Hash { get; init; }

    /// <summary>Delta's <c>stats</c> JSON: numRecords, minValues, maxValues, nullCount.</summary>
    [Id(5)] public required string Statistics { get; init; }

    /// <summary>Values of the partition columns, as Delta writes them; null is NULL.</summary>
    [Id(6)] public ImmutableSortedDictionary<string, string?> PartitionValues { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string?>.Empty;
}

/// <summary>What an attempt used.</summary>
[GenerateSerializer, Alias("TaskMetrics"), Immutable]
public sealed record TaskMetrics
{
    /// <summary>Wall time.</summary>
    [Id(0)] public TimeSpan Elapsed { get; init; }

    /// <summary>Bytes of the input files.</summary>
    [Id(1)] public long InputBytes { get; init; }

    /// <summary>Bytes of the output files.</summary>
    [Id(2)] public long OutputBytes { get; init; }
}

/// <summary>How far a task is. Sent at most four times a second.</summary>
[GenerateSerializer, Alias("TaskProgress"), Immutable]
public sealed record TaskProgress
{
    /// <summary>0 to 100; null where the engine cannot tell.</summary>
    [Id(0)] public double? Percent { get; init; }

    /// <summary>Rows so far, where known.</summary>
    [Id(1)] public long? Rows { get; init; }

    /// <summary>What it is doing: <c>reading</c>, <c>writing</c>, <c>checking</c>.</summary>
    [Id(2)] public string Phase { get; init; } = "";
}

/// <summary>Runs tasks. Implemented on the engine; knows nothing of grains, tables or runs.</summary>
public interface ITaskExecutor
{
    /// <summary>Runs one task to its end. Never throws for bad SQL, bad data, a full disk or a cancel: those are results.</summary>
    /// <param name="task">What to do.</param>
    /// <param name="progress">Told now and then; must be quick.</param>
    /// <param name="cancellationToken">Interrupts the engine within a second.</param>
    Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken);
}
