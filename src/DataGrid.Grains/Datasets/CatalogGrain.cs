using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Datasets;

/// <summary>The newest changes of a workspace, as many as are kept.</summary>
[GrainType("catalog"), KeepAlive]
public sealed class CatalogGrain(CatalogOptions options) : Grain, ICatalogGrain
{
    private readonly Guid _epoch = Guid.NewGuid();
    private readonly Queue<(DatasetName? Table, PipelineId? Pipeline)> _changes = new();
    private long _number;

    /// <inheritdoc/>
    public Task NoteTable(DatasetName table) => Note((table, null));

    /// <inheritdoc/>
    public Task NotePipeline(PipelineId pipeline) => Note((null, pipeline));

    /// <inheritdoc/>
    public Task<CatalogChanges> ChangesSince(CatalogMark? mark)
    {
        var now = new CatalogMark(_epoch, _number);
        if (mark is null || mark.Epoch != _epoch || _number - mark.Number > _changes.Count) return Task.FromResult(new CatalogChanges { Mark = now, IsEverything = true });
        var changes = _changes.Skip(_changes.Count - (int)(_number - mark.Number)).ToList();
        return Task.FromResult(new CatalogChanges
        {
            Mark = now,
            Tables = [.. changes.Select(static change => change.Table).OfType<DatasetName>().Distinct()],
            Pipelines = [.. changes.Select(static change => change.Pipeline).OfType<PipelineId>().Distinct()],
        });
    }

    private Task Note((DatasetName?, PipelineId?) change)
    {
        _number++;
        _changes.Enqueue(change);
        if (_changes.Count > options.ChangesKept) _changes.Dequeue();
        return Task.CompletedTask;
    }
}

/// <summary>Limits of the catalog.</summary>
public sealed record CatalogOptions
{
    /// <summary>How many changes are kept for those who ask; who asks more seldom looks everywhere.</summary>
    public int ChangesKept { get; init; } = 10_000;

    /// <summary>Whether changes are told at all: a process that ends with its run has nobody who would ask.</summary>
    public bool IsTold { get; init; } = true;

    /// <summary>What is wrong with these limits; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (ChangesKept is < 1 or > 1_000_000) yield return $"{nameof(ChangesKept)} must be 1 to 1 000 000";
    }
}
