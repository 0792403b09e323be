using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Lineage;
using DataGrid.Gateway;
using Microsoft.Extensions.Logging;

namespace DataGrid.Silo.Reading;

/// <summary>
/// The catalog and the column graph of a workspace in memory. What is true stands in the tables' logs and in the projects in force, and the index is built from these; after that
/// the catalog grain tells which of them changed, at each question, so that whoever waited for a run sees it. Where the grain cannot be asked, everything is looked at.
/// </summary>
internal sealed class WorkspaceIndex(WorkspaceReader reader, ICatalogGrain catalog, TimeSpan sweepEvery, TimeProvider clock, ILogger<WorkspaceIndex> logger) : IWorkspaceIndex, IAsyncDisposable
{
    private const int TablesAtOnce = 8;

    /// <summary>After so many tables a look that nobody waits for lets others in.</summary>
    private const int TablesPerTurn = 200;

    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly ReaderWriterLockSlim _reading = new();
    private readonly ConcurrentDictionary<DatasetName, TableFacts> _tables = new();
    private readonly Dictionary<PipelineId, PipelineSpec> _specs = [];
    private readonly LineageGraph _graph = new([]);
    private readonly CancellationTokenSource _stopping = new();
    private DatasetSummary[]? _list;
    private CatalogMark? _mark;
    private long _sweptAt;
    private Task _sweeping = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<ImmutableArray<DatasetSummary>> ListAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        _reading.EnterReadLock();
        try
        {
            // Two that list at once may both make it.
            return ImmutableCollectionsMarshal.AsImmutableArray(_list ??= List());
        }
        finally
        {
            _reading.ExitReadLock();
        }
    }

    /// <inheritdoc/>
    public async Task<T> ReadGraphAsync<T>(Func<LineageGraph, T> read, CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        _reading.EnterReadLock();
        try
        {
            return read(_graph);
        }
        finally
        {
            _reading.ExitReadLock();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _refreshing.Dispose();
        _reading.Dispose();
    }

    /// <summary>Brings it up to date. Who comes while another does that waits and asks again: what was noted before the question is in the answer.</summary>
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            var changes = await ChangesAsync();
            if (changes is null or { IsEverything: true })
            {
                _sweptAt = clock.GetTimestamp();
                var (pipelines, tables) = await EverythingAsync(cancellationToken);
                await LookAsync(pipelines, tables, cancellationToken);
            }
            else
            {
                await LookAsync(changes.Pipelines, changes.Tables, cancellationToken);
                if (_sweeping.IsCompleted && clock.GetElapsedTime(_sweptAt) > sweepEvery)
                {
                    _sweptAt = clock.GetTimestamp();
                    _sweeping = Task.Run(SweepAsync, CancellationToken.None);
                }
            }
            _mark = changes?.Mark;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <summary>Looks at everything, for what nobody told; whoever asks meanwhile is answered between two turns.</summary>
    private async Task SweepAsync()
    {
        try
        {
            var (pipelines, tables) = await EverythingAsync(_stopping.Token);
            foreach (var some in tables.Chunk(TablesPerTurn).Prepend([]))
            {
                await _refreshing.WaitAsync(_stopping.Token);
                try
                {
                    await LookAsync(some.Length == 0 ? pipelines : [], [.. some], _stopping.Token);
                }
                finally
                {
                    _refreshing.Release();
                }
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            SiloLog.BackgroundWorkFailed(logger, "look at every table", fault);
        }
    }

    private async Task<CatalogChanges?> ChangesAsync()
    {
        try
        {
            return await catalog.ChangesSince(_mark);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            SiloLog.CatalogNotAsked(logger, fault);
            return null;
        }
    }

    /// <summary>What there is, and what is known and may be gone.</summary>
    private async Task<(ImmutableArray<PipelineId> Pipelines, ImmutableArray<DatasetName> Tables)> EverythingAsync(CancellationToken cancellationToken)
    {
        var tables = new HashSet<DatasetName>(_tables.Keys);
        await foreach (var name in reader.Tables.ListAsync(cancellationToken)) tables.Add(name);
        return ([.. await reader.ListPipelinesAsync(cancellationToken)], [.. tables]);
    }

    private async Task LookAsync(ImmutableArray<PipelineId> pipelines, ImmutableArray<DatasetName> tables, CancellationToken cancellationToken)
    {
        if (pipelines.IsEmpty && tables.IsEmpty) return;
        var specs = new List<(PipelineId, PipelineSpec?)>();
        foreach (var pipeline in pipelines) specs.Add((pipeline, await reader.SpecInForceAsync(pipeline, _specs.GetValueOrDefault(pipeline), cancellationToken)));
        var looked = new ConcurrentBag<(DatasetName, TableFacts?)>();
        await Parallel.ForEachAsync(tables, new ParallelOptions { MaxDegreeOfParallelism = TablesAtOnce, CancellationToken = cancellationToken }, async (name, token) =>
        {
            var before = _tables.GetValueOrDefault(name);
            var now = await reader.FactsAsync(name, before, token);
            if (!ReferenceEquals(before, now)) looked.Add((name, now));
        });
        Take(specs, looked);
    }

    private void Take(List<(PipelineId, PipelineSpec?)> specs, IEnumerable<(DatasetName, TableFacts?)> tables)
    {
        _reading.EnterWriteLock();
        try
        {
            foreach (var (pipeline, spec) in specs) TakeSpec(pipeline, spec);
            foreach (var (name, facts) in tables) TakeTable(name, facts);
        }
        finally
        {
            _reading.ExitWriteLock();
        }
    }

    private void TakeSpec(PipelineId pipeline, PipelineSpec? spec)
    {
        var before = _specs.GetValueOrDefault(pipeline);
        if (ReferenceEquals(before, spec)) return;
        _list = null;
        foreach (var view in ViewsOf(before)) _graph.Forget(view.Name);
        _specs.Remove(pipeline);
        if (spec is null) return;
        _specs.Add(pipeline, spec);
        foreach (var view in ViewsOf(spec)) _graph.Replace(new DatasetLineage(view.Name, view.Reads, view.Lineage));
    }

    private void TakeTable(DatasetName name, TableFacts? facts)
    {
        _list = null;
        if (facts is null) _tables.TryRemove(name, out _);
        else _tables[name] = facts;
        if (facts?.Lineage is { } lineage) _graph.Replace(lineage);
        else _graph.Forget(name);
    }

    private static IEnumerable<StepSpec> ViewsOf(PipelineSpec? spec) => spec?.Steps.Where(static step => step.Materialization == Materialization.View) ?? [];

    private DatasetSummary[] List()
    {
        var found = new SortedDictionary<DatasetName, DatasetSummary>();
        var steps = new Dictionary<(PipelineId, DatasetName), StepSpec>();
        foreach (var spec in _specs.Values)
        {
            foreach (var source in spec.Sources) found[source.Name] = WorkspaceReader.SourceSummary(spec, source);
            foreach (var view in ViewsOf(spec)) found[view.Name] = WorkspaceReader.ViewSummary(spec, view);
            foreach (var step in spec.Steps) steps[(spec.Id, step.Name)] = steps[(spec.Id, step.Name.Quarantine)] = step;
        }
        foreach (var (name, facts) in _tables)
        {
            var spec = facts.Summary.Pipeline is { } owner ? _specs.GetValueOrDefault(owner) : null;
            found[name] = WorkspaceReader.Described(facts.Summary, spec, spec is null ? null : steps.GetValueOrDefault((spec.Id, name)));
        }
        return [.. found.Values];
    }
}

/// <summary>What the index keeps of a table.</summary>
/// <param name="Summary">What its own log tells.</param>
/// <param name="Lineage">Where its newest rows come from; null when that is not known.</param>
/// <param name="LineageFile">The file that says so.</param>
internal sealed record TableFacts(DatasetSummary Summary, DatasetLineage? Lineage, string? LineageFile);
