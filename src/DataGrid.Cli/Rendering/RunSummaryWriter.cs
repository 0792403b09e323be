using System.Collections.Immutable;
using DataGrid.Cli.Hosting;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Quality;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows how a run ended: what was published, what was held back, what is odd, and where to look.</summary>
internal sealed class RunSummaryWriter(Terminal terminal, string root)
{
    private const int ShownSamples = 3;
    private readonly Paint _paint = new(terminal.HasColor);

    public void Write(RunReport report, ImmutableArray<Problem> warnings)
    {
        var output = terminal.Out;
        WriteSteps(report);
        WriteFindings(report);
        var problems = report.Problems.Concat(report.Steps.Select(static step => step.Problem).OfType<Problem>()).DistinctBy(static problem => (problem.Code, problem.Message, problem.Dataset));
        ImmutableArray<Problem> shown = [.. warnings, .. problems];
        if (!shown.IsEmpty)
        {
            output.Flush();
            new ProblemWriter(terminal.Error, terminal.ErrorHasColor).Write(shown);
        }
        output.WriteLine(Closing(report));
        if (report.Outcome != "succeeded") return;
        var held = report.Steps.FirstOrDefault(static step => step.RowsQuarantined > 0);
        if (held is not null) output.WriteLine(_paint.Dim($"see what was held back: datagrid quarantine {held.Step} --root {ShownRoot()}"));
        if (report.TablesFolder is { } folder) output.WriteLine(_paint.Dim($"the tables are in {Shown(folder)}"));
    }

    private void WriteSteps(RunReport report)
    {
        if (report.Steps.IsEmpty) return;
        var table = new TextTable("", "DATASET", ">ROWS", ">QUARANTINED", ">DROPPED", ">SIZE", ">TIME", ">VERSION");
        foreach (var step in report.Steps)
        {
            var isView = step.Materialization == Materialization.View;
            table.Add(Sign(step), step.Step.ToString(), isView ? "view" : Humane.Count(step.RowsWritten), Nonzero(step.RowsQuarantined), Nonzero(step.RowsDropped),
                isView ? "" : Humane.Bytes(step.Bytes), isView ? "" : Humane.Duration(step.Elapsed), step.Version is { } version ? Humane.Count(version) : "");
        }
        table.Write(terminal.Out, terminal.HasColor);
        terminal.Out.WriteLine();
    }

    private void WriteFindings(RunReport report)
    {
        var findings = report.Steps.SelectMany(static step => step.Checks.Where(static check => !check.Passed).Select(check => (step.Step, Check: check))).ToList();
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

    private string Closing(RunReport report)
    {
        var time = Humane.Duration(report.Elapsed);
        var published = report.Steps.Count(static step => step.Version is not null);
        var held = report.Steps.Sum(static step => step.RowsQuarantined);
        var parts = new List<string> { $"{published} published" };
        if (held > 0) parts.Add($"{Humane.Count(held, "row")} quarantined");
        return report.Outcome switch
        {
            "succeeded" => $"{_paint.Green("done")}: {report.Pipeline} in {time}: {string.Join(", ", parts)} (run {report.Run})",
            "cancelled" => $"{_paint.Yellow("cancelled")}: {report.Pipeline} after {time}; nothing was published (run {report.Run})",
            "partially_published" => $"{_paint.Red("partially published")}: {report.Pipeline} after {time}: {string.Join(", ", parts)} (run {report.Run})",
            _ => $"{_paint.Red("failed")}: {report.Pipeline} after {time}; nothing was published (run {report.Run})",
        };
    }

    private static string Sign(StepReport step) => step.State switch
    {
        "succeeded" => "✓",
        "failed" => "✗",
        _ => "·",
    };

    private string ShownRoot() => Shown(Path.GetFileName(root) == Root.FolderName ? Path.GetDirectoryName(root)! : root);

    private static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private static string Nonzero(long value) => value == 0 ? "" : Humane.Count(value);
}
