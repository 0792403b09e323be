using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;
using DataGrid.Metadata.Embedded;

namespace DataGrid.Metadata.Runs;

/// <summary>The task journal in the embedded store: the first row of a task and generation is its result.</summary>
internal sealed class TaskJournal(MetadataStore store, MetadataOptions options) : ITaskJournal
{
    public async Task<TaskReport> AcceptAsync(TaskReport report, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var json = JsonSerializer.Serialize(report, DataGridJson.Options);
        if (Encoding.UTF8.GetByteCount(json) is var bytes && bytes > options.MaxReportBytes)
        {
            throw new DataGridException(new Problem
            {
                Code = ErrorCodes.Internal,
                Message = $"The result of task {report.Result.Task} has {bytes} bytes, {options.MaxReportBytes} are allowed ({nameof(MetadataOptions.MaxReportBytes)})",
                Help = "Let the step write fewer, larger files.",
            });
        }

        // Never cancelled on its way: whether it is durable would be unknown.
        var earlier = await store.RunAsync(new ResultWrite(Id(report), report.Result.Task.Run.ToString(), json)).ConfigureAwait(false);
        return earlier is null ? report : Parse(earlier);
    }

    public async Task<ImmutableArray<TaskReport>> ListAsync(RunId run, CancellationToken cancellationToken)
    {
        var name = run.ToString();
        var rows = await store.ReadAsync(s => s.Read("SELECT report FROM task_result WHERE run = $1", name)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => Parse((string)row[0]!))
            .OrderBy(r => r.Result.Task.Stage.ToString(), StringComparer.Ordinal).ThenBy(r => r.Result.Task.Number).ThenBy(r => r.Generation)];
    }

    public Task ForgetAsync(RunId run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var name = run.ToString();
        return store.WriteAsync(s => s.Execute("DELETE FROM task_result WHERE run = $1", name));
    }

    private static string Id(TaskReport report) => string.Create(CultureInfo.InvariantCulture, $"{report.Result.Task}/{report.Generation}");

    private static TaskReport Parse(string json) =>
        JsonSerializer.Deserialize<TaskReport>(json, DataGridJson.Options) ?? throw new JsonException("The task journal holds a null where a result should be.");
}
