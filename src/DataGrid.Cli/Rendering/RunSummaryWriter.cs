using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Quality;
using DataGrid.Contracts.Runs;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows how a run ended: what was published, what was held back, what is odd, and where to look.</summary>
internal sealed class RunSummaryWriter(Terminal terminal, RunPlace place)
{
    private const int ShownSamples = 1;
    private readonly Paint _paint = new(terminal.HasColor);

    public void Write(RunRecord run, ImmutableArray<Problem> warnings)
    {
        var output = terminal.Out;
        WriteSteps(run);
        WriteFindings(run);
        var problems = run.Steps.Select(static step => step.Problem).Append(run.Problem).OfType<Problem>().DistinctBy(static problem => (problem.Code, problem.Message));
        // That a run was cancelled is no news to who cancelled it: the last line says it.
        ImmutableArray<Problem> shown = run.Status == RunStatus.Cancelled ? warnings : [.. warnings, .. problems];
        if (!shown.IsEmpty)
        {
            output.Flush();
            new ProblemWriter(terminal.Error, terminal.ErrorHasColor).Write(shown);
        }
        output.WriteLine(Closing(run));
        if (run.Status != RunStatus.Succeeded) return;
        var held = run.Steps.FirstOrDefault(static step => step.RowsQuarantined > 0);
        if (held is not null) output.WriteLine(_paint.Dim($"see what was held back: {place.Held(held.Name)}"));
        output.WriteLine(_paint.Dim($"the tables are {place.Tables}"));
    }

    private void WriteSteps(RunRecord run)
    {
        if (run.Steps.IsEmpty) return;
        var table = new TextTable("", "DATASET", ">ROWS", ">QUARANTINED", ">DROPPED", ">SIZE", ">TIME", ">VERSION", "");
        foreach (var step in run.Steps)
        {
            var isView = step.Status == StepStatus.Published && step.Version is null;
            table.Add(Sign(step), step.Name.ToString(), isView ? "view" : Humane.Count(step.Rows), Nonzero(step.RowsQuarantined), Nonzero(step.RowsDropped),
                isView ? "" : Humane.Bytes(step.OutputBytes), isView ? "" : Humane.Duration(step.Elapsed), step.Version is { } version ? Humane.Count(version) : "", isView ? "" : step.Note ?? "");
        }
        table.Write(terminal.Out, terminal.HasColor);
        terminal.Out.WriteLine();
    }

    private void WriteFindings(RunRecord run)
    {
        var findings = run.Steps.SelectMany(static step => step.Checks.Where(static check => !check.Passed).Select(check => (step.Name, Check: check))).ToList();
        if (findings.Count == 0) return;
        terminal.Out.WriteLine(_paint.Bold("What the checks found"));
        foreach (var (step, check) in findings)
        {
            var word = check.Otherwise switch
            {
                CheckAction.Fail => _paint.Red("failed"),
                CheckAction.Warn => _paint.Yellow("warning"),
                CheckAction.Drop => _paint.Cyan("dropped"),
                _ => _paint.Cyan("quarantined"),
            };
            var of = check.Kind == CheckKind.RowCount || check.CheckedRows == 0 ? "" : $" of {Humane.Count(check.CheckedRows)}";
            terminal.Out.WriteLine($"  {word} {step}: {SafeText.Of(check.Name)}: {SafeText.Of(check.Detail ?? Humane.Count(check.FailedRows, "row") + of)}");
            foreach (var sample in check.Samples.Take(check.Otherwise == CheckAction.Fail ? check.Samples.Length : ShownSamples))
                terminal.Out.WriteLine("      " + _paint.Dim(SafeText.Cut(SafeText.Of(sample), Math.Max(40, terminal.Width - 6))));
        }
        terminal.Out.WriteLine();
    }

    private string Closing(RunRecord run)
    {
        var time = run.EndedAt is { } ended ? Humane.Duration(ended - run.StartedAt) : "?";
        var published = run.Steps.Count(static step => step.Status == StepStatus.Published && step.Version is not null);
        var held = run.Steps.Sum(static step => step.RowsQuarantined);
        var what = $"{Humane.Count(published, "table")} published" + (held > 0 ? $", {Humane.Count(held, "row")} quarantined" : "");
        return run.Status switch
        {
            RunStatus.Succeeded => $"{_paint.Green("done")}: {run.Pipeline} in {time}: {what} (run {run.Run})",
            RunStatus.Cancelled => $"{_paint.Yellow("cancelled")}: {run.Pipeline} after {time}; nothing was published (run {run.Run})",
            RunStatus.PartiallyPublished => $"{_paint.Red("partially published")}: {run.Pipeline} after {time}: {what} (run {run.Run})",
            RunStatus.Failed => $"{_paint.Red("failed")}: {run.Pipeline} after {time}; nothing was published (run {run.Run})",
            _ => $"{_paint.Yellow(RunWords.Of(run.Status))}: {run.Pipeline} (run {run.Run})",
        };
    }

    private static string Sign(StepRecord step) => step.Status switch
    {
        StepStatus.Published or StepStatus.Staged => "✓",
        StepStatus.Failed => "✗",
        _ => "·",
    };

    private static string Nonzero(long value) => value == 0 ? "" : Humane.Count(value);
}
