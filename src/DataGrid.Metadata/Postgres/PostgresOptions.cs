namespace DataGrid.Metadata.Postgres;

/// <summary>The settings of metadata in PostgreSQL.</summary>
public sealed record PostgresOptions
{
    /// <summary>Which database.</summary>
    public required DatabaseConnection Connection { get; init; }

    /// <summary>The cluster whose silos the membership table lists. Other metadata is one per database.</summary>
    public string ClusterId { get; init; } = "default";

    /// <summary>Who uses the database, as its operators see it (<c>application_name</c>).</summary>
    public string ApplicationName { get; init; } = "datagrid";

    /// <summary>The largest state of a grain, bytes of JSON. Larger values belong in a file.</summary>
    public int MaxStateBytes { get; init; } = 64 * 1024;

    /// <summary>The largest result in the task journal, bytes of JSON.</summary>
    public int MaxReportBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How many connections are open at most; two more are kept for the membership.</summary>
    public int MaxConnections { get; init; } = 16;

    /// <summary>How many commits are under way at once.</summary>
    public int WriteLanes { get; init; } = 2;

    /// <summary>How many writes may wait.</summary>
    public int MaxQueuedWrites { get; init; } = 20_000;

    /// <summary>How many writes share one commit at most.</summary>
    public int MaxBatchWrites { get; init; } = 1000;

    /// <summary>After this many bytes a batch takes no further write.</summary>
    public int MaxBatchBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How long a silo that starts waits for a database that does not answer.</summary>
    public TimeSpan StartupWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a statement may take before its connection is given up.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long reads, and writes that can be repeated without harm, are repeated while the database is away. Shorter than a call's timeout.</summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the database is asked whether it is there, when nothing else does.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the settings: one sentence each, naming the setting.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(ClusterId))
            yield return $"{nameof(ClusterId)} is blank: it must be a name.";
        if (string.IsNullOrWhiteSpace(ApplicationName))
            yield return $"{nameof(ApplicationName)} is blank: it must be a name.";
        if (Between(nameof(MaxStateBytes), MaxStateBytes, 1024, 16 * 1024 * 1024) is { } state)
            yield return state;
        if (Between(nameof(MaxReportBytes), MaxReportBytes, 1024, 256 * 1024 * 1024) is { } report)
            yield return report;
        if (Between(nameof(MaxConnections), MaxConnections, 2, 1000) is { } connections)
            yield return connections;
        if (Between(nameof(WriteLanes), WriteLanes, 1, 64) is { } lanes)
            yield return lanes;
        if (Between(nameof(MaxQueuedWrites), MaxQueuedWrites, 1, 10_000_000) is { } queued)
            yield return queued;
        if (Between(nameof(MaxBatchWrites), MaxBatchWrites, 1, 10_000) is { } batch)
            yield return batch;
        if (Between(nameof(MaxBatchBytes), MaxBatchBytes, 1024, 256 * 1024 * 1024) is { } bytes)
            yield return bytes;
        foreach (var (name, value) in new[] { (nameof(ConnectTimeout), ConnectTimeout), (nameof(CommandTimeout), CommandTimeout), (nameof(HealthInterval), HealthInterval) })
        {
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromMinutes(10))
                yield return $"{name} is {value}: it must be between a second and ten minutes.";
        }

        foreach (var (name, value) in new[] { (nameof(StartupWait), StartupWait), (nameof(RetryFor), RetryFor) })
        {
            if (value < TimeSpan.Zero || value > TimeSpan.FromHours(1))
                yield return $"{name} is {value}: it must be between zero and an hour.";
        }
    }

    private static string? Between(string name, int value, int least, int most) =>
        value < least || value > most ? $"{name} is {value}: it must be between {least} and {most}." : null;
}
