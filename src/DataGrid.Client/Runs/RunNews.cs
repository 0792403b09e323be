namespace DataGrid.Client.Runs;

/// <summary>One piece of a run's news: exactly one of its members is there.</summary>
public sealed record RunNews
{
    /// <summary>Something happened.</summary>
    public RunEvent? Event { get; init; }

    /// <summary>How far a step is; not kept by the server.</summary>
    public StepProgress? Progress { get; init; }

    /// <summary>The last piece: the run has ended so.</summary>
    public RunStatus? End { get; init; }
}

/// <summary>One line of a run's story.</summary>
public sealed record RunEvent
{
    /// <summary>The number in its run, from 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What: <c>run_started</c>, <c>step_staged</c>, <c>run_ended</c> and so on; newer servers may have more.</summary>
    public required string Kind { get; init; }

    /// <summary>Of which step, if one.</summary>
    public string? Step { get; init; }

    /// <summary>In words.</summary>
    public required string Message { get; init; }

    /// <summary>The step as it stands now.</summary>
    public Step? Record { get; init; }

    /// <summary>What went wrong, if something did.</summary>
    public Problem? Problem { get; init; }

    /// <summary>The run's status after it.</summary>
    public RunStatus Status { get; init; }
}

/// <summary>How far a running step is.</summary>
public sealed record StepProgress
{
    /// <summary>Which step.</summary>
    public required string Step { get; init; }

    /// <summary>How far.</summary>
    public required Progress Progress { get; init; }
}

/// <summary>How far something is.</summary>
public sealed record Progress
{
    /// <summary>0 to 100; null where it is not known.</summary>
    public double? Percent { get; init; }

    /// <summary>Rows so far, where known.</summary>
    public long? Rows { get; init; }

    /// <summary>What it is doing: <c>reading</c>, <c>writing</c>, <c>checking</c>.</summary>
    public string Phase { get; init; } = "";
}

/// <summary>What a cancel came to.</summary>
public sealed record CancelledRun
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>Whether it stops, is past the point of no return, or had ended.</summary>
    public required CancelOutcome Outcome { get; init; }
}
