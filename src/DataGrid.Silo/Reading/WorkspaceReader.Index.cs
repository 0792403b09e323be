using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;

namespace DataGrid.Silo.Reading;

/// <summary>What an index asks again and again: what did not change is given back as it is.</summary>
public sealed partial class WorkspaceReader
{
    /// <summary>The project in force; null when there is none.</summary>
    /// <param name="pipeline">Of which pipeline.</param>
    /// <param name="before">What was in force before: given back when it still is.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async Task<PipelineSpec?> SpecInForceAsync(PipelineId pipeline, PipelineSpec? before, CancellationToken cancellationToken)
    {
        if (await _pipelines.CurrentAsync(pipeline, cancellationToken) is not { } current) return null;
        if (before?.Fingerprint == current.Fingerprint && before.ProjectDirectory == current.ProjectDirectory) return before;
        return await _pipelines.ReadSpecAsync(pipeline, current.Fingerprint, cancellationToken) is { } spec ? spec with { ProjectDirectory = current.ProjectDirectory } : null;
    }

    /// <summary>A table; null when there is none.</summary>
    /// <param name="name">Which one.</param>
    /// <param name="before">What was known of it: given back when its newest version is the same.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async Task<TableFacts?> FactsAsync(DatasetName name, TableFacts? before, CancellationToken cancellationToken)
    {
        try
        {
            if (await Tables.HeadAsync(name, cancellationToken) is not { } head) return null;
            if (before is not null && before.Summary.Version == head.Table.Version && before.Summary.UpdatedAt?.ToUnixTimeMilliseconds() == head.Snapshot.TimestampMilliseconds) return before;
            var provenance = name.IsQuarantine ? null : await ProvenanceAsync(name, null, cancellationToken);
            // The file is named by its content.
            var isKnown = provenance is null || provenance.LineageFile == before?.LineageFile;
            var lineage = isKnown ? before?.Lineage : await Tables.ReadLineageAsync(name, provenance!.LineageFile, cancellationToken) is { } made ? Of(made.Step) : null;
            return new TableFacts(TableSummary(head), provenance is null ? null : lineage, provenance?.LineageFile);
        }
        catch (DataGridException fault) when (fault.Problem.Code is ErrorCodes.TableFeatureUnsupported or ErrorCodes.TableCorrupt)
        {
            return new TableFacts(Unreadable(name, fault), null, null);
        }
    }

    private static DatasetSummary Unreadable(DatasetName name, DataGridException fault) =>
        new() { Name = name, Kind = DatasetKind.Table, Description = $"cannot be read: {fault.Problem.Message}" };
}
