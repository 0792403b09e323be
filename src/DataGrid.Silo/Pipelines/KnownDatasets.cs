using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Silo.Reading;

namespace DataGrid.Silo.Pipelines;

/// <summary>Datasets that other pipelines of the workspace made, so that a project's SQL may read them.</summary>
internal static class KnownDatasets
{
    /// <summary>Lists them; empty where nothing has run yet.</summary>
    public static async Task<IReadOnlyList<KnownDataset>> ReadAsync(WorkspaceReader reader, CancellationToken stop)
    {
        var known = new List<KnownDataset>();
        foreach (var summary in await reader.ListAsync(stop))
        {
            if (summary.Kind != DatasetKind.Source && await FindAsync(reader, summary.Name, stop) is { } detail)
                known.Add(new KnownDataset(summary.Name, detail.Columns, summary.Pipeline));
        }
        return known;
    }

    /// <summary>A table that cannot be read is no reason not to run what does not read it.</summary>
    private static async Task<DatasetDetail?> FindAsync(WorkspaceReader reader, DatasetName name, CancellationToken stop)
    {
        try
        {
            return await reader.FindAsync(name, stop);
        }
        catch (DataGridException fault) when (fault.Problem.Code is ErrorCodes.TableFeatureUnsupported or ErrorCodes.TableCorrupt)
        {
            return null;
        }
    }
}
