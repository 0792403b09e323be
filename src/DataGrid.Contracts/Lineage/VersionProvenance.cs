using System.Collections.Immutable;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using Orleans;

namespace DataGrid.Contracts.Lineage;

/// <summary>Where one version of a table came from. Stands in the log entry of that very version (<c>commitInfo.datagrid</c>), so that it cannot be lost apart from it.</summary>
[GenerateSerializer, Alias("VersionProvenance"), Immutable]
public sealed record VersionProvenance
{
    /// <summary>The run that made it.</summary>
    [Id(0)] public required RunId Run { get; init; }

    /// <summary>The pipeline.</summary>
    [Id(1)] public required PipelineId Pipeline { get; init; }

    /// <summary>The compiled project's fingerprint.</summary>
    [Id(2)] public required string Fingerprint { get; init; }

    /// <summary>What was read.</summary>
    [Id(3)] public ImmutableArray<InputVersion> Inputs { get; init => field = value.OrEmpty(); } = [];

    /// <summary>The lineage file in the table's folder: SQL and column lineage; named by its content.</summary>
    [Id(4)] public required string LineageFile { get; init; }

    /// <summary>How the step makes the table.</summary>
    [Id(5)] public Materialization Materialization { get; init; }

    /// <summary>What the checks found, without samples.</summary>
    [Id(6)] public ImmutableArray<CheckResult> Checks { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Rows that the step wrote.</summary>
    [Id(7)] public long Rows { get; init; }

    /// <summary>Rows that went to the quarantine.</summary>
    [Id(8)] public long RowsQuarantined { get; init; }

    /// <summary>Rows that were dropped.</summary>
    [Id(9)] public long RowsDropped { get; init; }

    /// <summary>Parameter values.</summary>
    [Id(10)] public ImmutableSortedDictionary<string, string> Parameters { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>The content of a lineage file: what made a table, in full.</summary>
[GenerateSerializer, Alias("TableLineage"), Immutable]
public sealed record TableLineage
{
    /// <summary>The model, as compiled: SQL, checks, columns with descriptions, column lineage.</summary>
    [Id(0)] public required StepSpec Step { get; init; }

    /// <summary>The pipeline.</summary>
    [Id(1)] public required PipelineId Pipeline { get; init; }

    /// <summary>The pipeline's owner, used where the step names none.</summary>
    [Id(2)] public string? PipelineOwner { get; init; }
}
