using System.Collections.Immutable;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.Pipelines;

/// <summary>Collects problems while a project is compiled, so that all mistakes are reported at once.</summary>
public sealed class ProblemBag
{
    private readonly List<Problem> _problems = [];

    /// <summary>Whether one of them is an error.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        HasErrors |= !problem.IsWarning;
        _problems.Add(problem);
    }

    /// <summary>Adds several.</summary>
    public void AddRange(IEnumerable<Problem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        foreach (var problem in problems) Add(problem);
    }

    /// <summary>All of them: the project file's first, then by file, line and column; each once.</summary>
    /// <param name="max">How many are listed; a last one says how many more there are.</param>
    public ImmutableArray<Problem> ToSorted(int max = int.MaxValue)
    {
        var sorted = _problems
            .Distinct()
            .OrderBy(static problem => problem.Position?.File is null or ProjectLayout.ProjectFile ? 0 : 1)
            .ThenBy(static problem => problem.Position?.File, StringComparer.Ordinal)
            .ThenBy(static problem => problem.Position?.Line ?? 0)
            .ThenBy(static problem => problem.Position?.Column ?? 0)
            .ToList();
        if (sorted.Count <= max) return [.. sorted];
        // Errors must not fall behind the warnings that stand before them.
        var errors = sorted.Count(static problem => !problem.IsWarning);
        var shown = sorted.Where(problem => errors < max || !problem.IsWarning).Take(max).ToList();
        shown.Add(new Problem
        {
            Code = ErrorCodes.SpecInvalid,
            Message = $"{sorted.Count - shown.Count} more problems are not shown",
            Help = "Mend those above first.",
            IsWarning = !HasErrors,
        });
        return [.. shown];
    }
}
