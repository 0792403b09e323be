using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Contracts.Datasets;

/// <summary>What an ad-hoc query reads.</summary>
/// <param name="Reads">The datasets named in it.</param>
/// <param name="Parameters">Parameters used, without <c>$</c>.</param>
/// <param name="Problems">Why it is refused; empty when it may run.</param>
public sealed record QueryAnalysis(ImmutableArray<DatasetName> Reads, ImmutableArray<string> Parameters, ImmutableArray<Problem> Problems);

/// <summary>An ad-hoc query with its inputs pinned.</summary>
public sealed record QuerySpec
{
    /// <summary>One SELECT that passed the gate.</summary>
    public required string Sql { get; init; }

    /// <summary>Every dataset that it reads, views after what they read.</summary>
    public required ImmutableArray<TaskInput> Inputs { get; init; }

    /// <summary>Values of its parameters, as text.</summary>
    public ImmutableSortedDictionary<string, string> ParameterValues { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Declared types of its parameters; VARCHAR where none is declared.</summary>
    public ImmutableArray<ParameterSpec> Parameters { get; init => field = value.OrEmpty(); } = [];

    /// <summary>What it may use.</summary>
    public required TaskLimits Limits { get; init; }

    /// <summary>Stop after this many rows; null for all.</summary>
    public long? MaxRows { get; init; }

    /// <summary>Whether the SQL asks for all rows and columns of one dataset, as it is.</summary>
    public bool IsWholeDataset { get; init; }

    /// <summary>Who asks. Queries of one session over the same inputs may use one locked engine after another, which saves the milliseconds of opening it; a query
    /// without a session has one of its own.</summary>
    public string? Session { get; init; }
}

/// <summary>How a result is written.</summary>
public enum QueryFormat
{
    /// <summary>RFC 4180, with a header.</summary>
    Csv,
    /// <summary>One JSON object a line.</summary>
    Ndjson,
    /// <summary>One JSON array of objects.</summary>
    Json,
    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>How a query ended.</summary>
/// <param name="Columns">The result's columns.</param>
/// <param name="Rows">Rows written or returned.</param>
/// <param name="IsTruncated">Whether <see cref="QuerySpec.MaxRows"/> cut it.</param>
/// <param name="Problem">Why it failed; null when it did not.</param>
public sealed record QueryOutcome(ImmutableArray<ColumnSpec> Columns, long Rows, bool IsTruncated, Problem? Problem);

/// <summary>Runs ad-hoc queries. Implemented on the engine.</summary>
public interface IQueryExecutor
{
    /// <summary>Checks a query and lists what it reads, without running it.</summary>
    QueryAnalysis Analyze(string sql);

    /// <summary>Runs a query and writes the result.</summary>
    Task<QueryOutcome> WriteAsync(QuerySpec query, QueryFormat format, Stream output, CancellationToken cancellationToken);

    /// <summary>Runs a query and hands over its rows in batches as text for people; NULL is null.</summary>
    Task<QueryOutcome> ReadTextAsync(QuerySpec query, Action<ImmutableArray<ColumnSpec>, IReadOnlyList<string?[]>> onRows, CancellationToken cancellationToken);
}
