using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using Orleans;

namespace DataGrid.Contracts.Runs;

/// <summary>One task's place: a run's stage and its number in it.</summary>
[GenerateSerializer, Alias("TaskId"), Immutable]
public readonly record struct TaskId
{
    /// <summary>Names a task.</summary>
    public TaskId(RunId run, DatasetName stage, int number) => (Run, Stage, Number) = (run, stage, number);

    /// <summary>The run.</summary>
    [Id(0)] public RunId Run { get; init; }

    /// <summary>The stage: named after the dataset that the step makes.</summary>
    [Id(1)] public DatasetName Stage { get; init; }

    /// <summary>The task's number in its stage, from 0.</summary>
    [Id(2)] public int Number { get; init; }

    /// <summary><c>run/stage/number</c></summary>
    public override string ToString() => $"{Run}/{Stage}/{Number}";
}

/// <summary>All that a worker needs to run one task. Knows files, not tables: the worker never reads or writes a log. A step that is a view writes no file:
/// its task only runs its checks over the view's rows.</summary>
[GenerateSerializer, Alias("TaskSpec"), Immutable]
public sealed record TaskSpec
{
    /// <summary>Which task.</summary>
    [Id(0)] public required TaskId Task { get; init; }

    /// <summary>Which attempt at it.</summary>
    [Id(1)] public required AttemptId Attempt { get; init; }

    /// <summary>The step: SQL, checks, materialization, columns, limits of time.</summary>
    [Id(2)] public required StepSpec Step { get; init; }

    /// <summary>Every dataset that the SQL and the checks read, with its pinned files, views among them in an order in which each stands after what it reads.</summary>
    [Id(3)] public required ImmutableArray<TaskInput> Inputs { get; init; }

    /// <summary>The step's own table before this run: what a merge changes and what table checks must see beside the new rows. Null when there is none or
    /// it is replaced.</summary>
    [Id(4)] public TaskInput? Base { get; init; }

    /// <summary>Values of the parameters, as text, by name without <c>$</c>.</summary>
    [Id(5)] public ImmutableSortedDictionary<string, string> ParameterValues { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Declared parameters.</summary>
    [Id(6)] public ImmutableArray<ParameterSpec> Parameters { get; init => field = value.OrEmpty(); } = [];

    /// <summary>An empty or absent folder for this attempt alone; all output goes there.</summary>
    [Id(7)] public required string StagingDirectory { get; init; }

    /// <summary>What it may use.</summary>
    [Id(8)] public required TaskLimits Limits { get; init; }

    /// <summary>The span of its step, as a W3C traceparent; null when nobody traces.</summary>
    [Id(9)] public string? TraceParent { get; init; }
}

/// <summary>What a task may use.</summary>
[GenerateSerializer, Alias("TaskLimits"), Immutable]
public sealed record TaskLimits
{
    /// <summary>Memory for the engine, in bytes.</summary>
    [Id(0)] public required long MemoryBytes { get; init; }

    /// <summary>Threads.</summary>
    [Id(1)] public required int Threads { get; init; }

    /// <summary>Space for spilling, in bytes.</summary>
    [Id(2)] public required long TemporaryBytes { get; init; }
}

/// <summary>How an input is given to the SQL.</summary>
public enum TaskInputForm
{
    /// <summary>Parquet files of a table, read by the declared columns (a column missing in an old file is NULL, a narrower one is widened).</summary>
    Table,
    /// <summary>Files of a source, read by its format.</summary>
    Source,
    /// <summary>A view: SQL over inputs that stand before it.</summary>
    View,
}

/// <summary>One dataset as a task sees it.</summary>
[GenerateSerializer, Alias("TaskInput"), Immutable]
public sealed record TaskInput
{
    /// <summary>The name that the SQL uses.</summary>
    [Id(0)] public required DatasetName Name { get; init; }

    /// <summary>How it is given.</summary>
    [Id(1)] public required TaskInputForm Form { get; init; }

    /// <summary>The columns that the SQL sees, in order.</summary>
    [Id(2)] public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>Its files (none for a view; an empty table has none either).</summary>
    [Id(3)] public ImmutableArray<TaskFile> Files { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Table: the partition columns, whose values stand in <see cref="TaskFile.PartitionValues"/> and not in the files.</summary>
    [Id(4)] public ImmutableArray<string> PartitionColumns { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Source: format, contract, drift policy and settings.</summary>
    [Id(5)] public SourceSpec? Source { get; init; }

    /// <summary>View: its SQL, already past the gate.</summary>
    [Id(6)] public string? ViewSql { get; init; }

    /// <summary>Table: the version read; null where the rows come from an upstream step of the same run.</summary>
    [Id(7)] public long? Version { get; init; }

    /// <summary>Table: a SELECT of all columns over exactly <see cref="Files"/>, made from the table's log, to be used instead of reading the files by
    /// <see cref="Columns"/>: for tables of other writers whose files name columns otherwise than the table does (column mapping). Such a table can be read and
    /// not written, so it is never a <see cref="TaskSpec.Base"/>. Null when the files have the columns by their names.</summary>
    [Id(8)] public string? ScanSql { get; init; }
}

/// <summary>One file of an input.</summary>
[GenerateSerializer, Alias("TaskFile"), Immutable]
public sealed record TaskFile
{
    /// <summary>Its absolute path on this machine.</summary>
    [Id(0)] public required string Path { get; init; }

    /// <summary>Its length in bytes when it was pinned.</summary>
    [Id(1)] public required long Bytes { get; init; }

    /// <summary>Its name in its table or, for a source, relative to the project folder: what errors and manifests say.</summary>
    [Id(2)] public required string Name { get; init; }

    /// <summary>Values of the partition columns, as Delta writes them; null is NULL.</summary>
    [Id(3)] public ImmutableSortedDictionary<string, string?> PartitionValues { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>Rows, where known.</summary>
    [Id(4)] public long? Rows { get; init; }

    /// <summary>Source: the modification time when it was pinned, UTC.</summary>
    [Id(5)] public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Positions (from 0, in the file's own row order) of rows that are deleted by a deletion vector of another writer. They stay deleted when a step
    /// appends or merges, which is why they stand with the file.</summary>
    [Id(6)] public ImmutableArray<long> DeletedRows { get; init => field = value.OrEmpty(); } = [];
}
