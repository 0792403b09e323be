namespace DataGrid.Cli;

/// <summary>Guesses what was meant.</summary>
internal static class Nearest
{
    private const int MaxDistance = 2;

    /// <summary>The candidate that differs least from <paramref name="text"/>, when it differs by two letters at most.</summary>
    public static string? Of(string? text, IEnumerable<string> candidates)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var best = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(text, candidate)))
            .OrderBy(static pair => pair.Distance)
            .ThenBy(static pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Candidate is not null && best.Distance <= Math.Min(MaxDistance, text.Length - 1) ? best.Candidate : null;
    }

    /// <summary>Insertions, deletions and replacements that turn one text into the other, without regard to case.</summary>
    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        var current = new int[right.Length + 1];
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + change);
            }
            (previous, current) = (current, previous);
        }
        return previous[right.Length];
    }
}
