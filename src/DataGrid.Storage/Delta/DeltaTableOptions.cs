namespace DataGrid.Storage.Delta;

/// <summary>Limits and intervals of tables. Checked when tables are opened.</summary>
public sealed record DeltaTableOptions
{
    /// <summary>A checkpoint is written every so many versions.</summary>
    public int CheckpointInterval { get; init; } = 10;

    /// <summary>How long closing a table waits for a checkpoint that is under way before it is given up.</summary>
    public TimeSpan CheckpointStop { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a compaction lets the commits that wait with it go first, before it goes between two of them.</summary>
    public int CompactionPatience { get; init; } = 8;

    /// <summary>How often a compaction whose files were partly changed by others commits the rest on the newest version.</summary>
    public int CompactionRetries { get; init; } = 10;

    /// <summary>How long versions stay readable; older log entries are cleaned up after a checkpoint.</summary>
    public TimeSpan LogRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long data files stay after they left the table. A commit trusts files for half of it.</summary>
    public TimeSpan FileRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The longest that a task may take between its first file and its commit.</summary>
    public TimeSpan LongestTask { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How far clocks may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many appends may share one entry.</summary>
    public int GroupSize { get; init; } = 256;

    /// <summary>How many commits of one table may wait; more are turned away with a fault that says to come back.</summary>
    public int QueueSize { get; init; } = 4096;

    /// <summary>How often a put whose outcome is unknown is repeated before its callers are told.</summary>
    public int UnknownRetries { get; init; } = 8;

    /// <summary>The pause before the first repetition; doubled each time, at most 5 seconds.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a commit is planned anew because others won the version, before it counts as a conflict.</summary>
    public int RaceRetries { get; init; } = 1000;

    /// <summary>Log entries read at the same time.</summary>
    public int ReadParallelism { get; init; } = 16;

    /// <summary>Memory of the engine that reads and writes checkpoints, in bytes.</summary>
    public long EngineMemoryBytes { get; init; } = 512L << 20;

    /// <summary>Threads of that engine.</summary>
    public int EngineThreads { get; init; } = 2;

    /// <summary>Where that engine may put temporary files; <c>null</c> for the system's folder.</summary>
    public string? ScratchFolder { get; init; }

    /// <summary>Whether log entries are cleaned up after a checkpoint.</summary>
    public bool CleansLog { get; init; } = true;

    /// <summary>Who writes, as log entries say it.</summary>
    public string Engine { get; init; } = "DataGrid/0.1.0";

    /// <summary>Told about faults of work that nobody waits for (a checkpoint after a commit); it is tried again after the next interval.</summary>
    public Action<string, Exception>? OnBackgroundFault { get; init; }

    /// <summary>Where tests stop or kill.</summary>
    public IFailpoints Failpoints { get; init; } = Storage.Failpoints.None;

    /// <summary>What is wrong with these options, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (CheckpointInterval < 1) yield return $"{nameof(CheckpointInterval)} is {CheckpointInterval}; it must be at least 1";
        if (CheckpointStop <= TimeSpan.Zero) yield return $"{nameof(CheckpointStop)} is {CheckpointStop}; it must be positive";
        if (CompactionPatience < 0) yield return $"{nameof(CompactionPatience)} is {CompactionPatience}; it must not be negative";
        if (CompactionRetries is < 0 or > 1000) yield return $"{nameof(CompactionRetries)} is {CompactionRetries}; it must lie between 0 and 1000";
        if (LogRetention <= TimeSpan.Zero) yield return $"{nameof(LogRetention)} is {LogRetention}; it must be positive";
        if (LongestTask <= TimeSpan.Zero) yield return $"{nameof(LongestTask)} is {LongestTask}; it must be positive";
        if (ClockSkew < TimeSpan.Zero) yield return $"{nameof(ClockSkew)} is {ClockSkew}; it must not be negative";
        if (FileRetention < 2 * (LongestTask + ClockSkew))
            yield return $"{nameof(FileRetention)} is {FileRetention}; it must be at least twice {nameof(LongestTask)} and {nameof(ClockSkew)} together, or vacuum could take files of running work";
        if (GroupSize < 1) yield return $"{nameof(GroupSize)} is {GroupSize}; it must be at least 1";
        if (QueueSize < GroupSize) yield return $"{nameof(QueueSize)} is {QueueSize}; it must be at least {nameof(GroupSize)}";
        if (UnknownRetries < 1) yield return $"{nameof(UnknownRetries)} is {UnknownRetries}; it must be at least 1";
        if (RetryDelay < TimeSpan.Zero) yield return $"{nameof(RetryDelay)} is {RetryDelay}; it must not be negative";
        if (RaceRetries < 1) yield return $"{nameof(RaceRetries)} is {RaceRetries}; it must be at least 1";
        if (ReadParallelism < 1) yield return $"{nameof(ReadParallelism)} is {ReadParallelism}; it must be at least 1";
        if (EngineMemoryBytes < 64L << 20) yield return $"{nameof(EngineMemoryBytes)} is {EngineMemoryBytes}; it must be at least 64 MiB";
        if (EngineThreads < 1) yield return $"{nameof(EngineThreads)} is {EngineThreads}; it must be at least 1";
        if (Engine.Length == 0) yield return $"{nameof(Engine)} is empty; log entries name who wrote them";
    }
}
