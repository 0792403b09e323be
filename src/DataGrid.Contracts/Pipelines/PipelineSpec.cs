using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Quality;
using Orleans;

namespace DataGrid.Contracts.Pipelines;

/// <summary>A project, read, checked and bound: all that is needed to plan and run it.</summary>
[GenerateSerializer, Alias("PipelineSpec"), Immutable]
public sealed record PipelineSpec
{
    /// <summary>The pipeline's name.</summary>
    [Id(0)] public required PipelineId Id { get; init; }

    /// <summary>What it is for.</summary>
    [Id(1)] public string? Description { get; init; }

    /// <summary>Whom to ask.</summary>
    [Id(2)] public string? Owner { get; init; }

    /// <summary>The project folder's absolute path; source globs are relative to it.</summary>
    [Id(3)] public required string ProjectDirectory { get; init; }

    /// <summary>External inputs, in the order of the file.</summary>
    [Id(4)] public required ImmutableArray<SourceSpec> Sources { get; init; }

    /// <summary>Models, in an order in which every step comes after what it reads (a topological order, stable by name).</summary>
    [Id(5)] public required ImmutableArray<StepSpec> Steps { get; init; }

    /// <summary>Parameters that the SQL uses (<c>$day</c>).</summary>
    [Id(6)] public ImmutableArray<ParameterSpec> Parameters { get; init => field = value.OrEmpty(); } = [];

    /// <summary>SHA-256 (hexadecimal) over everything above but the folder: equal for equal projects.</summary>
    [Id(7)] public required string Fingerprint { get; init; }

    /// <summary>Warnings of validation, to be shown again when it runs.</summary>
    [Id(8)] public ImmutableArray<Errors.Problem> Warnings { get; init => field = value.OrEmpty(); } = [];
}

/// <summary>A parameter of the SQL.</summary>
[GenerateSerializer, Alias("ParameterSpec"), Immutable]
public sealed record ParameterSpec
{
    /// <summary>The name without <c>$</c>.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>DuckDB's type text; <c>VARCHAR</c> unless the project says otherwise.</summary>
    [Id(1)] public required string Type { get; init; }

    /// <summary>The value's text when none is given; null when one must be given.</summary>
    [Id(2)] public string? Default { get; init; }
}

/// <summary>How a source's files are written.</summary>
public enum SourceFormat
{
    /// <summary>Delimited text with a header.</summary>
    Csv,
    /// <summary>One JSON object a line.</summary>
    Ndjson,
    /// <summary>One JSON array of objects.</summary>
    Json,
    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>What to do when files have other columns than the contract or than before.</summary>
public enum DriftPolicy
{
    /// <summary>The run fails and names the columns.</summary>
    Fail,
    /// <summary>New columns are taken up.</summary>
    AcceptNew,
    /// <summary>New columns are left out.</summary>
    IgnoreNew,
}

/// <summary>An external input: files.</summary>
[GenerateSerializer, Alias("SourceSpec"), Immutable]
public sealed record SourceSpec
{
    /// <summary>The dataset's name.</summary>
    [Id(0)] public required DatasetName Name { get; init; }

    /// <summary>Globs, relative to the project folder, <c>/</c> between folders.</summary>
    [Id(1)] public required ImmutableArray<string> Files { get; init; }

    /// <summary>The files' format.</summary>
    [Id(2)] public required SourceFormat Format { get; init; }

    /// <summary>The columns as read: the contract's where there is one, otherwise what was discovered when the project was compiled.</summary>
    [Id(3)] public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>Whether <see cref="Columns"/> come from the project file.</summary>
    [Id(4)] public bool HasContract { get; init; }

    /// <summary>What to do about drift.</summary>
    [Id(5)] public DriftPolicy OnDrift { get; init; }

    /// <summary>What it holds.</summary>
    [Id(6)] public string? Description { get; init; }

    /// <summary>Whom to ask; the pipeline's owner when null.</summary>
    [Id(7)] public string? Owner { get; init; }

    /// <summary>Format settings that the project gives: <c>delimiter</c>, <c>header</c>, <c>null</c>, <c>quote</c>, <c>encoding</c>, <c>decimal_separator</c>,
    /// <c>date_format</c>, <c>timestamp_format</c>; already checked, and <c>delimiter</c> and formats that were found out where the project gives none.</summary>
    [Id(8)] public ImmutableSortedDictionary<string, string> FormatSettings { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where it stands in the project file.</summary>
    [Id(9)] public Errors.SourcePosition? Position { get; init; }

    /// <summary>How many of <see cref="Columns"/>, from the first on, the contract names. With <see cref="DriftPolicy.AcceptNew"/> the others may be missing
    /// in older files, where they read as NULL.</summary>
    [Id(10)] public int ContractColumns { get; init; }
}

/// <summary>How a step's result becomes a dataset.</summary>
public enum Materialization
{
    /// <summary>The table is replaced.</summary>
    Table,
    /// <summary>Rows from new input are added.</summary>
    Append,
    /// <summary>Rows replace those with the same keys; new keys are added.</summary>
    Merge,
    /// <summary>Nothing is stored; the SQL is expanded where it is read.</summary>
    View,
}

/// <summary>One model: a SELECT and how its result becomes a dataset.</summary>
[GenerateSerializer, Alias("StepSpec"), Immutable]
public sealed record StepSpec
{
    /// <summary>The dataset that it makes.</summary>
    [Id(0)] public required DatasetName Name { get; init; }

    /// <summary>The model's file, relative to the project folder.</summary>
    [Id(1)] public required string File { get; init; }

    /// <summary>The file's whole text, leading comment included, so that positions in errors are positions in the file.</summary>
    [Id(2)] public required string Sql { get; init; }

    /// <summary>How it is stored.</summary>
    [Id(3)] public Materialization Materialization { get; init; }

    /// <summary>Columns by whose values the files are laid out in folders.</summary>
    [Id(4)] public ImmutableArray<string> PartitionBy { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Key columns of a merge.</summary>
    [Id(5)] public ImmutableArray<string> Keys { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Which input an append reads only the new part of.</summary>
    [Id(6)] public DatasetName? Incremental { get; init; }

    /// <summary>The author says that aggregating each batch alone is meant.</summary>
    [Id(7)] public bool PerBatch { get; init; }

    /// <summary>The result's columns as a reader finds them, descriptions merged in: of a stored dataset with the types that a table can have (what the writer
    /// casts to, <c>StorableType</c> in Core), of a view as bound.</summary>
    [Id(8)] public required ImmutableArray<ColumnSpec> Columns { get; init; }

    /// <summary>The expectations.</summary>
    [Id(9)] public ImmutableArray<CheckSpec> Checks { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Datasets that the SQL reads directly (views by their own name).</summary>
    [Id(10)] public required ImmutableArray<DatasetName> Reads { get; init; }

    /// <summary>Datasets that only checks read (<c>references</c>, custom SQL).</summary>
    [Id(11)] public ImmutableArray<DatasetName> CheckReads { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Where each column comes from.</summary>
    [Id(12)] public ImmutableArray<ColumnLineage> Lineage { get; init => field = value.OrEmpty(); } = [];

    /// <summary>What it holds.</summary>
    [Id(13)] public string? Description { get; init; }

    /// <summary>Whom to ask; the pipeline's owner when null.</summary>
    [Id(14)] public string? Owner { get; init; }

    /// <summary>Free words to find it by.</summary>
    [Id(15)] public ImmutableArray<string> Tags { get; init => field = value.OrEmpty(); } = [];

    /// <summary>How often a failed attempt is made again, when trying again can help.</summary>
    [Id(16), JsonRequired] public int Retries { get; init; } = 3;

    /// <summary>The pause before the first retry; doubled for each further one.</summary>
    [Id(17), JsonRequired] public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt may take.</summary>
    [Id(18), JsonRequired] public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Names of the parameters that its SQL and checks use.</summary>
    [Id(19)] public ImmutableArray<string> Parameters { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Whether the rows' order in the files is asked for (a top-level ORDER BY).</summary>
    [Id(20)] public bool KeepsOrder { get; init; }
}
