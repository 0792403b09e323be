namespace DataGrid.Storage.Remote;

/// <summary>Limits of a store that is reached over the network. Checked when it is opened.</summary>
public sealed record RemoteStoreOptions
{
    /// <summary>How often a read, or a write that may be repeated, is tried in all. The put of a log entry is tried once, always.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The pause before the second attempt; doubled each time, and shortened by chance to between a half and the whole of it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two attempts.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one request may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>No further attempt begins after this time; what is under way may finish.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Files above this size are uploaded in parts of it, in bytes. S3 takes parts from 5 MiB, and 10 000 of them: larger files get larger parts.</summary>
    public int PartBytes { get; init; } = 16 << 20;

    /// <summary>Parts of one file that are on their way at the same time.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How much a stream reads with one request, in bytes.</summary>
    public int ReadBytes { get; init; } = 8 << 20;

    /// <summary>What is wrong with these options, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        if (Attempts < 1) yield return $"{nameof(Attempts)} is {Attempts}; it must be at least 1";
        if (FirstPause < TimeSpan.Zero) yield return $"{nameof(FirstPause)} is {FirstPause}; it must not be negative";
        if (LongestPause < FirstPause) yield return $"{nameof(LongestPause)} is {LongestPause}; it must be at least {nameof(FirstPause)}";
        if (RequestTimeout <= TimeSpan.Zero) yield return $"{nameof(RequestTimeout)} is {RequestTimeout}; it must be positive";
        if (TotalTime < RequestTimeout) yield return $"{nameof(TotalTime)} is {TotalTime}; it must be at least {nameof(RequestTimeout)}";
        if (PartBytes < 5 << 20) yield return $"{nameof(PartBytes)} is {PartBytes}; it must be at least 5 MiB";
        if (Parallelism < 1) yield return $"{nameof(Parallelism)} is {Parallelism}; it must be at least 1";
        if (ReadBytes < 1 << 16) yield return $"{nameof(ReadBytes)} is {ReadBytes}; it must be at least 64 KiB";
    }
}
