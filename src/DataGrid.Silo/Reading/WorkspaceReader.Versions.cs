using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Silo.Reading;

/// <summary>What made which version, and from what.</summary>
public sealed partial class WorkspaceReader
{
    /// <summary>How many versions back the origin of the rows is looked for.</summary>
    private const int FarthestProvenance = 100;

    /// <summary>How many versions of tables one question about a past version may look at.</summary>
    private const int MostPastTables = 10_000;

    /// <inheritdoc/>
    public async Task<ImmutableArray<ColumnSpec>?> ColumnsAtAsync(DatasetName name, long version, CancellationToken cancellationToken) =>
        (await Tables.AtVersionAsync(name, version, cancellationToken))?.Columns;

    /// <inheritdoc/>
    public async Task<ImmutableArray<CheckedVersion>> ChecksAsync(DatasetName name, int limit, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<CheckedVersion>();
        await foreach (var entry in Tables.Open(name).ReadHistoryAsync(cancellationToken))
        {
            if (Provenance.Of(entry.Members) is not { } provenance) continue;
            found.Add(new CheckedVersion(entry.Version, entry.Timestamp, provenance.Run, provenance.Checks, provenance.Rows, provenance.RowsQuarantined, provenance.RowsDropped));
            if (found.Count >= limit) break;
        }
        return found.ToImmutable();
    }

    /// <inheritdoc/>
    public async Task<TableLineage?> LineageAsync(DatasetName name, CancellationToken cancellationToken)
    {
        if (await Tables.HeadAsync(name, cancellationToken) is null) return null;
        return await ProvenanceAsync(name, null, cancellationToken) is { } provenance ? await Tables.ReadLineageAsync(name, provenance.LineageFile, cancellationToken) : null;
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<DatasetLineage>> LineageOfAllAsync(CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<DatasetLineage>();
        await foreach (var name in Tables.ListAsync(cancellationToken))
            if (!name.IsQuarantine && await LineageAsync(name, cancellationToken) is { } lineage) all.Add(Of(lineage.Step));
        all.AddRange(await ViewsAsync(cancellationToken));
        return all.ToImmutable();
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<DatasetLineage>> LineageAtAsync(DatasetName name, long version, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<DatasetLineage>();
        var seen = new HashSet<DatasetName> { name };
        var waiting = new Queue<InputVersion>([new InputVersion { Dataset = name, Version = version }]);
        while (waiting.TryDequeue(out var input) && seen.Count < MostPastTables)
        {
            if (input.Version is null || await ProvenanceAsync(input.Dataset, input.Version, cancellationToken) is not { } provenance) continue;
            if (await Tables.ReadLineageAsync(input.Dataset, provenance.LineageFile, cancellationToken) is { } lineage) all.Add(Of(lineage.Step));
            foreach (var read in provenance.Inputs.Where(read => seen.Add(read.Dataset))) waiting.Enqueue(read);
        }
        // Views have no versions of their own: they are shown as they are now.
        all.AddRange(await ViewsAsync(cancellationToken));
        return all.ToImmutable();
    }

    private static DatasetLineage Of(StepSpec step) => new(step.Name, step.Reads, step.Lineage);

    private async Task<IEnumerable<DatasetLineage>> ViewsAsync(CancellationToken cancellationToken) =>
        from spec in await PipelinesAsync(cancellationToken)
        from view in spec.Steps
        where view.Materialization == Materialization.View
        select Of(view);

    /// <summary>What made the rows. A version may be a compaction or a rollback: then it stands before it.</summary>
    private async Task<VersionProvenance?> ProvenanceAsync(DatasetName name, long? version, CancellationToken cancellationToken)
    {
        var looked = 0;
        await foreach (var entry in Tables.Open(name).ReadHistoryAsync(cancellationToken))
        {
            if (entry.Version > version) continue;
            if (Provenance.Of(entry.Members) is { } provenance) return provenance;
            if (++looked >= FarthestProvenance) break;
        }
        return null;
    }
}
