using DataGrid.Contracts.Errors;

namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>
/// Which of several writers of one table is the newest. The epoch lives in the log, as the version of the transaction <c>datagrid/epoch</c>. A writer claims
/// the next epoch with its first commit; that the claim and the version are written together by put-if-absent decides between two that claim the same.
/// </summary>
/// <param name="Number">The epoch claimed.</param>
/// <param name="IsEstablished">Whether a commit that carries the claim has succeeded.</param>
public sealed record WriterEpoch(long Number, bool IsEstablished)
{
    /// <summary>The transaction that keeps the epoch.</summary>
    public const string AppId = "datagrid/epoch";

    /// <summary>The epoch that the table's log has; 0 before the first.</summary>
    public static long Of(Snapshot? head) => head?.TransactionVersion(AppId) ?? 0;

    /// <summary>The claim of a writer that begins at this version of the table.</summary>
    public static WriterEpoch Claim(Snapshot? head) => new(Of(head) + 1, IsEstablished: false);

    /// <summary>Who replaced this writer, when it has been replaced.</summary>
    /// <param name="head">The newest version.</param>
    /// <returns>The newer epoch (or, before the first commit, the equal one that
    /// another writer established); <c>null</c> while this writer may go on.</returns>
    /// <exception cref="DataGridException">The log has lost an epoch that was acknowledged:
    /// an older copy of it was put back (<see cref="ErrorCodes.TableCorrupt"/>).</exception>
    public CommitOutcome.Fenced? FencedBy(Snapshot? head)
    {
        var inLog = Of(head);
        if (IsEstablished && inLog < Number)
            throw DeltaFaults.Corrupt($"The table's log is at writer epoch {inLog}, but epoch {Number} had been committed: an older copy of the log was put back while the table was in use",
                "Stop the silo, restore the newest copy of the log, and start again");
        return inLog > Number || (!IsEstablished && inLog == Number) ? new CommitOutcome.Fenced(inLog) : null;
    }
}
