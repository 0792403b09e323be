using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;

namespace DataGrid.Metadata.Runs;

/// <summary>The task journal as JSON, the same in every store: the first row of a task and generation is its result.</summary>
internal sealed class TaskJournal(IResultTable table, int maxReportBytes) : ITaskJournal
{
    public async Task<TaskReport> AcceptAsync(TaskReport report, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var json = JsonSerializer.Serialize(report, DataGridJson.Options);
        if (Encoding.UTF8.GetByteCount(json) is var bytes && bytes > maxReportBytes)
        {
            throw new DataGridException(new Problem
            {
                Code = ErrorCodes.Internal,
                Message = $"The result of task {report.Result.Task} has {bytes} bytes, {maxReportBytes} are allowed ({nameof(MetadataOptions.MaxReportBytes)})",
                Help = "Let the step write fewer, larger files.",
            });
        }

        // Never cancelled on its way: whether it is durable would be unknown.
        var earlier = await table.AddAsync(report, json).ConfigureAwait(false);
        return earlier is null ? report : Parse(earlier);
    }

    public async Task<ImmutableArray<TaskReport>> ListAsync(RunId run, CancellationToken cancellationToken)
    {
        var rows = await table.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(Parse)
            .OrderBy(r => r.Result.Task.Stage.ToString(), StringComparer.Ordinal).ThenBy(r => r.Result.Task.Number).ThenBy(r => r.Generation)];
    }

    public Task ForgetAsync(RunId run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return table.RemoveAsync(run);
    }

    private static TaskReport Parse(string json) =>
        JsonSerializer.Deserialize<TaskReport>(json, DataGridJson.Options) ?? throw new JsonException("The task journal holds a null where a result should be.");
}
