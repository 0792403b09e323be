using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Runs;

namespace DataGrid.Metadata.Embedded;

/// <summary>The task journal in the embedded store.</summary>
internal sealed class ResultTable(MetadataStore store) : IResultTable
{
    public Task<string?> AddAsync(TaskReport report, string json) => store.RunAsync(new ResultWrite(
        string.Create(CultureInfo.InvariantCulture, $"{report.Result.Task}/{report.Generation}"), report.Result.Task.Run.ToString(), json));

    public async Task<IReadOnlyList<string>> ReadAsync(RunId run, CancellationToken cancellationToken)
    {
        var name = run.ToString();
        var rows = await store.ReadAsync(s => s.Read("SELECT report FROM task_result WHERE run = $1", name)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => (string)row[0]!)];
    }

    public Task RemoveAsync(RunId run)
    {
        var name = run.ToString();
        return store.WriteAsync(s => s.Execute("DELETE FROM task_result WHERE run = $1", name));
    }
}
