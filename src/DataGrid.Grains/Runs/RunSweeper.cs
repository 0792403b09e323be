using DataGrid.Contracts;
using DataGrid.Contracts.Runs;

namespace DataGrid.Grains.Runs;

/// <summary>Removes what a run leaves behind: its staging folder, and files of attempts that no table will ever name.</summary>
internal sealed class RunSweeper(WorkspaceServices services)
{
    /// <summary>Sweeps a run that is over. Failing to sweep does not change how the run ended: vacuum takes what is left.</summary>
    public async Task SweepAsync(RunRecord run, RunWork? work)
    {
        try
        {
            var keep = Keepers(run, work);
            foreach (var (stage, attempt) in await services.Runs.ListAttemptsAsync(run.Run, CancellationToken.None))
                if (keep is not null && !keep.Contains(attempt)) await services.Tables.DeleteAttemptAsync(stage, attempt, CancellationToken.None);
            await services.Runs.DeleteStagingAsync(run.Run, CancellationToken.None);
        }
        catch (IOException)
        {
            // Nobody waits for it, and the run's outcome stands.
        }
    }

    /// <summary>The attempts whose files are data; null when that is not known and nothing may be deleted.</summary>
    private static HashSet<AttemptId>? Keepers(RunRecord run, RunWork? work) => run.Status switch
    {
        RunStatus.Failed or RunStatus.Cancelled or RunStatus.Abandoned => [],
        RunStatus.Succeeded when work is not null => [.. work.Staged.SelectMany(static step => step.Attempts)],
        _ => null,
    };
}
