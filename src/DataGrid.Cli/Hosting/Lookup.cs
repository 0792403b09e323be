using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Silo.Reading;

namespace DataGrid.Cli.Hosting;

/// <summary>Finds what a command names, or says that it is not there and what was probably meant.</summary>
internal static class Lookup
{
    /// <exception cref="DataGridException">There is no such dataset.</exception>
    public static async Task<DatasetDetail> DatasetAsync(WorkspaceReader reader, DatasetName name, CancellationToken stop)
    {
        if (await reader.FindAsync(name, stop).ConfigureAwait(false) is { } detail) return detail;
        var all = await reader.ListAsync(stop).ConfigureAwait(false);
        var near = NearestName.Find(name.ToString(), all.Select(static summary => summary.Name.ToString()));
        throw new DataGridException(new Problem
        {
            Code = ErrorCodes.DatasetUnknown,
            Message = $"there is no dataset {name}",
            Help = near is null ? "see what there is: datagrid datasets" : $"did you mean {near}?",
        });
    }
}
