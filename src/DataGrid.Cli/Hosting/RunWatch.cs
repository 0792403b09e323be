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
    public static async Task<RunRecord> ToTheEndAsync(IRunHost host, RunId run, RunProgress progress, CancellationToken stop)
    {
        var seen = 0L;
        var isAsked = false;
        while (true)
        {
            if (stop.IsCancellationRequested && !isAsked)
            {
                isAsked = true;
                await host.CancelAsync(run, "interrupted").ConfigureAwait(false);
            }
            RunEventPage page;
            try
            {
                // Once the run was asked to stop, waiting for its end must not be interrupted again.
                page = await host.ReadEventsAsync(run, seen, isAsked ? CancellationToken.None : stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested && !isAsked)
            {
                continue;
            }
            foreach (var happened in page.Events)
            {
                progress.Show(happened);
                seen = happened.Sequence;
            }
            foreach (var step in page.Progress) progress.Show(step);
            if (page.IsComplete) break;
        }
        return await host.FindRunAsync(run, CancellationToken.None).ConfigureAwait(false)
            ?? throw new DataGridException(new Problem { Code = ErrorCodes.Internal, Message = $"the record of run {run} is gone" });
    }
}
