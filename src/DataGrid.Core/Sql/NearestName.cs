namespace DataGrid.Core.Sql;

/// <summary>Finds what somebody meant who mistyped a name.</summary>
public static class NearestName
{
    /// <summary>The candidate with the fewest edits to <paramref name="name"/>, without case; null when none is close enough to be meant.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="candidates">What there is. Among equals the first wins.</param>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var limit = Math.Max(1, name.Length / 3);
        string? best = null;
        foreach (var candidate in candidates)
        {
            var distance = Distance(SqlName.Fold(name), SqlName.Fold(candidate), limit);
            if (distance > limit) continue;
            (best, limit) = (candidate, distance - 1);
            if (distance == 0) break;
        }
        return best;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one text into the other; anything above <paramref name="limit"/>
    /// may be reported as <c>limit + 1</c>.</summary>
    public static int Distance(string left, string right, int limit)
    {
        if (Math.Abs(left.Length - right.Length) > limit) return limit + 1;
        var beforePrevious = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++) previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            var least = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                var isSwap = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
                if (isSwap) current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
                least = Math.Min(least, current[j]);
            }
            if (least > limit) return limit + 1;
            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }
        return previous[right.Length];
    }
}
