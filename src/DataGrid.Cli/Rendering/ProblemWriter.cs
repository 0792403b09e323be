using System.Collections.Immutable;
using DataGrid.Contracts.Errors;

namespace DataGrid.Cli.Rendering;

/// <summary>Shows problems: what happened, where with the text and a caret, and what to do.</summary>
internal sealed class ProblemWriter(TextWriter output, bool hasColor)
{
    private readonly Paint _paint = new(hasColor);

    /// <summary>Shows problems in their order, and how many there were when there is more than one.</summary>
    public void Write(ImmutableArray<Problem> problems)
    {
        foreach (var problem in problems) Write(problem);
        var errors = problems.Count(static problem => !problem.IsWarning);
        var warnings = problems.Length - errors;
        if (problems.Length < 2) return;
        var parts = new List<string>();
        if (errors > 0) parts.Add(Humane.Count(errors, "error"));
        if (warnings > 0) parts.Add(Humane.Count(warnings, "warning"));
        output.WriteLine(string.Join(", ", parts));
    }

    /// <summary>Shows one problem.</summary>
    public void Write(Problem problem)
    {
        var kind = problem.IsWarning ? _paint.Yellow("warning") : _paint.Red("error");
        var dataset = problem.Dataset is null || problem.Message.Contains(problem.Dataset, StringComparison.OrdinalIgnoreCase) ? "" : SafeText.Of(problem.Dataset) + ": ";
        output.WriteLine($"{kind}: {dataset}{_paint.Bold(Lines(problem.Message))} {_paint.Dim($"[{problem.Code}]")}");
        if (problem.Position is { } position) output.WriteLine($"  {_paint.Cyan("-->")} {SafeText.Of(position.ToString())}");
        if (problem.Excerpt is { Length: > 0 } excerpt) WriteExcerpt(excerpt, problem.Position);
        if (problem.Help is { Length: > 0 } help) output.WriteLine($"  {_paint.Cyan("help")}: {Lines(help)}");
    }

    private void WriteExcerpt(string excerpt, SourcePosition? position)
    {
        var number = position?.Line?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
        var margin = new string(' ', number.Length);
        output.WriteLine($"  {_paint.Dim($"{number} |")} {Shown(excerpt)}");
        if (position?.Column is not { } column || column < 1 || column > excerpt.Length + 1) return;
        // The caret stands under the letter as the terminal shows it, and letters may be wide.
        var before = SafeText.Width(Shown(excerpt[..(column - 1)]));
        output.WriteLine($"  {_paint.Dim($"{margin} |")} {new string(' ', before)}{_paint.Red("^")}");
    }

    private static string Shown(string excerpt) => SafeText.Of(excerpt.Replace("\t", "  ", StringComparison.Ordinal));

    // Messages may have several lines (a cycle, a list of columns); everything else in them is made harmless.
    private static string Lines(string text) => string.Join("\n    ", text.ReplaceLineEndings("\n").Split('\n').Select(SafeText.Of));
}
