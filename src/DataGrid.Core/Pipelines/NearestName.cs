namespace DataGrid.Core.Pipelines;

/// <summary>Finds what an author probably meant.</summary>
public static class NearestName
{
    private const int MaxLength = 64;

    /// <summary>The known name nearest to a misspelt one (letters swapped, missing, added or changed; case ignored); null when none is near.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        if (name.Length is 0 or > MaxLength) return null;
        var allowed = Math.Max(1, name.Length / 3);
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in known)
        {
            if (candidate.Length > MaxLength || Math.Abs(candidate.Length - name.Length) > allowed) continue;
            var distance = Distance(name, candidate);
            if (distance > allowed || distance > bestDistance) continue;
            // Equal distances are settled by the alphabet, so that the same mistake always gets the same advice.
            if (distance == bestDistance && string.CompareOrdinal(candidate, best) >= 0) continue;
            (best, bestDistance) = (candidate, distance);
        }
        return best;
    }

    /// <summary><c>Did you mean 'x'?</c>, or the list of what there is when that is short, or the fallback.</summary>
    public static string Advice(string name, IReadOnlyCollection<string> known, string fallback)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (Find(name, known) is { } nearest) return $"Did you mean '{nearest}'?";
        return known.Count is > 0 and <= 12 ? $"{fallback} There is: {string.Join(", ", known.Order(StringComparer.Ordinal))}." : fallback;
    }

    /// <summary>Optimal string alignment: one swap of neighbours counts one.</summary>
    private static int Distance(string left, string right)
    {
        Span<int> beforeLast = stackalloc int[right.Length + 1], last = stackalloc int[right.Length + 1], row = stackalloc int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++) last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1])) row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
            last.CopyTo(beforeLast);
            row.CopyTo(last);
        }
        return last[right.Length];

        static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
    }
}
