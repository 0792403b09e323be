using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;

namespace DataGrid.Cli.Hosting;

/// <summary>Reads a root without owning it, also while another process runs there.</summary>
internal interface IWorkspaceReader : IAsyncDisposable
{
    Task<IReadOnlyList<DatasetSummary>> ListDatasetsAsync(CancellationToken stop);

    Task<DatasetDetail?> FindDatasetAsync(DatasetName name, CancellationToken stop);

    /// <summary>Versions, the newest first.</summary>
    Task<IReadOnlyList<DatasetVersion>> ListVersionsAsync(DatasetName name, int limit, CancellationToken stop);

    /// <summary>Every column edge of the workspace.</summary>
    Task<IReadOnlyList<LineageEdge>> ReadLineageAsync(CancellationToken stop);

    /// <summary>Runs, the newest first.</summary>
    Task<IReadOnlyList<RunRecord>> ListRunsAsync(int limit, CancellationToken stop);

    /// <summary>A run's record and events; null when there is no such run.</summary>
    Task<RunLog?> FindRunAsync(RunId run, CancellationToken stop);

    /// <summary>Pins what a query reads.</summary>
    Task<QueryPlan> PlanQueryAsync(QueryRequest request, CancellationToken stop);

    /// <summary>Runs planned queries.</summary>
    IQueryExecutor Executor { get; }
}

/// <summary>A query as the user gave it.</summary>
internal sealed record QueryRequest
{
    public required string Sql { get; init; }

    /// <summary>Versions to read other than the newest.</summary>
    public ImmutableSortedDictionary<DatasetName, long> Versions { get; init; } = ImmutableSortedDictionary<DatasetName, long>.Empty;

    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public long? MaxRows { get; init; }
}

/// <summary>A query that may run, or why it may not.</summary>
internal sealed record QueryPlan(QuerySpec? Spec, ImmutableArray<Problem> Problems);

/// <summary>One line of the catalog.</summary>
internal sealed record DatasetSummary
{
    public required DatasetName Name { get; init; }

    /// <summary><c>table</c>, <c>view</c> or <c>quarantine</c>.</summary>
    public required string Kind { get; init; }

    public PipelineId? Pipeline { get; init; }

    public string? Description { get; init; }

    public string? Owner { get; init; }

    public long? Version { get; init; }

    public long? Rows { get; init; }

    public long? Bytes { get; init; }

    public int? Files { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>All about one dataset.</summary>
internal sealed record DatasetDetail
{
    public required DatasetSummary Summary { get; init; }

    public required ImmutableArray<ColumnSpec> Columns { get; init; }

    public ImmutableArray<string> PartitionBy { get; init; } = [];

    public ImmutableArray<string> Keys { get; init; } = [];

    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>The checks and what they found in the last run.</summary>
    public ImmutableArray<CheckResult> Checks { get; init; } = [];

    /// <summary>Rows in its quarantine; null when it has none.</summary>
    public long? QuarantinedRows { get; init; }

    public string? Location { get; init; }

    public string? ViewSql { get; init; }
}

/// <summary>One version of a table.</summary>
internal sealed record DatasetVersion
{
    public required long Version { get; init; }

    public DateTimeOffset? At { get; init; }

    public string? Operation { get; init; }

    public string? Run { get; init; }

    public long FilesAdded { get; init; }

    public long FilesRemoved { get; init; }

    public long? RowsAdded { get; init; }

    public long? RowsRemoved { get; init; }

    public long BytesAdded { get; init; }
}

/// <summary>One column acts on another.</summary>
internal sealed record LineageEdge(ColumnRef From, ColumnRef To, LineageKind Kind);

/// <summary>A run in full.</summary>
internal sealed record RunLog(RunRecord Record, ImmutableArray<RunEvent> Events);
