using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;

namespace DataGrid.Worker;

/// <summary>Passes a task's progress on to its run, at most four times a second.</summary>
internal sealed class ProgressRelay(IRunGrain run, DatasetName step, TimeProvider clock) : IProgress<TaskProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private DateTimeOffset _next;

    /// <inheritdoc/>
    public void Report(TaskProgress value)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (now < _next) return;
            _next = now + Pause;
        }
        _ = run.ReportProgress(step, value);
    }
}
