namespace DataGrid.Metadata;

/// <summary>The settings of the embedded metadata store.</summary>
public sealed record MetadataOptions
{
    /// <summary>The folder that the process owns while the store is open. The store lives in its sub-folder <c>metadata</c>.</summary>
    public required string Root { get; init; }

    /// <summary>The largest state of a grain, bytes of JSON. Larger values belong in a file.</summary>
    public int MaxStateBytes { get; init; } = 64 * 1024;

    /// <summary>The largest result in the task journal, bytes of JSON.</summary>
    public int MaxReportBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How many reads and writes may wait for the store.</summary>
    public int MaxQueuedOperations { get; init; } = 20_000;

    /// <summary>How many operations share one commit at most.</summary>
    public int MaxBatchOperations { get; init; } = 1000;

    /// <summary>After this long a batch is committed, whatever else waits: it bounds how long the first operation of a batch waits for the others.</summary>
    public TimeSpan MaxBatchTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>DuckDB's memory limit for the store, megabytes.</summary>
    public int MemoryLimitMegabytes { get; init; } = 256;

    /// <summary>How often the file is copied while it changes. A copy holds up operations for as long as the file takes to copy.</summary>
    public TimeSpan CopyInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What is wrong with the settings: one sentence each, naming the setting.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Root))
            yield return $"{nameof(Root)} is blank: it must be a folder.";
        if (MaxStateBytes is < 1024 or > 16 * 1024 * 1024)
            yield return $"{nameof(MaxStateBytes)} is {MaxStateBytes}: it must be between 1024 and 16777216.";
        if (MaxReportBytes is < 1024 or > 1024 * 1024 * 1024)
            yield return $"{nameof(MaxReportBytes)} is {MaxReportBytes}: it must be between 1024 and 1073741824.";
        if (MaxQueuedOperations < 1)
            yield return $"{nameof(MaxQueuedOperations)} is {MaxQueuedOperations}: it must be at least 1.";
        if (MaxBatchOperations < 1)
            yield return $"{nameof(MaxBatchOperations)} is {MaxBatchOperations}: it must be at least 1.";
        if (MaxBatchTime < TimeSpan.Zero || MaxBatchTime > TimeSpan.FromSeconds(1))
            yield return $"{nameof(MaxBatchTime)} is {MaxBatchTime}: it must be between zero and a second.";
        if (MemoryLimitMegabytes < 64)
            yield return $"{nameof(MemoryLimitMegabytes)} is {MemoryLimitMegabytes}: it must be at least 64.";
        if (CopyInterval < TimeSpan.FromSeconds(1) || CopyInterval > TimeSpan.FromDays(49))
            yield return $"{nameof(CopyInterval)} is {CopyInterval}: it must be between a second and 49 days.";
    }
}
