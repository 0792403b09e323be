using System.Collections.Immutable;
using DataGrid.Contracts.Json;
using Orleans;
using Orleans.Concurrency;

namespace DataGrid.Contracts.Datasets;

/// <summary>Tells what of a workspace has changed, so that whoever keeps an index of it need not look everywhere. Key: workspace.</summary>
/// <remarks>Soft state: what is in tables and projects stands in their own logs. A grain that begins anew says that everything may have changed.</remarks>
[Alias("ICatalogGrain")]
public interface ICatalogGrain : IGrainWithStringKey
{
    /// <summary>A table has a new version. Not waited for: a commit must not hang on it, and a word that is lost is made up for by looking everywhere now and then.</summary>
    [Alias("NoteTable"), OneWay, AlwaysInterleave]
    Task NoteTable(DatasetName table);

    /// <summary>A pipeline's project was put in force: its sources, views and descriptions may be others.</summary>
    [Alias("NotePipeline"), OneWay, AlwaysInterleave]
    Task NotePipeline(PipelineId pipeline);

    /// <summary>What changed after a mark.</summary>
    /// <param name="mark">Of the answer before; null for the first question.</param>
    [Alias("ChangesSince"), AlwaysInterleave]
    Task<CatalogChanges> ChangesSince(CatalogMark? mark);
}

/// <summary>A place in the order of changes.</summary>
/// <param name="Epoch">Which life of the grain.</param>
/// <param name="Number">How many changes it had heard of.</param>
[GenerateSerializer, Alias("CatalogMark"), Immutable]
public sealed record CatalogMark([property: Id(0)] Guid Epoch, [property: Id(1)] long Number);

/// <summary>What changed.</summary>
[GenerateSerializer, Alias("CatalogChanges"), Immutable]
public sealed record CatalogChanges
{
    /// <summary>What to ask with next.</summary>
    [Id(0)] public required CatalogMark Mark { get; init; }

    /// <summary>Everything may have changed: the mark is of an earlier life, or too old.</summary>
    [Id(1)] public bool IsEverything { get; init; }

    /// <summary>Tables with new versions, each once.</summary>
    [Id(2)] public ImmutableArray<DatasetName> Tables { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Pipelines with another project in force, each once.</summary>
    [Id(3)] public ImmutableArray<PipelineId> Pipelines { get; init => field = value.OrEmpty(); } = [];
}
