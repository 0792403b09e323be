using DataGrid.Contracts.Errors;

namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>How a commit ended. What is expected to happen is here; a broken store throws.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome() { }

    /// <summary>It is durable and visible.</summary>
    /// <param name="Version">The version that has it.</param>
    public sealed record Committed(long Version) : CommitOutcome;

    /// <summary>An earlier attempt at the very same transaction had succeeded; nothing was written.</summary>
    /// <param name="Version">The version that has it, or the newest one where that is no longer known.</param>
    public sealed record AlreadyDone(long Version) : CommitOutcome;

    /// <summary>A newer writer has taken over the table; nothing was written, and this writer must stop.</summary>
    /// <param name="ByEpoch">The newer writer's epoch.</param>
    public sealed record Fenced(long ByEpoch) : CommitOutcome;

    /// <summary>The table has changed in a way that spoils the work; do it again on the new version.</summary>
    /// <param name="Why">What changed, for people.</param>
    public sealed record Conflict(string Why) : CommitOutcome;

    /// <summary>The request itself cannot be committed, now or later; nothing was written.</summary>
    /// <param name="Problem">What is wrong and what to do.</param>
    public sealed record Refused(Problem Problem) : CommitOutcome;
}
