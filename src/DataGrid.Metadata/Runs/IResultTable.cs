using DataGrid.Contracts;
using DataGrid.Contracts.Runs;

namespace DataGrid.Metadata.Runs;

/// <summary>The rows of the task journal; one per task and generation, the first for ever.</summary>
internal interface IResultTable
{
    /// <summary>Adds the row of <paramref name="report"/>, whose JSON is <paramref name="json"/>, unless there is one; durable when it returns.</summary>
    /// <returns>The JSON of the earlier row; null when this one was the first.</returns>
    Task<string?> AddAsync(TaskReport report, string json);

    /// <summary>The JSON of a run's rows, in no order.</summary>
    Task<IReadOnlyList<string>> ReadAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Removes a run's rows.</summary>
    Task RemoveAsync(RunId run);
}
