using DataGrid.Cli.Rendering;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;

namespace DataGrid.Cli.Hosting;

/// <summary>Follows a run.</summary>
internal static class RunWatch
{
    /// <summary>Shows what happens until the run has ended. When <paramref name="stop"/> fires, the run is asked to stop and is followed on to its end, so that
    /// nothing is left half done.</summary>
    public static async Task<RunRecord> ToTheEndAsync(IRunService silo, RunId run, RunProgress progress, CancellationToken stop)
    {
        var cancelling = Task.CompletedTask;
        var registration = stop.Register(() => cancelling = silo.CancelAsync(run, "interrupted"));
        await using (registration.ConfigureAwait(false))
        {
            await foreach (var page in silo.WatchAsync(run, CancellationToken.None).ConfigureAwait(false))
            {
                foreach (var happened in page.Events) progress.Show(happened);
                foreach (var step in page.Progress) progress.Show(step);
            }
        }
        await cancelling.ConfigureAwait(false);
        return await silo.GetRunAsync(run).ConfigureAwait(false)
            ?? throw new DataGridException(new Problem { Code = ErrorCodes.Internal, Message = $"the record of run {run} is gone" });
    }
}
