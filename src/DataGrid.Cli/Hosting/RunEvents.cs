using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;

namespace DataGrid.Cli.Hosting;

/// <summary>What happened in a run; with <c>--json</c> each is one line.</summary>
internal enum RunEventKind
{
    RunStarted,
    StepStarted,
    StepProgress,
    StepRetried,
    StepFinished,
    StepFailed,
    Publishing,
    Published,
    RunFinished,
}

/// <summary>One event of a run. Which members are set follows from <see cref="Kind"/>.</summary>
internal sealed record RunEvent
{
    public required RunEventKind Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public required RunId Run { get; init; }

    /// <summary>The step concerned; null for events of the whole run.</summary>
    public DatasetName? Step { get; init; }

    /// <summary>RunStarted: the steps to run, in order.</summary>
    public ImmutableArray<DatasetName>? Steps { get; init; }

    /// <summary>StepProgress: 0 to 100, where the engine can tell.</summary>
    public double? Percent { get; init; }

    /// <summary>StepProgress: rows so far, where known.</summary>
    public long? Rows { get; init; }

    /// <summary>StepProgress: <c>reading</c>, <c>writing</c>, <c>checking</c>.</summary>
    public string? Phase { get; init; }

    /// <summary>Published: the table's new version.</summary>
    public long? Version { get; init; }

    /// <summary>StepRetried and StepFailed: why.</summary>
    public Problem? Problem { get; init; }

    /// <summary>StepFinished and StepFailed: what it did.</summary>
    public StepReport? Report { get; init; }

    /// <summary>RunFinished: how it ended.</summary>
    public RunReport? Outcome { get; init; }
}

/// <summary>What one step did.</summary>
internal sealed record StepReport
{
    public required DatasetName Step { get; init; }

    public required Materialization Materialization { get; init; }

    /// <summary><c>succeeded</c>, <c>failed</c>, <c>cancelled</c> or <c>skipped</c>.</summary>
    public required string State { get; init; }

    public long RowsWritten { get; init; }

    public long RowsQuarantined { get; init; }

    public long RowsDropped { get; init; }

    public long RowsInserted { get; init; }

    public long RowsUpdated { get; init; }

    public long Bytes { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>The version that was published; null before that, and for a view.</summary>
    public long? Version { get; init; }

    public ImmutableArray<CheckResult> Checks { get; init; } = [];

    public Problem? Problem { get; init; }
}

/// <summary>How a run ended.</summary>
internal sealed record RunReport
{
    public required RunId Run { get; init; }

    public required PipelineId Pipeline { get; init; }

    /// <summary><c>succeeded</c>, <c>failed</c>, <c>cancelled</c> or <c>partially_published</c>.</summary>
    public required string Outcome { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public TimeSpan Elapsed { get; init; }

    public ImmutableArray<StepReport> Steps { get; init; } = [];

    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>The folder of the tables.</summary>
    public string? TablesFolder { get; init; }
}
