using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using DataGrid.Storage.Delta;
using Microsoft.Extensions.Logging;

namespace DataGrid.Grains.Runs;

/// <summary>Removes what a run leaves behind: its staging folder, files of attempts and cursors that no table will ever name, and its tasks' results.</summary>
internal sealed partial class RunSweeper(WorkspaceServices services, ITaskJournal journal, ILogger logger)
{
    /// <summary>Sweeps a run that is over, as often as one likes. Failing to sweep does not change how the run ended: vacuum takes what is left.</summary>
    public async Task SweepAsync(RunRecord run)
    {
        try
        {
            var attempts = await services.Runs.ListAttemptsAsync(run.Run, CancellationToken.None);
            if (attempts.Count > 0)
            {
                var data = await DataAsync(run);
                foreach (var (stage, attempt) in attempts)
                    if (!IsWhole(run, attempt, data)) await services.Tables.DeleteAttemptAsync(stage, attempt, (name, path) => data.Contains((name, path)), CancellationToken.None);
            }
            await DeleteCursorsAsync(run, [.. attempts.Select(static attempt => attempt.Stage)]);
            await services.Runs.DeleteStagingAsync(run.Run, CancellationToken.None);
            await journal.ForgetAsync(run.Run, CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or DataGridException)
        {
            NotSwept(logger, run.Run, fault);
        }
    }

    /// <summary>Cursors are written before the plan that would name them. No version names those
    /// of a run that committed nothing. (A killed run's record may know no steps.)</summary>
    private async Task DeleteCursorsAsync(RunRecord run, HashSet<DatasetName> staged)
    {
        if (run.Status is not (RunStatus.Failed or RunStatus.Cancelled or RunStatus.Abandoned)) return;
        foreach (var step in staged) await services.Tables.DeleteCursorsAsync(step, run.Run, CancellationToken.None);
    }

    // When everything was published there is no need to look into the tables for the files of a winner.
    private static bool IsWhole(RunRecord run, AttemptId attempt, HashSet<(DatasetName Dataset, string Path)> data) =>
        run.Status == RunStatus.Succeeded && data.Any(file => file.Path.Contains(TablePaths.AttemptPrefix(attempt), StringComparison.Ordinal));

    /// <summary>The files of the run that versions name.</summary>
    private async Task<HashSet<(DatasetName Dataset, string Path)>> DataAsync(RunRecord run)
    {
        if (run.Status is not (RunStatus.Succeeded or RunStatus.PartiallyPublished)) return [];
        if (await services.Runs.ReadNewestPlanAsync(run.Run, CancellationToken.None) is not { } plan) return [];
        var data = new HashSet<(DatasetName, string)>();
        foreach (var commit in plan.Commits)
            if (run.Status == RunStatus.Succeeded || await StandsAsync(commit)) data.UnionWith(commit.Adds.Select(file => (commit.Dataset, file.TablePath)));
        return data;
    }

    private async Task<bool> StandsAsync(DatasetCommit commit) =>
        await services.Tables.HeadAsync(commit.Dataset, CancellationToken.None) is { } head
        && head.Snapshot.Transactions.ContainsKey(PublishPlanner.TransactionOf(commit.Run, commit.Dataset));

    [LoggerMessage(EventId = 6002, Level = LogLevel.Warning, Message = "What run {Run} left behind could not be removed; vacuum takes it")]
    private static partial void NotSwept(ILogger logger, RunId run, Exception fault);
}
