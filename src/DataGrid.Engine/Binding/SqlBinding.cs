using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Lineage;
using DataGrid.Core.Sql;
using DataGrid.Engine.SqlGate;

namespace DataGrid.Engine.Binding;

/// <summary>What binding a SELECT against the declared datasets came to.</summary>
public sealed record SqlBinding
{
    /// <summary>Every mistake and refusal; empty when it may run.</summary>
    public required ImmutableArray<Problem> Problems { get; init; }

    /// <summary>The result's columns with DuckDB's types; empty when it could not be bound.</summary>
    public ImmutableArray<ColumnSpec> Columns { get; init; } = [];

    /// <summary>Datasets that it reads, distinct, in the order of first mention; known ones only.</summary>
    public ImmutableArray<DatasetName> Reads { get; init; } = [];

    /// <summary>Names of its parameters, distinct, in the order of first use.</summary>
    public ImmutableArray<string> Parameters { get; init; } = [];

    /// <summary>Whether a top-level ORDER BY asks for an order of the rows.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>Where the columns come from; null when it could not be bound.</summary>
    public QueryLineage? Lineage { get; init; }

    /// <summary>What the text says; null when it could not be parsed as a SELECT.</summary>
    public SqlReading? Reading { get; init; }

    /// <summary>What keeps the query from being incremental, per input asked about in <see cref="SqlBindRequest.Incremental"/>; empty when nothing does.</summary>
    public ImmutableArray<SqlNonIncremental> NonIncremental { get; init; } = [];

    /// <summary>Whether it may run.</summary>
    public bool Passes => Problems.IsEmpty;

    /// <summary>Lineage per column as the contracts carry it; empty when it could not be bound.</summary>
    public ImmutableArray<ColumnLineage> ColumnLineage => Lineage?.Columns ?? [];
}

/// <summary>A SELECT to bind.</summary>
public sealed record SqlBindRequest
{
    /// <summary>The SQL and where it stands.</summary>
    public required SqlSource Source { get; init; }

    /// <summary>What it is for.</summary>
    public required SqlPurpose Purpose { get; init; }

    /// <summary>The datasets that it may read; null for all that are declared.</summary>
    public IReadOnlyCollection<DatasetName>? Datasets { get; init; }

    /// <summary>DuckDB's type texts of its parameters by name without <c>$</c>; VARCHAR where none is given.</summary>
    public IReadOnlyDictionary<string, string> ParameterTypes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The input whose new rows alone it should be run over; null when that is not asked.</summary>
    public DatasetName? Incremental { get; init; }

    /// <summary>Whether to tell where the columns come from.</summary>
    public bool NeedsLineage { get; init; } = true;

    /// <summary>The source as it was parsed before, if it was.</summary>
    internal ParsedText? Parsed { get; init; }
}
