using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Datasets;
using DataGrid.Silo.Roots;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Runs;
using DataGrid.Storage.Tables;

namespace DataGrid.Silo.Reading;

/// <summary>Reads a workspace from its files: tables, compiled projects, runs. Needs no silo and no lock, so it works beside a process that runs pipelines.</summary>
public sealed partial class WorkspaceReader : IDatasetReader, ILineageReader, IPipelineReader, IRunReader, IDisposable
{
    /// <summary>How many tables' logs are read at the same time.</summary>
    private const int TablesAtOnce = 8;

    private readonly PipelineCatalog _pipelines;

    private WorkspaceReader(TableSet tables, PipelineCatalog pipelines, RunStore runs, RunEventLog events) =>
        (Tables, _pipelines, Runs, Events) = (tables, pipelines, runs, events);

    /// <summary>The tables.</summary>
    public TableSet Tables { get; }

    /// <summary>The runs.</summary>
    public RunStore Runs { get; }

    /// <summary>The stories of runs.</summary>
    public RunEventLog Events { get; }

    /// <summary>Opens the workspace below a root folder.</summary>
    /// <param name="root">The folder, or the address of a store.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="share">Shares what is read of tables with others in this process; null for nobody.</param>
    public static WorkspaceReader Open(string root, WorkspaceId workspace, SnapshotShare? share = null)
    {
        var store = RootStore.Open(root, forReading: true);
        var paths = new WorkspacePaths(workspace);
        return new WorkspaceReader(
            new TableSet(store, paths, new DeltaTableOptions { CleansLog = false }, TimeProvider.System, RootStore.MirrorOf(store, root), share),
            new PipelineCatalog(store, paths),
            new RunStore(store, paths),
            new RunEventLog(store, paths));
    }

    /// <inheritdoc/>
    public void Dispose() => Tables.Dispose();

    /// <inheritdoc/>
    public Task<ImmutableArray<PipelineId>> ListPipelinesAsync(CancellationToken cancellationToken) => _pipelines.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<PipelineSpec?> SpecAsync(PipelineId pipeline, string fingerprint, CancellationToken cancellationToken) => _pipelines.ReadSpecAsync(pipeline, fingerprint, cancellationToken);

    /// <inheritdoc/>
    public Task<ImmutableArray<PublishedSpec>> PublishedAsync(PipelineId pipeline, CancellationToken cancellationToken) => _pipelines.HistoryAsync(pipeline, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RunId>> ListRunsAsync(CancellationToken cancellationToken) => Runs.ListAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<RunRecord?> ReadRunAsync(RunId run, CancellationToken cancellationToken) => Runs.ReadAsync(run, cancellationToken);

    /// <inheritdoc/>
    public Task<ImmutableArray<RunEvent>> ReadRunEventsAsync(RunId run, CancellationToken cancellationToken) => Events.ReadAsync(run, cancellationToken);

    /// <inheritdoc/>
    public Task<ImmutableArray<PipelineSpec>> PipelinesAsync(CancellationToken cancellationToken) => _pipelines.SpecsInForceAsync(cancellationToken);

    /// <summary>Everything that has a name, in the order of names.</summary>
    public async Task<ImmutableArray<DatasetSummary>> ListAsync(CancellationToken cancellationToken)
    {
        var specs = await PipelinesAsync(cancellationToken).ConfigureAwait(false);
        var found = new SortedDictionary<DatasetName, DatasetSummary>();
        foreach (var spec in specs)
        {
            foreach (var source in spec.Sources) found[source.Name] = SourceSummary(spec, source);
            foreach (var view in spec.Steps.Where(static step => step.Materialization == Materialization.View)) found[view.Name] = ViewSummary(spec, view);
        }
        await foreach (var name in Tables.ListAsync(cancellationToken).ConfigureAwait(false))
            if (await SummaryAsync(name, specs, cancellationToken).ConfigureAwait(false) is { } summary) found[name] = summary;
        return [.. found.Values];
    }

    /// <summary>What SQL may read: tables and views with their columns. A table that cannot be read is no reason not to run what does not read it.</summary>
    public async Task<ImmutableArray<KnownDataset>> KnownAsync(CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<DatasetName, KnownDataset>();
        foreach (var spec in await PipelinesAsync(cancellationToken).ConfigureAwait(false))
            foreach (var view in spec.Steps.Where(static step => step.Materialization == Materialization.View)) found[view.Name] = new KnownDataset(view.Name, view.Columns, spec.Id);
        var tables = new List<DatasetName>();
        await foreach (var name in Tables.ListAsync(cancellationToken).ConfigureAwait(false)) tables.Add(name);
        foreach (var some in tables.Chunk(TablesAtOnce))
            foreach (var table in await Task.WhenAll(some.Select(name => KnownTableAsync(name, cancellationToken))).ConfigureAwait(false))
                if (table is not null) found[table.Name] = table;
        return [.. found.Values];
    }

    private async Task<KnownDataset?> KnownTableAsync(DatasetName name, CancellationToken cancellationToken)
    {
        try
        {
            return await Tables.HeadAsync(name, cancellationToken).ConfigureAwait(false) is { } head ? new KnownDataset(name, head.Table.Columns, head.Owner) : null;
        }
        catch (DataGridException fault) when (fault.Problem.Code is ErrorCodes.TableFeatureUnsupported or ErrorCodes.TableCorrupt)
        {
            return null;
        }
    }

    /// <summary>One table that cannot be read must not hide the others.</summary>
    private async Task<DatasetSummary?> SummaryAsync(DatasetName name, ImmutableArray<PipelineSpec> specs, CancellationToken cancellationToken)
    {
        try
        {
            return await Tables.HeadAsync(name, cancellationToken).ConfigureAwait(false) is { } head ? TableSummary(head, specs) : null;
        }
        catch (DataGridException fault) when (fault.Problem.Code is ErrorCodes.TableFeatureUnsupported or ErrorCodes.TableCorrupt)
        {
            return Unreadable(name, fault);
        }
    }

    /// <summary>All about one dataset; null when there is none of that name.</summary>
    public async Task<DatasetDetail?> FindAsync(DatasetName name, CancellationToken cancellationToken)
    {
        var specs = await PipelinesAsync(cancellationToken).ConfigureAwait(false);
        if (await Tables.HeadAsync(name, cancellationToken).ConfigureAwait(false) is { } head) return await TableDetailAsync(head, specs, cancellationToken).ConfigureAwait(false);
        foreach (var spec in specs)
        {
            if (spec.Sources.FirstOrDefault(source => source.Name == name) is { } source)
                return new DatasetDetail { Summary = SourceSummary(spec, source), Columns = source.Columns, Location = string.Join(", ", source.Files) };
            if (spec.Steps.FirstOrDefault(step => step.Name == name && step.Materialization == Materialization.View) is { } view)
                return new DatasetDetail { Summary = ViewSummary(spec, view), Columns = view.Columns, Tags = view.Tags, Reads = view.Reads, Sql = view.Sql };
        }
        return null;
    }

    /// <summary>A table's versions, newest first.</summary>
    public async Task<ImmutableArray<DatasetVersion>> HistoryAsync(DatasetName name, int limit, CancellationToken cancellationToken)
    {
        var versions = ImmutableArray.CreateBuilder<DatasetVersion>();
        await foreach (var entry in Tables.Open(name).ReadHistoryAsync(cancellationToken).ConfigureAwait(false))
        {
            versions.Add(VersionOf(entry));
            if (versions.Count >= limit) break;
        }
        return versions.ToImmutable();
    }

    internal static DatasetSummary SourceSummary(PipelineSpec spec, SourceSpec source) => new()
    {
        Name = source.Name, Kind = DatasetKind.Source, Pipeline = spec.Id, Description = source.Description, Owner = source.Owner ?? spec.Owner,
    };

    internal static DatasetSummary ViewSummary(PipelineSpec spec, StepSpec view) => new()
    {
        Name = view.Name, Kind = DatasetKind.View, Pipeline = spec.Id, Description = view.Description, Owner = view.Owner ?? spec.Owner,
    };

    private static DatasetSummary TableSummary(TableHead head, ImmutableArray<PipelineSpec> specs)
    {
        var name = head.Table.Name;
        var spec = specs.FirstOrDefault(spec => spec.Id == head.Owner);
        return Described(TableSummary(head), spec, spec?.Steps.FirstOrDefault(step => step.Name == name || step.Name.Quarantine == name));
    }

    /// <summary>What a project in force adds to what a table's log tells.</summary>
    internal static DatasetSummary Described(DatasetSummary table, PipelineSpec? spec, StepSpec? step) =>
        table with { Description = table.Description ?? step?.Description, Owner = step?.Owner ?? spec?.Owner };

    private static DatasetSummary TableSummary(TableHead head) => new()
    {
        Name = head.Table.Name,
        Kind = head.Table.Name.IsQuarantine ? DatasetKind.Quarantine : DatasetKind.Table,
        Pipeline = head.Owner,
        Description = head.Snapshot.Metadata.Description,
        Version = head.Table.Version,
        Rows = head.Table.Files.All(static file => file.Rows is not null) ? head.Table.Files.Sum(static file => file.Rows!.Value) : null,
        Bytes = head.Table.Files.Sum(static file => file.Bytes),
        Files = head.Table.Files.Length,
        UpdatedAt = head.Snapshot.TimestampMilliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
    };

    private async Task<DatasetDetail> TableDetailAsync(TableHead head, ImmutableArray<PipelineSpec> specs, CancellationToken cancellationToken)
    {
        var provenance = await ProvenanceAsync(head.Table.Name, null, cancellationToken).ConfigureAwait(false);
        var lineage = provenance is null ? null : await Tables.ReadLineageAsync(head.Table.Name, provenance.LineageFile, cancellationToken).ConfigureAwait(false);
        var quarantine = head.Table.Name.IsQuarantine ? null : await Tables.AtVersionAsync(head.Table.Name.Quarantine, null, cancellationToken).ConfigureAwait(false);
        var step = head.Table.Name.IsQuarantine ? null : lineage?.Step;
        return new DatasetDetail
        {
            Summary = TableSummary(head, specs),
            Columns = head.Table.Columns,
            PartitionBy = head.Table.PartitionColumns,
            Partitions = PartitionsOf(head),
            Keys = step?.Keys ?? [],
            Tags = step?.Tags ?? [],
            Checks = step is null ? [] : provenance!.Checks,
            Reads = step?.Reads ?? [],
            QuarantinedRows = quarantine?.Files.Sum(static file => file.Rows ?? 0),
            Location = Tables.LocationOf(head.Table.Name),
            Sql = step?.Sql,
        };
    }

    private static ImmutableArray<PartitionSummary> PartitionsOf(TableHead head) => head.Table.PartitionColumns.IsEmpty
        ? []
        :
        [
            .. head.Table.Files
                .GroupBy(file => string.Join('\0', head.Table.PartitionColumns.Select(column => file.PartitionValues.GetValueOrDefault(column))))
                .OrderBy(static group => group.Key, StringComparer.Ordinal)
                .Select(group => new PartitionSummary
                {
                    Values = [.. head.Table.PartitionColumns.Select(column => group.First().PartitionValues.GetValueOrDefault(column))],
                    Rows = group.Sum(static file => file.Rows),
                    Bytes = group.Sum(static file => file.Bytes),
                    Files = group.Count(),
                }),
        ];

    private static DatasetVersion VersionOf(HistoryEntry entry)
    {
        var provenance = Provenance.Of(entry.Members);
        return new DatasetVersion
        {
            Version = entry.Version,
            At = entry.Timestamp,
            Operation = entry.Members.Length > 0 ? entry.Members[0].Kind : entry.Operation,
            Run = provenance?.Run,
            FilesAdded = entry.FilesAdded,
            FilesRemoved = entry.FilesRemoved,
            RowsAdded = entry.RowsAdded,
            BytesAdded = entry.BytesAdded,
            Inputs = provenance?.Inputs ?? [],
        };
    }
}
