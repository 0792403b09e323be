namespace DataGrid.Grains.Runs;

/// <summary>Limits of runs.</summary>
public sealed record RunOptions
{
    /// <summary>A step that reads more than this takes all slots of a worker, so that it has all its memory.</summary>
    public long WholeWorkerBytes { get; init; } = 256L << 20;

    /// <summary>Events that one call may return.</summary>
    public int EventsPerPage { get; init; } = 500;

    /// <summary>The longest that a reader of events waits.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong with these limits; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (WholeWorkerBytes <= 0) yield return $"{nameof(WholeWorkerBytes)} must be positive";
        if (EventsPerPage is < 1 or > 10_000) yield return $"{nameof(EventsPerPage)} must lie between 1 and 10000";
        if (LongestWait <= TimeSpan.Zero || LongestWait > TimeSpan.FromSeconds(20))
            yield return $"{nameof(LongestWait)} must be positive and at most 20 s, less than a call's timeout";
    }
}
