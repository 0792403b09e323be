using System.Globalization;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;

namespace DataGrid.Grains.Runs;

/// <summary>Writes into a run's record and story what stages bring.</summary>
internal static class RunNews
{
    /// <summary>A stage ended: its step is staged or failed.</summary>
    /// <param name="story">The run.</param>
    /// <param name="work">Its work.</param>
    /// <param name="end">The news.</param>
    /// <param name="isTold">Whether the story has it already.</param>
    public static async Task StageEndedAsync(RunStory story, RunWork work, StageEnd end, bool isTold = false)
    {
        if ((end.Problem ?? work.Objection(end)) is { } problem)
        {
            story.ChangeStep(end.Step, step => step with { Status = StepStatus.Failed, Problem = problem, Checks = end.Checks });
            await story.TellAsync(RunEventKind.StepFailed, $"{end.Step} failed: {problem.Message}", end.Step, problem);
            return;
        }
        var staged = work.Accept(end);
        var metrics = end.Winners[0].Result.Metrics;
        story.ChangeStep(end.Step, step => step with
        {
            Status = StepStatus.Staged,
            Rows = staged.Manifest?.RowsWritten ?? 0,
            RowsQuarantined = staged.Manifest?.RowsQuarantined ?? 0,
            RowsDropped = staged.Manifest?.RowsDropped ?? 0,
            InputBytes = metrics.InputBytes,
            OutputBytes = metrics.OutputBytes,
            Elapsed = metrics.Elapsed,
            Checks = staged.Checks,
            Inputs = staged.Inputs,
        });
        if (isTold) return;
        await story.TellAsync(RunEventKind.StepStaged, $"{end.Step}: {Count(story.Step(end.Step).Rows)} rows", end.Step);
        foreach (var check in staged.Checks.Where(static check => !check.Passed))
            await story.TellAsync(RunEventKind.CheckReported, $"{end.Step}: check '{check.Name}' {Verb(check)}", end.Step);
    }

    /// <summary>A step had nothing to do: a view without checks, or an append without new input.</summary>
    public static async Task NothingToDoAsync(RunStory story, StagedStep staged)
    {
        var note = staged.After is null ? "a view" : "no new input";
        story.ChangeStep(staged.Step.Name, step => step with { Status = StepStatus.Staged, Note = note });
        await story.TellAsync(RunEventKind.StepStaged, $"{staged.Step.Name}: {note}", staged.Step.Name);
    }

    private static string Verb(CheckResult check) => check.Otherwise switch
    {
        CheckAction.Drop => $"dropped {Count(check.FailedRows)} rows",
        CheckAction.Quarantine => $"held back {Count(check.FailedRows)} rows",
        _ => $"warns: {check.Detail ?? Count(check.FailedRows) + " rows failed"}",
    };

    private static string Count(long rows) => rows.ToString("N0", CultureInfo.InvariantCulture);
}
