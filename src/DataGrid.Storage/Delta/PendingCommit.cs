using DataGrid.Core.DeltaLog.Commits;

namespace DataGrid.Storage.Delta;

/// <summary>A commit that waits for its turn.</summary>
internal sealed class PendingCommit(CommitRequest request)
{
    private readonly TaskCompletionSource<CommitOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal CommitRequest Request { get; } = request;

    internal bool FilesAreVerified { get; set; }

    /// <summary>How many entries were written for others while this one, a compaction, waited at the front.</summary>
    internal int PassedOver { get; set; }

    internal Task<CommitOutcome> Outcome => _outcome.Task;

    internal void Finish(CommitOutcome outcome) => _outcome.TrySetResult(outcome);

    internal void Fail(Exception fault) => _outcome.TrySetException(fault);
}
