using DataGrid.Worker.Children;

namespace DataGrid.Worker;

/// <summary>Where a worker's tasks run.</summary>
public enum TaskIsolation
{
    /// <summary>In the silo's own process: for one person on one machine.</summary>
    InProcess,
    /// <summary>In child processes: whatever a query does, it does to its task alone.</summary>
    ChildProcess,
}

/// <summary>What a worker may use and how it behaves.</summary>
public sealed record WorkerOptions
{
    /// <summary>Tasks that run side by side. Two by default: while one waits for the disk or for its last thread, the other computes.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>How often the dispatcher hears which attempts still run; bounds how long a cancelled task goes on.</summary>
    public TimeSpan HeartbeatEvery { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one poll for work waits.</summary>
    public TimeSpan PollWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a call that failed.</summary>
    public TimeSpan PauseAfterFault { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a result is reported when no answer comes, before its lease is left to run out.</summary>
    public int ReportCalls { get; init; } = 3;

    /// <summary>How long a stop lets running tasks come to their end before it interrupts them and hands them back; zero to interrupt at once, as one person on one machine
    /// wants it.</summary>
    public TimeSpan DrainTimeout { get; init; }

    /// <summary>How long a stop waits for running tasks that were interrupted.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where tasks run.</summary>
    public TaskIsolation Isolation { get; init; }

    /// <summary>What bounds child processes, where tasks run in them.</summary>
    public ChildOptions Children { get; init; } = new();

    /// <summary>What is wrong with these limits; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (Slots is < 1 or > 1024) yield return $"{nameof(Slots)} must lie between 1 and 1024";
        if (HeartbeatEvery <= TimeSpan.Zero || HeartbeatEvery > TimeSpan.FromSeconds(5)) yield return $"{nameof(HeartbeatEvery)} must be positive and at most 5 s";
        if (PollWait <= TimeSpan.Zero || PollWait > TimeSpan.FromSeconds(20)) yield return $"{nameof(PollWait)} must be positive and at most 20 s";
        if (PauseAfterFault <= TimeSpan.Zero) yield return $"{nameof(PauseAfterFault)} must be positive";
        if (ReportCalls is < 1 or > 100) yield return $"{nameof(ReportCalls)} must lie between 1 and 100";
        if (DrainTimeout < TimeSpan.Zero) yield return $"{nameof(DrainTimeout)} must not be negative";
        if (StopTimeout <= TimeSpan.Zero) yield return $"{nameof(StopTimeout)} must be positive";
        foreach (var problem in Children.Validate()) yield return $"{nameof(Children)}.{problem}";
    }
}
