using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;

namespace DataGrid.Grains.Runs;

/// <summary>A commit of a plan that could not be made.</summary>
/// <param name="Dataset">The table.</param>
/// <param name="Reply">What its grain answered.</param>
internal sealed record CommitFailure(DatasetName Dataset, CommitReply Reply);

/// <summary>How runs end, in words.</summary>
internal static class RunRecords
{
    /// <summary>The record of a run that begins.</summary>
    public static RunRecord New(RunId run, PipelineId pipeline, DateTimeOffset now, RunRequest request, string engineVersion) =>
        new() { Run = run, Pipeline = pipeline, Status = RunStatus.Running, Request = request, StartedAt = now, EngineVersion = engineVersion };

    /// <summary>The record of a run whose files are gone.</summary>
    public static RunRecord Lost(RunId run, PipelineId pipeline, DateTimeOffset now) => new()
    {
        Run = run,
        Pipeline = pipeline,
        Status = RunStatus.Running,
        Request = new RunRequest { Fingerprint = "", ProjectDirectory = "" },
        StartedAt = now,
    };

    /// <summary>The record of a run that is over.</summary>
    public static RunRecord Ended(RunRecord run, RunStatus status, Problem? problem, DateTimeOffset now) => run with
    {
        Status = status,
        Problem = problem,
        EndedAt = now,
        WaitsFor = null,
        Steps = [.. run.Steps.Select(static step => step.Status is StepStatus.Waiting or StepStatus.Running or StepStatus.Staged
            ? step with { Status = StepStatus.Skipped }
            : step)],
    };

    /// <summary>Why a cancelled run ended.</summary>
    public static Problem CancelledProblem(string? reason) => new()
    {
        Code = ErrorCodes.RunCancelled,
        Message = $"the run was cancelled ({reason}); nothing was published",
        Help = "run it again when you are ready",
    };

    /// <summary>Why a run ended half-way, and what stands.</summary>
    public static Problem Partial(RunRecord run, CommitFailure failed)
    {
        var standing = string.Join(", ", run.Steps.Where(static step => step.Status == StepStatus.Published).Select(static step => step.Name));
        return new Problem
        {
            Code = ErrorCodes.PartiallyPublished,
            Message = $"{failed.Dataset} could not be published ({failed.Reply.Problem?.Message}); published before it: {standing}",
            Help = "run the pipeline again: it starts from what is published",
            Dataset = failed.Dataset.ToString(),
        };
    }

    /// <summary>Why nothing was published.</summary>
    public static Problem NotPublished(CommitFailure failed) => failed.Reply.Problem ?? new Problem
    {
        Code = ErrorCodes.CommitConflict,
        Message = $"{failed.Dataset} was changed by somebody else while the run was going on",
        Help = "run the pipeline again",
        Dataset = failed.Dataset.ToString(),
    };
}
