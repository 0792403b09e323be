namespace DataGrid.Worker.Children;

/// <summary>How a worker's child processes are made and what bounds them. Memory, threads and spill space of a task are those of its slots.</summary>
public sealed record ChildOptions
{
    /// <summary>Tasks after which a child is replaced by a fresh one: what a library keeps for itself does not add up for ever.</summary>
    public int TasksPerChild { get; init; } = 500;

    /// <summary>The memory that a child may have, as a multiple of its task's engine limit. The engine's own limit is not hard: about twice of it is normal.</summary>
    public double MemoryHeadroom { get; init; } = 2;

    /// <summary>Memory that a child may have beyond that, in bytes: buffers and stacks that do not grow with the task.</summary>
    public long ExtraMemoryBytes { get; init; } = 512L << 20;

    /// <summary>How long a child that was told to stop, or whose task is past its limit of time, may go on before it is killed.</summary>
    public TimeSpan KillAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a child may take to start.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause before a child that crashed is replaced; doubled for each further crash in a row.</summary>
    public TimeSpan RestartPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest such pause.</summary>
    public TimeSpan LongestRestartPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The number of the user that children run as; null for the silo's own. Only a silo that runs as root can change it.</summary>
    public int? RunAsUser { get; init; }

    /// <summary>The number of that user's group; null for the same number as the user's.</summary>
    public int? RunAsGroup { get; init; }

    /// <summary>The child's program, an assembly beside the silo's unless a path is given.</summary>
    public string Program { get; init; } = "DataGrid.WorkerChild.dll";

    /// <summary>What is wrong with these limits; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (TasksPerChild < 1) yield return $"{nameof(TasksPerChild)} must be at least 1";
        if (!(MemoryHeadroom is >= 1 and <= 100)) yield return $"{nameof(MemoryHeadroom)} must lie between 1 and 100";
        if (ExtraMemoryBytes < 64L << 20) yield return $"{nameof(ExtraMemoryBytes)} must be at least 64 MiB, or a child cannot start";
        if (KillAfter <= TimeSpan.Zero) yield return $"{nameof(KillAfter)} must be positive";
        if (StartTimeout <= TimeSpan.Zero) yield return $"{nameof(StartTimeout)} must be positive";
        if (RestartPause <= TimeSpan.Zero) yield return $"{nameof(RestartPause)} must be positive";
        if (LongestRestartPause < RestartPause) yield return $"{nameof(LongestRestartPause)} must be at least {nameof(RestartPause)}";
        if (RunAsUser is < 0) yield return $"{nameof(RunAsUser)} must not be negative";
        if (RunAsGroup is < 0) yield return $"{nameof(RunAsGroup)} must not be negative";
        if (string.IsNullOrWhiteSpace(Program)) yield return $"{nameof(Program)} must name an assembly";
    }
}
