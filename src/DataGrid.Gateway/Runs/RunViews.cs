using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;

namespace DataGrid.Gateway.Runs;

/// <summary>A run to be started.</summary>
public sealed record RunStart
{
    /// <summary>Which steps: names, <c>+name</c> with what it reads, <c>name+</c> with what reads it; empty for all.</summary>
    public ImmutableArray<string> Select { get; init => field = value.OrEmpty(); } = [];

    /// <summary>Let append and merge begin anew.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Values of parameters, by name.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init => field = value.OrEmpty(); } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>Why a run is cancelled.</summary>
public sealed record RunCancel
{
    /// <summary>In words; shown in the run's story.</summary>
    public string? Reason { get; init; }
}

/// <summary>What a cancel came to.</summary>
/// <param name="Run">The run.</param>
/// <param name="Outcome">Whether it stops, is past the point of no return, or had ended.</param>
public sealed record RunCancelled(RunId Run, CancelOutcome Outcome);

/// <summary>A run, present or past.</summary>
public sealed record RunView
{
    /// <summary>Which run. The ids sort by start.</summary>
    public required RunId Run { get; init; }

    /// <summary>Of which pipeline.</summary>
    public required PipelineId Pipeline { get; init; }

    /// <summary>The pipeline's version.</summary>
    public required string Version { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When it began, UTC; while it is queued: when it was asked for.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>While it is queued: the run that must end before it.</summary>
    public RunId? WaitsFor { get; init; }

    /// <summary>The steps that were asked for; empty for all.</summary>
    public ImmutableArray<DatasetName> Selected { get; init; } = [];

    /// <summary>Whether append and merge begin anew.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Values of parameters.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Its steps in graph order; left out in lists.</summary>
    public ImmutableArray<StepRecord>? Steps { get; init; }

    /// <summary>How many steps stand where.</summary>
    public required ImmutableSortedDictionary<string, int> StepCounts { get; init; }

    /// <summary>Rows in the files that its steps wrote.</summary>
    public long Rows { get; init; }

    /// <summary>Rows held back in quarantines.</summary>
    public long RowsQuarantined { get; init; }

    /// <summary>Why it did not succeed.</summary>
    public Problem? Problem { get; init; }

    /// <summary>The engine's version.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>Of a record. Where the project lies on the server is nobody's business.</summary>
    public static RunView Of(RunRecord record, bool withSteps)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new RunView
        {
            Run = record.Run,
            Pipeline = record.Pipeline,
            Version = record.Request.Fingerprint,
            Status = record.Status,
            StartedAt = record.StartedAt,
            EndedAt = record.EndedAt,
            WaitsFor = record.WaitsFor,
            Selected = record.Request.Selected,
            FullRefresh = record.Request.FullRefresh,
            Parameters = record.Request.ParameterValues,
            Steps = withSteps ? record.Steps : null,
            StepCounts = record.Steps.GroupBy(static step => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(step.Status.ToString())).ToImmutableSortedDictionary(static group => group.Key, static group => group.Count(), StringComparer.Ordinal),
            Rows = record.Steps.Sum(static step => step.Rows),
            RowsQuarantined = record.Steps.Sum(static step => step.RowsQuarantined),
            Problem = record.Problem,
            EngineVersion = record.EngineVersion,
        };
    }
}

/// <summary>The graph of a run.</summary>
public sealed record RunPlan
{
    /// <summary>The run.</summary>
    public required RunId Run { get; init; }

    /// <summary>Its steps; each comes after what it reads.</summary>
    public required ImmutableArray<RunPlanStep> Steps { get; init; }
}

/// <summary>One step of a run's graph.</summary>
public sealed record RunPlanStep
{
    /// <summary>The dataset that it makes.</summary>
    public required DatasetName Name { get; init; }

    /// <summary>How it is stored.</summary>
    public required Materialization Materialization { get; init; }

    /// <summary>What its SQL and its checks read.</summary>
    public required ImmutableArray<DatasetName> Reads { get; init; }

    /// <summary>Where it stands; null when the run has not come to know its steps.</summary>
    public StepStatus? Status { get; init; }

    /// <summary>Which versions it read, as far as it has come.</summary>
    public ImmutableArray<InputVersion> Inputs { get; init; } = [];

    /// <summary>The SQL.</summary>
    public required string Sql { get; init; }
}

/// <summary>A page of a run's news.</summary>
/// <param name="Items">The events, in order.</param>
/// <param name="Progress">How far the steps are that run now.</param>
/// <param name="IsComplete">Whether no more will come.</param>
public sealed record RunEvents(ImmutableArray<RunEvent> Items, ImmutableArray<StepProgress> Progress, bool IsComplete);
