using System.Collections.Immutable;
using DataGrid.Contracts.Errors;

namespace DataGrid.Contracts.Datasets;

/// <summary>Plans and runs what people ask: the same for the command and for the gateway.</summary>
public interface IQueryService
{
    /// <summary>Runs planned queries.</summary>
    IQueryExecutor Executor { get; }

    /// <summary>Checks a query, pins what it reads, and brings the files of it that lie elsewhere. Mistakes are answered, not thrown.</summary>
    Task<QueryPlan> PlanAsync(QueryRequest request, CancellationToken cancellationToken);
}

/// <summary>A query as a user gives it.</summary>
public sealed record QueryRequest
{
    /// <summary>The SQL.</summary>
    public required string Sql { get; init; }

    /// <summary>Versions to read other than the newest.</summary>
    public ImmutableSortedDictionary<DatasetName, long> Versions { get; init; } = ImmutableSortedDictionary<DatasetName, long>.Empty;

    /// <summary>Times to read datasets at: the version that was the newest then.</summary>
    public ImmutableSortedDictionary<DatasetName, DateTimeOffset> Times { get; init; } = ImmutableSortedDictionary<DatasetName, DateTimeOffset>.Empty;

    /// <summary>Values of parameters.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Stop after this many rows; null for all.</summary>
    public long? MaxRows { get; init; }

    /// <summary><see cref="QuerySpec.Session"/>.</summary>
    public string? Session { get; init; }
}

/// <summary>A query that may run, or why it may not. Holds copies of remote files until it is disposed.</summary>
/// <param name="Spec">The query with its inputs pinned; null when it may not run.</param>
/// <param name="Problems">Why it may not.</param>
/// <param name="Copies">What is let go with it; null where nothing is held.</param>
public sealed record QueryPlan(QuerySpec? Spec, ImmutableArray<Problem> Problems, IDisposable? Copies = null) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Copies?.Dispose();
}
