using System.Globalization;
using System.Text;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Pipelines;

/// <summary>Problems as plain text for terminals, logs and golden files.</summary>
public static class ProblemText
{
    /// <summary>
    /// One problem, without a line break at its end:
    /// <code>
    /// error[column_unknown]: models/silver/a.sql:3:8: there is no column 'dely'
    ///   3 | SELECT dely
    ///     |        ^
    ///   Did you mean 'delay'?
    /// </code>
    /// </summary>
    public static string Render(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{(problem.IsWarning ? "warning" : "error")}[{problem.Code}]: ");
        if (problem.Position is { } position) text.Append(CultureInfo.InvariantCulture, $"{position}: ");
        text.Append(problem.Message);
        if (problem is { Excerpt: { } excerpt, Position.Line: { } line })
        {
            var number = line.ToString(CultureInfo.InvariantCulture);
            var margin = new string(' ', number.Length);
            text.Append(CultureInfo.InvariantCulture, $"\n  {number} | {excerpt.Replace('\t', ' ')}");
            if (problem.Position.Column is { } column) text.Append(CultureInfo.InvariantCulture, $"\n  {margin} | {new string(' ', Math.Max(0, column - 1))}^");
        }
        if (problem.Help is { } help) text.Append(CultureInfo.InvariantCulture, $"\n  {help}");
        return text.ToString();
    }

    /// <summary>All of them, an empty line between two.</summary>
    public static string Render(IEnumerable<Problem> problems) => string.Join("\n\n", problems.Select(Render));
}
