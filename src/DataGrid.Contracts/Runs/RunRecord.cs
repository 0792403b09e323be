using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Quality;
using Orleans;

namespace DataGrid.Contracts.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>Waits for the pipeline's active run to end.</summary>
    Queued,
    /// <summary>Steps are being made; nothing of it is visible.</summary>
    Running,
    /// <summary>All steps are staged and checked and the publish plan is durable: the run can only go forward.</summary>
    Publishing,
    /// <summary>Everything is published.</summary>
    Succeeded,
    /// <summary>A step or check failed; nothing is published.</summary>
    Failed,
    /// <summary>It was cancelled before the point of no return; nothing is published.</summary>
    Cancelled,
    /// <summary>A foreign writer came in between: some tables are published, the rest is not.</summary>
    PartiallyPublished,
    /// <summary>Its process ended before the point of no return and nobody went on with it; nothing is published.</summary>
    Abandoned,
}

/// <summary>Where a step of a run stands.</summary>
public enum StepStatus
{
    /// <summary>Waits for the steps that it reads.</summary>
    Waiting,
    /// <summary>Is being made.</summary>
    Running,
    /// <summary>Its files are written and its checks passed; nobody can see them.</summary>
    Staged,
    /// <summary>Readers see it.</summary>
    Published,
    /// <summary>It failed.</summary>
    Failed,
    /// <summary>It was not made, because a step that it reads failed or the run ended.</summary>
    Skipped,
}

/// <summary>What the user asked for.</summary>
[GenerateSerializer, Alias("RunRequest"), Immutable]
public sealed record RunRequest
{
    /// <summary>The compiled pipeline, by the fingerprint under which it was submitted.</summary>
    [Id(0)] public required string Fingerprint { get; init; }

    /// <summary>The project folder on this machine.</summary>
    [Id(1)] public required string ProjectDirectory { get; init; }

    /// <summary>The steps to run, already resolved from the selection; empty for all.</summary>
    [Id(2)] public ImmutableArray<DatasetName> Selected { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Rebuild append and merge tables from all input.</summary>
    [Id(3)] public bool FullRefresh { get; init; }

    /// <summary>Values of the parameters, by name.</summary>
    [Id(4)] public ImmutableSortedDictionary<string, string> ParameterValues { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The span that asked for the run, as a W3C traceparent; null when nobody traces.</summary>
    [Id(5)] public string? TraceParent { get; init; }

    /// <summary>The run's id, made by whoever asks for it, so that asking again starts nothing new; null: the pipeline makes one.</summary>
    [Id(6)] public RunId? Run { get; init; }
}

/// <summary>A version of an input that a step read.</summary>
[GenerateSerializer, Alias("InputVersion"), Immutable]
public sealed record InputVersion
{
    /// <summary>The dataset.</summary>
    [Id(0)] public required DatasetName Dataset { get; init; }

    /// <summary>The table version read; for a table written by this same run the version that it has after publishing; null for files and views.</summary>
    [Id(1)] public long? Version { get; init; }

    /// <summary>How many files were read.</summary>
    [Id(2)] public int Files { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(3)] public long Bytes { get; init; }

    /// <summary>For files: a digest over names, sizes and times, so that two runs on the same input can be told.</summary>
    [Id(4)] public string? Digest { get; init; }
}

/// <summary>One step of a run, as far as it has come.</summary>
[GenerateSerializer, Alias("StepRecord"), Immutable]
public sealed record StepRecord
{
    /// <summary>The dataset that it makes.</summary>
    [Id(0)] public required DatasetName Name { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(1)] public required StepStatus Status { get; init; }

    /// <summary>Attempts begun.</summary>
    [Id(2)] public int Attempts { get; init; }

    /// <summary>Rows in the files written (in a merge, rows carried over count too).</summary>
    [Id(3)] public long Rows { get; init; }

    /// <summary>Rows held back in the quarantine.</summary>
    [Id(4)] public long RowsQuarantined { get; init; }

    /// <summary>Rows dropped.</summary>
    [Id(5)] public long RowsDropped { get; init; }

    /// <summary>Bytes read.</summary>
    [Id(6)] public long InputBytes { get; init; }

    /// <summary>Bytes written.</summary>
    [Id(7)] public long OutputBytes { get; init; }

    /// <summary>Wall time of the attempt that won.</summary>
    [Id(8)] public TimeSpan Elapsed { get; init; }

    /// <summary>The version published; null before, and for views.</summary>
    [Id(9)] public long? Version { get; init; }

    /// <summary>The quarantine's version published, if rows went there.</summary>
    [Id(10)] public long? QuarantineVersion { get; init; }

    /// <summary>What the checks found.</summary>
    [Id(11)] public ImmutableArray<CheckResult> Checks { get; init => field = value.OrEmpty(); } = [];

    /// <summary>What it read.</summary>
    [Id(12)] public ImmutableArray<InputVersion> Inputs { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Why it failed.</summary>
    [Id(13)] public Problem? Problem { get; init; }

    /// <summary>Said when there was nothing to do: <c>no new input</c>.</summary>
    [Id(14)] public string? Note { get; init; }
}

/// <summary>A run, present or past. Written to <c>runs/&lt;run&gt;/run.json</c> while it goes on, and once, at its end, to <c>end.json</c> beside it.</summary>
[GenerateSerializer, Alias("RunRecord"), Immutable]
public sealed record RunRecord
{
    /// <summary>Which run.</summary>
    [Id(0)] public required RunId Run { get; init; }

    /// <summary>Of which pipeline.</summary>
    [Id(1)] public required PipelineId Pipeline { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(2)] public required RunStatus Status { get; init; }

    /// <summary>What was asked for.</summary>
    [Id(3)] public required RunRequest Request { get; init; }

    /// <summary>When it began, UTC; while it is queued: when it was asked for.</summary>
    [Id(4)] public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC; null while it has not.</summary>
    [Id(5)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its steps in graph order.</summary>
    [Id(6)] public ImmutableArray<StepRecord> Steps { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Why it did not succeed: the first failure.</summary>
    [Id(7)] public Problem? Problem { get; init; }

    /// <summary>The publish plan that counts, from 1; 0 before there is one.</summary>
    [Id(8)] public int PublishPlan { get; init; }

    /// <summary>The engine's version, since hashes and plans depend on it.</summary>
    [Id(9)] public string? EngineVersion { get; init; }

    /// <summary>While it is queued: the run that must end before it; null otherwise.</summary>
    [Id(10)] public RunId? WaitsFor { get; init; }

    /// <summary>Whether it has come to its end.</summary>
    public bool IsTerminal => Status is not (RunStatus.Queued or RunStatus.Running or RunStatus.Publishing);
}

/// <summary>What kind of news a <see cref="RunEvent"/> is.</summary>
public enum RunEventKind
{
    /// <summary>The run began.</summary>
    RunStarted,
    /// <summary>A step was handed to a worker.</summary>
    StepStarted,
    /// <summary>An attempt failed and another will be made.</summary>
    StepRetried,
    /// <summary>A step is staged and checked.</summary>
    StepStaged,
    /// <summary>A step failed.</summary>
    StepFailed,
    /// <summary>A check warned, dropped or quarantined rows.</summary>
    CheckReported,
    /// <summary>The publish plan is durable.</summary>
    PublishStarted,
    /// <summary>A step's table is visible.</summary>
    StepPublished,
    /// <summary>Somebody else wrote a table that the run was based on; the step is made again.</summary>
    StepRestaged,
    /// <summary>A cancel was asked for.</summary>
    CancelRequested,
    /// <summary>The run ended.</summary>
    RunEnded,
    /// <summary>The run waits for another run of its pipeline.</summary>
    RunQueued,
    /// <summary>The silo that drove the run is gone, and another one goes on with it.</summary>
    RunResumed,
}

/// <summary>One line of a run's story. Durable in <c>runs/&lt;run&gt;/events.ndjson</c>.</summary>
[GenerateSerializer, Alias("RunEvent"), Immutable]
public sealed record RunEvent
{
    /// <summary>The number in its run, from 1, without gaps.</summary>
    [Id(0)] public required long Sequence { get; init; }

    /// <summary>When, UTC.</summary>
    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>What.</summary>
    [Id(2)] public required RunEventKind Kind { get; init; }

    /// <summary>Of which step, if one.</summary>
    [Id(3)] public DatasetName? Step { get; init; }

    /// <summary>In words.</summary>
    [Id(4)] public required string Message { get; init; }

    /// <summary>The step as it stands now, for events of a step.</summary>
    [Id(5)] public StepRecord? Record { get; init; }

    /// <summary>What went wrong, if something did.</summary>
    [Id(6)] public Problem? Problem { get; init; }

    /// <summary>The run's status after it.</summary>
    [Id(7)] public required RunStatus Status { get; init; }
}

/// <summary>How far a running step is.</summary>
[GenerateSerializer, Alias("StepProgress"), Immutable]
public sealed record StepProgress
{
    /// <summary>Which step.</summary>
    [Id(0)] public required DatasetName Step { get; init; }

    /// <summary>How far.</summary>
    [Id(1)] public required TaskProgress Progress { get; init; }
}

/// <summary>A page of a run's news.</summary>
[GenerateSerializer, Alias("RunEventPage"), Immutable]
public sealed record RunEventPage
{
    /// <summary>The events after the number asked for, in order.</summary>
    [Id(0)] public required ImmutableArray<RunEvent> Events { get; init; }

    /// <summary>Progress of the steps that run now; not durable.</summary>
    [Id(1)] public ImmutableArray<StepProgress> Progress { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Whether no more will come.</summary>
    [Id(2)] public bool IsComplete { get; init; }
}
