using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using Orleans;

namespace DataGrid.Contracts.Quality;

/// <summary>What kind of expectation a check is.</summary>
public enum CheckKind
{
    /// <summary>A predicate that must be true for every row (<c>that</c>).</summary>
    Predicate,
    /// <summary>Columns that may not be NULL.</summary>
    NotNull,
    /// <summary>A column whose values must be among those listed (NULL passes).</summary>
    Accepted,
    /// <summary>A column whose values must exist in another dataset's column (NULL passes).</summary>
    References,
    /// <summary>Columns whose values together occur once (table check).</summary>
    Unique,
    /// <summary>The number of rows lies in a range (table check).</summary>
    RowCount,
    /// <summary>A SELECT that must return no row (table check).</summary>
    Sql,
}

/// <summary>What happens when a check fails.</summary>
public enum CheckAction
{
    /// <summary>The run fails; nothing is published.</summary>
    Fail,
    /// <summary>It is reported; the rows stay.</summary>
    Warn,
    /// <summary>The rows are left out and counted.</summary>
    Drop,
    /// <summary>The rows are left out and kept in the dataset's quarantine.</summary>
    Quarantine,
}

/// <summary>One expectation of a dataset.</summary>
[GenerateSerializer, Alias("CheckSpec"), Immutable]
public sealed record CheckSpec
{
    /// <summary>The name, unique in its dataset; made from kind and columns when the author gives none.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>What is checked.</summary>
    [Id(1)] public required CheckKind Kind { get; init; }

    /// <summary>What happens when it fails.</summary>
    [Id(2)] public CheckAction Otherwise { get; init; }

    /// <summary>The columns concerned (not_null, accepted, references, unique).</summary>
    [Id(3)] public ImmutableArray<string> Columns { get; init => field = value.OrEmpty(); } = [];

    /// <summary>For a row check (predicate, not_null, accepted): a SQL expression over the result's columns that is true for a good row (a row for which it
    /// is false or NULL fails: <c>(expression) IS NOT TRUE</c>), made by the compiler and passed by the SQL gate. For
    /// <see cref="CheckKind.Sql"/>: the SELECT; it reads the dataset as it would be published by the dataset's own name.</summary>
    [Id(4)] public string? Expression { get; init; }

    /// <summary>references: the dataset looked up.</summary>
    [Id(5)] public DatasetName? ReferencedDataset { get; init; }

    /// <summary>references: the column looked up.</summary>
    [Id(6)] public string? ReferencedColumn { get; init; }

    /// <summary>row_count: the least number of rows.</summary>
    [Id(7)] public long? MinRows { get; init; }

    /// <summary>row_count: the largest number of rows.</summary>
    [Id(8)] public long? MaxRows { get; init; }

    /// <summary>Where it stands in the project.</summary>
    [Id(9)] public Errors.SourcePosition? Position { get; init; }

    /// <summary>Whether it is decided row by row in the pass that writes the rows.</summary>
    public bool IsRowCheck => Kind is CheckKind.Predicate or CheckKind.NotNull or CheckKind.Accepted or CheckKind.References;

    /// <summary>Whether rows that fail it leave the table.</summary>
    public bool RemovesRows => Otherwise is CheckAction.Drop or CheckAction.Quarantine;
}

/// <summary>What a check found in one task.</summary>
[GenerateSerializer, Alias("CheckResult"), Immutable]
public sealed record CheckResult
{
    /// <summary>The check's name.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Its kind.</summary>
    [Id(1)] public required CheckKind Kind { get; init; }

    /// <summary>What happens when it fails.</summary>
    [Id(2)] public required CheckAction Otherwise { get; init; }

    /// <summary>Rows that failed it; for a table check the number of offending groups or rows, and 1 for a row count out of range.</summary>
    [Id(3)] public required long FailedRows { get; init; }

    /// <summary>Rows that were looked at.</summary>
    [Id(4)] public required long CheckedRows { get; init; }

    /// <summary>Up to ten failing rows, each as one JSON object.</summary>
    [Id(5)] public ImmutableArray<string> Samples { get; init => field = value.OrEmpty(); } = [];

    /// <summary>What was found, for people: <c>3 rows below 10</c>; null when it passed.</summary>
    [Id(6)] public string? Detail { get; init; }

    /// <summary>Whether every row passed.</summary>
    public bool Passed => FailedRows == 0;
}
