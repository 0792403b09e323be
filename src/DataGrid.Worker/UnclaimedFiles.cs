using DataGrid.Contracts.Runs;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Runs;

namespace DataGrid.Worker;

/// <summary>Files of an attempt of which nobody has said whether it won, because the silo is cut off from the others.</summary>
internal static class UnclaimedFiles
{
    /// <summary>Whether they can be removed. As long as the run goes on, whoever ends it removes what did not win. A run that is over was swept before these files came, and names
    /// what it published in its plan.</summary>
    public static async Task<bool> AreGarbageAsync(RunStore runs, TaskReport report, CancellationToken cancellationToken)
    {
        var (run, prefix) = (report.Result.Task.Run, TablePaths.AttemptPrefix(report.Result.Attempt));
        if (await runs.ReadAsync(run, cancellationToken) is not { IsTerminal: true } ended) return false;
        if (ended.Status is not (RunStatus.Succeeded or RunStatus.PartiallyPublished)) return true;
        return await runs.ReadNewestPlanAsync(run, cancellationToken) is { } plan
            && !plan.Commits.Any(commit => commit.Adds.Any(file => file.TablePath.Contains(prefix, StringComparison.Ordinal)));
    }
}
