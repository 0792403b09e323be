using DataGrid.Storage;

namespace DataGrid.Grains.Runs;

/// <summary>Limits of runs.</summary>
public sealed record RunOptions
{
    /// <summary>A step that reads more than this takes all slots of a worker, so that it has all its memory.</summary>
    public long WholeWorkerBytes { get; init; } = 256L << 20;

    /// <summary>Events that one call may return.</summary>
    public int EventsPerPage { get; init; } = 500;

    /// <summary>The longest that a reader of events waits. A run that moves, because its silo stops or another has joined, waits for its readers.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a report waits for its stage to be started where the report has come, after the silo that had the stage died.</summary>
    public TimeSpan ReportWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The newest records that are looked through at a start for runs that did not end.</summary>
    public int RecoveryLook { get; init; } = 8;

    /// <summary>The same where the grains' own state was lost.</summary>
    public int RecoveryLookAfterLoss { get; init; } = 1000;

    /// <summary>How often a cancelled stage looks whether its attempts have stopped.</summary>
    public TimeSpan StopCheckEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether a run goes on elsewhere when its silo is gone: for several silos. A lone process gives up what an earlier one left without a publish plan.</summary>
    public bool OutlivesSilos { get; init; }

    /// <summary>How often a run asks the stages of its running steps where they stand: news gets lost when silos die.</summary>
    public TimeSpan StageCheckEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a stage asks the dispatcher whether it knows its tasks.</summary>
    public TimeSpan OfferCheckEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a stage of several tasks looks for one that takes much longer than the others.</summary>
    public TimeSpan StragglerCheckEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many times the middle of the others' times a task may take before it gets a second attempt.</summary>
    public double StragglerFactor { get; init; } = 3;

    /// <summary>Where tests stop or kill.</summary>
    public IFailpoints Failpoints { get; init; } = Storage.Failpoints.None;

    /// <summary>What is wrong with these limits; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (WholeWorkerBytes <= 0) yield return $"{nameof(WholeWorkerBytes)} must be positive";
        if (EventsPerPage is < 1 or > 10_000) yield return $"{nameof(EventsPerPage)} must lie between 1 and 10000";
        if (RecoveryLook is < 0 or > 100_000) yield return $"{nameof(RecoveryLook)} must lie between 0 and 100000";
        if (RecoveryLookAfterLoss < RecoveryLook) yield return $"{nameof(RecoveryLookAfterLoss)} must be at least {nameof(RecoveryLook)}";
        if (StragglerCheckEvery <= TimeSpan.Zero) yield return $"{nameof(StragglerCheckEvery)} must be positive";
        if (!(StragglerFactor >= 1)) yield return $"{nameof(StragglerFactor)} must be at least 1";
        if (StageCheckEvery <= TimeSpan.Zero) yield return $"{nameof(StageCheckEvery)} must be positive";
        if (OfferCheckEvery <= TimeSpan.Zero) yield return $"{nameof(OfferCheckEvery)} must be positive";
        if (StopCheckEvery <= TimeSpan.Zero) yield return $"{nameof(StopCheckEvery)} must be positive";
        if (LongestWait <= TimeSpan.Zero || LongestWait > TimeSpan.FromSeconds(20))
            yield return $"{nameof(LongestWait)} must be positive and at most 20 s, less than a call's timeout";
        if (ReportWait <= TimeSpan.Zero || ReportWait > TimeSpan.FromSeconds(20))
            yield return $"{nameof(ReportWait)} must be positive and at most 20 s, less than a call's timeout";
    }
}
