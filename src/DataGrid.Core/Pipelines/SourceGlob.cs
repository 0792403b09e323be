using System.Collections.Immutable;

namespace DataGrid.Core.Pipelines;

/// <summary>A pattern of paths: <c>*</c> and <c>?</c> within one name, <c>**</c> for any number of folders, <c>{a,b}</c> for alternatives. Names that start
/// with a dot are matched only by patterns that do.</summary>
public sealed record SourceGlob
{
    private const int MaxAlternatives = 100;

    private SourceGlob(string text, ImmutableArray<string> segments) => (Text, Segments) = (text, segments);

    /// <summary>The pattern without alternatives, as written otherwise.</summary>
    public string Text { get; }

    /// <summary>The pattern's parts between slashes.</summary>
    public ImmutableArray<string> Segments { get; }

    /// <summary>Reads a pattern; alternatives become several. Null when it has too many of them or braces that do not match.</summary>
    public static ImmutableArray<SourceGlob>? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var pending = new Queue<string>([text]);
        var parsed = ImmutableArray.CreateBuilder<SourceGlob>();
        while (pending.TryDequeue(out var next))
        {
            var open = next.LastIndexOf('{');
            var close = open < 0 ? next.IndexOf('}', StringComparison.Ordinal) : next.IndexOf('}', open);
            if (open < 0 && close < 0)
            {
                parsed.Add(new SourceGlob(next, [.. next.Split('/')]));
                continue;
            }
            if (open < 0 || close < 0) return null;
            // The last opening brace has no other inside, so its alternatives are plain text.
            foreach (var alternative in next[(open + 1)..close].Split(',')) pending.Enqueue(next[..open] + alternative + next[(close + 1)..]);
            if (pending.Count + parsed.Count > MaxAlternatives) return null;
        }
        return [.. parsed.DistinctBy(static glob => glob.Text, StringComparer.Ordinal)];
    }

    /// <summary>Whether a segment has wildcards.</summary>
    public static bool IsPattern(string segment) => segment.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether a name fits a segment. Linear in the name for every pattern.</summary>
    public static bool Fits(string segment, string name)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentNullException.ThrowIfNull(name);
        if (name.StartsWith('.') && !segment.StartsWith('.')) return false;
        var (s, n, star, retry) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (s < segment.Length && (segment[s] == '?' || (segment[s] != '*' && segment[s] == name[n])))
            {
                s++;
                n++;
            }
            else if (s < segment.Length && segment[s] == '*')
            {
                (star, retry) = (s++, n);
            }
            else if (star >= 0)
            {
                (s, n) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }
        while (s < segment.Length && segment[s] == '*') s++;
        return s == segment.Length;
    }
}
