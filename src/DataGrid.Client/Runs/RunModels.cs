using System.Text.Json.Serialization;

namespace DataGrid.Client.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>A word of a newer server.</summary>
    Unknown,
    /// <summary>Waits for the pipeline's active run to end.</summary>
    Queued,
    /// <summary>Steps are being made; nothing of it is visible.</summary>
    Running,
    /// <summary>It can only go forward.</summary>
    Publishing,
    /// <summary>Everything is published.</summary>
    Succeeded,
    /// <summary>Nothing is published.</summary>
    Failed,
    /// <summary>Nothing is published.</summary>
    Cancelled,
    /// <summary>A foreign writer came in between: some tables are published, the rest is not.</summary>
    PartiallyPublished,
    /// <summary>Its process ended and nobody went on with it; nothing is published.</summary>
    Abandoned,
}

/// <summary>Where a step stands.</summary>
public enum StepStatus
{
    /// <summary>A word of a newer server.</summary>
    Unknown,
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
    /// <summary>A step that it reads failed, or the run ended.</summary>
    Skipped,
}

/// <summary>What a cancel came to.</summary>
public enum CancelOutcome
{
    /// <summary>A word of a newer server.</summary>
    Unknown,
    /// <summary>It stops; nothing of it will be published.</summary>
    Cancelling,
    /// <summary>It is past the point of no return and will finish.</summary>
    Publishing,
    /// <summary>It had ended before.</summary>
    Ended,
}

/// <summary>A run to be started.</summary>
public sealed record RunStart
{
    /// <summary>Which steps: names, <c>+name</c> with what it reads, <c>name+</c> with what reads it; empty for all.</summary>
    public IReadOnlyList<string> Select { get; init; } = [];

    /// <summary>Let append and merge begin anew.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Values of parameters, by name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
}

/// <summary>Which runs a list shows.</summary>
public sealed record RunFilter
{
    /// <summary>Of this pipeline.</summary>
    public string? Pipeline { get; init; }

    /// <summary>That stand so.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>That began then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>That began before.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A run, present or past.</summary>
public sealed record Run
{
    /// <summary>Which. Ids sort by start.</summary>
    [JsonPropertyName("run")]
    public required string Id { get; init; }

    /// <summary>Of which pipeline.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The pipeline's version.</summary>
    public required string Version { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When it began, UTC; while it is queued: when it was asked for.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>While it is queued: the run that must end before it.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>The steps that were asked for; empty for all.</summary>
    public IReadOnlyList<string> Selected { get; init; } = [];

    /// <summary>Whether append and merge begin anew.</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Values of parameters.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Its steps in graph order; empty in lists.</summary>
    public IReadOnlyList<Step> Steps { get; init; } = [];

    /// <summary>How many steps stand where.</summary>
    public IReadOnlyDictionary<string, int> StepCounts { get; init; } = new Dictionary<string, int>();

    /// <summary>Rows in the files that its steps wrote.</summary>
    public long Rows { get; init; }

    /// <summary>Rows held back in quarantines.</summary>
    public long RowsQuarantined { get; init; }

    /// <summary>Why it did not succeed.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Whether it has come to its end.</summary>
    [JsonIgnore]
    public bool HasEnded => Status is not (RunStatus.Queued or RunStatus.Running or RunStatus.Publishing or RunStatus.Unknown);
}

/// <summary>One step of a run, as far as it has come.</summary>
public sealed record Step
{
    /// <summary>The dataset that it makes.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Attempts begun.</summary>
    public int Attempts { get; init; }

    /// <summary>Rows in the files written.</summary>
    public long Rows { get; init; }

    /// <summary>Rows held back in the quarantine.</summary>
    public long RowsQuarantined { get; init; }

    /// <summary>Rows dropped.</summary>
    public long RowsDropped { get; init; }

    /// <summary>Bytes read.</summary>
    public long InputBytes { get; init; }

    /// <summary>Bytes written.</summary>
    public long OutputBytes { get; init; }

    /// <summary>Wall time of the attempt that won.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The version published; null before, and for views.</summary>
    public long? Version { get; init; }

    /// <summary>The quarantine's version published, if rows went there.</summary>
    public long? QuarantineVersion { get; init; }

    /// <summary>What the checks found.</summary>
    public IReadOnlyList<CheckResult> Checks { get; init; } = [];

    /// <summary>What it read.</summary>
    public IReadOnlyList<InputVersion> Inputs { get; init; } = [];

    /// <summary>Why it failed.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Said when there was nothing to do.</summary>
    public string? Note { get; init; }
}

/// <summary>What one check found.</summary>
public sealed record CheckResult
{
    /// <summary>The check's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind: <c>predicate</c>, <c>not_null</c>, <c>unique</c> and so on.</summary>
    public required string Kind { get; init; }

    /// <summary>What happens to what fails it: <c>warn</c>, <c>drop</c>, <c>quarantine</c>, <c>fail</c>.</summary>
    public required string Otherwise { get; init; }

    /// <summary>Rows that failed it.</summary>
    public long FailedRows { get; init; }

    /// <summary>Rows that were looked at.</summary>
    public long CheckedRows { get; init; }

    /// <summary>Some failing rows, each as one JSON object.</summary>
    public IReadOnlyList<string> Samples { get; init; } = [];

    /// <summary>What was found, for people; null when it passed.</summary>
    public string? Detail { get; init; }
}

/// <summary>A version of an input that was read.</summary>
public sealed record InputVersion
{
    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>The table's version; null for files and views.</summary>
    public long? Version { get; init; }

    /// <summary>How many files were read.</summary>
    public int Files { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>For files: a digest over names, sizes and times.</summary>
    public string? Digest { get; init; }
}
