using DataGrid.Contracts.Runs;

namespace DataGrid.Engine.Sessions;

/// <summary>What the engine of this process may use. Checked at start-up by <see cref="Validate"/>.</summary>
public sealed record EngineOptions
{
    /// <summary>The least memory with which an instance does useful work.</summary>
    public const long MinimumMemoryBytes = 64L << 20;

    /// <summary>Memory for all running tasks together, in bytes. Default: 60 % of what the
    /// machine or container has, since the engine may use twice its limit for a moment.</summary>
    public long MemoryBytes { get; init; } = Math.Max(MinimumMemoryBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 * 6);

    /// <summary>Threads for all running tasks together. Default: one per processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Where tasks spill; a folder per instance is made in it and removed with the instance.</summary>
    public string TemporaryDirectory { get; init; } = Path.Combine(Path.GetTempPath(), "datagrid");

    /// <summary>Disk that one instance may spill to, in bytes. The engine's own default is 90 % of the disk.</summary>
    public long TemporaryBytes { get; init; } = 32L << 30;

    /// <summary>Instances that wait opened for the next task; 0 opens each when it is needed (some milliseconds).</summary>
    public int WarmInstances { get; init; } = 2;

    /// <summary>Used instances that may wait to be closed together; 0 closes each at once. They hold no rows, only some megabytes of catalog.</summary>
    public int UsedInstances { get; init; } = 4;

    /// <summary>Locked instances kept for the next query of a session over the same inputs; 0 gives every query its own. They hold no rows, only some megabytes of catalog.</summary>
    public int SessionInstances { get; init; } = 4;

    /// <summary>How long an instance is kept for its session without a query. At least a second.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest JSON object in a JSON source, in bytes.</summary>
    public long MaxJsonObjectBytes { get; init; } = 64L << 20;

    /// <summary>The largest line in a CSV source, in bytes.</summary>
    public long MaxCsvLineBytes { get; init; } = 4L << 20;

    /// <summary>A data file is closed, and the next begun, at about this size in bytes.</summary>
    public long TargetFileBytes { get; init; } = 256L << 20;

    /// <summary>Failing rows shown per check.</summary>
    public int MaxSamples { get; init; } = 10;

    /// <summary>Into how many equal shares tasks divide memory and spill space. Instances are opened with one share, so that nothing has to be changed for a task that gets one.</summary>
    public int Shares { get; init; } = 1;

    /// <summary>The limits of a task that gets one share, and all threads.</summary>
    public TaskLimits Share => new() { MemoryBytes = MemoryBytes / Shares, Threads = Threads, TemporaryBytes = TemporaryBytes / Shares };

    /// <summary>The limits of a task that gets the whole engine.</summary>
    public TaskLimits WholeEngine => new() { MemoryBytes = MemoryBytes, Threads = Threads, TemporaryBytes = TemporaryBytes };

    /// <summary>What is wrong with the options, each named; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        void Check(bool good, string problem)
        {
            if (!good)
                problems.Add(problem);
        }
        Check(MemoryBytes >= MinimumMemoryBytes, $"{nameof(MemoryBytes)} must be at least {MinimumMemoryBytes} (64 MiB), not {MemoryBytes}");
        Check(Shares is >= 1 and <= 1024, $"{nameof(Shares)} must be from 1 to 1024, not {Shares}");
        Check(Threads is >= 1 and <= 1024, $"{nameof(Threads)} must be from 1 to 1024, not {Threads}");
        Check(Path.IsPathFullyQualified(TemporaryDirectory), $"{nameof(TemporaryDirectory)} must be an absolute path, not '{TemporaryDirectory}'");
        Check(TemporaryBytes >= 0, $"{nameof(TemporaryBytes)} must not be negative, but is {TemporaryBytes}");
        Check(WarmInstances is >= 0 and <= 64, $"{nameof(WarmInstances)} must be from 0 to 64, not {WarmInstances}");
        Check(UsedInstances is >= 0 and <= 64, $"{nameof(UsedInstances)} must be from 0 to 64, not {UsedInstances}");
        Check(SessionInstances is >= 0 and <= 64, $"{nameof(SessionInstances)} must be from 0 to 64, not {SessionInstances}");
        Check(SessionIdle >= TimeSpan.FromSeconds(1) && SessionIdle <= TimeSpan.FromHours(1), $"{nameof(SessionIdle)} must be from a second to an hour, not {SessionIdle}");
        Check(MaxJsonObjectBytes is >= 1 << 10 and <= 1L << 31, $"{nameof(MaxJsonObjectBytes)} must be from 1 KiB to 2 GiB, not {MaxJsonObjectBytes}");
        Check(MaxCsvLineBytes is >= 1 << 10 and <= 1L << 30, $"{nameof(MaxCsvLineBytes)} must be from 1 KiB to 1 GiB, not {MaxCsvLineBytes}");
        Check(TargetFileBytes >= 1 << 20, $"{nameof(TargetFileBytes)} must be at least 1 MiB, not {TargetFileBytes}");
        Check(MaxSamples is >= 0 and <= 1000, $"{nameof(MaxSamples)} must be from 0 to 1000, not {MaxSamples}");
        return problems;
    }
}
