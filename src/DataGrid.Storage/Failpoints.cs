namespace DataGrid.Storage;

/// <summary>Named places where a test may stop, delay or kill the process. Nothing happens there by default.</summary>
public interface IFailpoints
{
    /// <summary>Called when the place is reached; whatever it throws ends the operation there, as a crash would.</summary>
    /// <param name="name">One of <see cref="Failpoints"/>.</param>
    /// <param name="cancellationToken">The operation's token.</param>
    ValueTask HitAsync(string name, CancellationToken cancellationToken);
}

/// <summary>The places, in the order in which an operation reaches them.</summary>
public static class Failpoints
{
#pragma warning disable CS1591 // The names say where.
    public const string CommitPlanned = "commit.planned";
    public const string CommitBeforePut = "commit.before-put";
    public const string CommitAfterPut = "commit.after-put";
    public const string CommitBeforeAnswer = "commit.before-answer";
    public const string CheckpointBeforeWrite = "checkpoint.before-write";
    public const string CheckpointBeforePublish = "checkpoint.before-publish";
    public const string CheckpointBeforePointer = "checkpoint.before-pointer";
    public const string CheckpointAfterPointer = "checkpoint.after-pointer";
    public const string CleanupBeforeBoundary = "cleanup.before-boundary";
    public const string CleanupBeforeDelete = "cleanup.before-delete";
    public const string CleanupBetweenDeletes = "cleanup.between-deletes";
    public const string CompactionBeforeWrite = "compaction.before-write";
    public const string CompactionBeforeAdopt = "compaction.before-adopt";
    public const string CompactionBeforeCommit = "compaction.before-commit";
    public const string VacuumPlanned = "vacuum.planned";
    public const string VacuumBetweenDeletes = "vacuum.between-deletes";
#pragma warning restore CS1591

    /// <summary>Every place, for tests that try each in turn.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        CommitPlanned, CommitBeforePut, CommitAfterPut, CommitBeforeAnswer, CheckpointBeforeWrite, CheckpointBeforePublish, CheckpointBeforePointer, CheckpointAfterPointer,
        CleanupBeforeBoundary, CleanupBeforeDelete, CleanupBetweenDeletes, CompactionBeforeWrite, CompactionBeforeAdopt, CompactionBeforeCommit, VacuumPlanned, VacuumBetweenDeletes,
    ];

    /// <summary>Nothing happens anywhere.</summary>
    public static IFailpoints None { get; } = new Nowhere();

    private sealed class Nowhere : IFailpoints
    {
        public ValueTask HitAsync(string name, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
