using System.Collections.Immutable;

namespace DataGrid.Core.Quality.Proofs;

/// <summary>What a predicate can be for some row.</summary>
[Flags]
public enum TruthSet
{
    /// <summary>There is no such row.</summary>
    None = 0,
    /// <summary>true</summary>
    True = 1,
    /// <summary>false</summary>
    False = 2,
    /// <summary>NULL</summary>
    Unknown = 4,
    /// <summary>Nothing is known.</summary>
    Any = True | False | Unknown,
}

/// <summary>Where a subject's least and greatest value lie from a constant: below (-1), at (0) or above (1).</summary>
public readonly record struct Bearing(int Least, int Greatest);

/// <summary>What is certain about a subject's values over all rows in question.</summary>
public sealed record SubjectFacts
{
    /// <summary>Nothing.</summary>
    public static SubjectFacts Nothing { get; } = new();

    /// <summary>Whether a row may have NULL here.</summary>
    public bool MayBeNull { get; init; } = true;

    /// <summary>Whether a row may have a value here.</summary>
    public bool MayHaveValue { get; init; } = true;

    /// <summary>Where the values lie from the constants, as far as that is known. Bounds may be wider than the values.</summary>
    public ImmutableDictionary<PredicateConstant, Bearing> Bearings { get; init; } = ImmutableDictionary<PredicateConstant, Bearing>.Empty;
}

/// <summary>
/// Decides what a predicate can be, from facts about its subjects alone. The answer errs on one side only: it may hold what no row gives, never lack what one gives.
/// So a predicate that can only be true holds for every row, and nobody needs to read them.
/// </summary>
public static class PredicateProof
{
    /// <summary>More subjects that may or may not be NULL than this are not taken apart.</summary>
    private const int MostSplits = 6;

    /// <summary>Whether every row makes the predicate true.</summary>
    /// <param name="predicate">The predicate.</param>
    /// <param name="facts">Facts by subject; of one that is not there nothing is known.</param>
    public static bool AlwaysTrue(PredicateNode predicate, IReadOnlyDictionary<RowSubject, SubjectFacts> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        // x IS NULL OR x > 0 holds for every row only if the rows with and without x are looked at one kind after the other.
        var open = Subjects(predicate).Distinct()
            .Where(subject => facts.TryGetValue(subject, out var known) && known is { MayBeNull: true, MayHaveValue: true }).Take(MostSplits).ToList();
        for (var kind = 0; kind < 1 << open.Count; kind++)
        {
            var narrowed = new Dictionary<RowSubject, SubjectFacts>(facts);
            for (var i = 0; i < open.Count; i++)
            {
                var isNull = (kind >> i & 1) == 1;
                narrowed[open[i]] = narrowed[open[i]] with { MayBeNull = isNull, MayHaveValue = !isNull };
            }
            if ((Possible(predicate, narrowed) & ~TruthSet.True) != 0)
                return false;
        }
        return true;
    }

    /// <summary>What the predicate can be.</summary>
    /// <param name="predicate">The predicate.</param>
    /// <param name="facts">Facts by subject.</param>
    public static TruthSet Possible(PredicateNode predicate, IReadOnlyDictionary<RowSubject, SubjectFacts> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return predicate switch
        {
            PredicateNode.All all => all.Parts.Select(part => Possible(part, facts)).Aggregate(TruthSet.True, static (left, right) => Combined(left, right, And)),
            PredicateNode.Any any => any.Parts.Select(part => Possible(part, facts)).Aggregate(TruthSet.False, static (left, right) => Combined(left, right, Or)),
            PredicateNode.Not not => Negated(Possible(not.Part, facts)),
            PredicateNode.IsNull isNull => OfNull(facts.GetValueOrDefault(isNull.Subject, SubjectFacts.Nothing)),
            PredicateNode.Compare compare => OfComparison(compare, facts.GetValueOrDefault(compare.Subject, SubjectFacts.Nothing)),
            _ => TruthSet.Any,
        };
    }

    /// <summary>
    /// Whether a predicate could be proven if some subjects were all that it wishes for; if not, they are not worth looking at. It errs on one side only: what it
    /// denies cannot be proven.
    /// </summary>
    /// <param name="predicate">The predicate.</param>
    /// <param name="facts">Facts by subject.</param>
    /// <param name="hopes">Subjects about which more could be found out.</param>
    /// <param name="wished">What it is to be for every row.</param>
    public static bool MayBeProven(PredicateNode predicate, IReadOnlyDictionary<RowSubject, SubjectFacts> facts, IReadOnlySet<RowSubject> hopes, bool wished = true)
    {
        ArgumentNullException.ThrowIfNull(hopes);
        bool Part(PredicateNode part) => MayBeProven(part, facts, hopes, wished);
        return predicate switch
        {
            PredicateNode.All all => wished ? all.Parts.All(Part) : all.Parts.Any(Part),
            PredicateNode.Any any => wished ? any.Parts.Any(Part) : any.Parts.All(Part),
            PredicateNode.Not not => MayBeProven(not.Part, facts, hopes, !wished),
            // Rows with and without a value are looked at apart, which may make the difference here.
            PredicateNode.IsNull => true,
            PredicateNode.Compare compare when hopes.Contains(compare.Subject) => true,
            _ => (Possible(predicate, facts) & (wished ? TruthSet.False : TruthSet.True)) == 0,
        };
    }

    /// <summary>
    /// Whether something is known about each part of a predicate, so that none is left that would fail when rows are read: <c>n > 0 OR CAST(t AS INTEGER) > 0</c> may
    /// do so though n is always greater.
    /// </summary>
    /// <param name="predicate">The predicate.</param>
    /// <param name="facts">Facts by subject.</param>
    /// <param name="hopes">Subjects that count as known.</param>
    public static bool IsSettled(PredicateNode predicate, IReadOnlyDictionary<RowSubject, SubjectFacts> facts, IReadOnlySet<RowSubject>? hopes = null)
    {
        ArgumentNullException.ThrowIfNull(facts);
        bool Part(PredicateNode part) => IsSettled(part, facts, hopes);
        return predicate switch
        {
            PredicateNode.All all => all.Parts.All(Part),
            PredicateNode.Any any => any.Parts.All(Part),
            PredicateNode.Not not => Part(not.Part),
            PredicateNode.IsNull isNull => facts.ContainsKey(isNull.Subject) || hopes?.Contains(isNull.Subject) == true,
            PredicateNode.Compare compare => hopes?.Contains(compare.Subject) == true || IsLocated(compare, facts),
            _ => false,
        };
    }

    /// <summary>Whether it is known how a subject compares with a constant.</summary>
    /// <param name="compare">The comparison.</param>
    /// <param name="facts">Facts by subject.</param>
    public static bool IsLocated(PredicateNode.Compare compare, IReadOnlyDictionary<RowSubject, SubjectFacts> facts)
    {
        ArgumentNullException.ThrowIfNull(compare);
        ArgumentNullException.ThrowIfNull(facts);
        return facts.TryGetValue(compare.Subject, out var known) && (!known.MayHaveValue || known.Bearings.ContainsKey(compare.Constant));
    }

    /// <summary>The comparisons in a predicate: what <see cref="SubjectFacts.Bearings"/> are asked for.</summary>
    public static IEnumerable<PredicateNode.Compare> Comparisons(PredicateNode predicate) => predicate switch
    {
        PredicateNode.All all => all.Parts.SelectMany(Comparisons),
        PredicateNode.Any any => any.Parts.SelectMany(Comparisons),
        PredicateNode.Not not => Comparisons(not.Part),
        PredicateNode.Compare compare => [compare],
        _ => [],
    };

    /// <summary>What a predicate speaks about.</summary>
    public static IEnumerable<RowSubject> Subjects(PredicateNode predicate) => predicate switch
    {
        PredicateNode.All all => all.Parts.SelectMany(Subjects),
        PredicateNode.Any any => any.Parts.SelectMany(Subjects),
        PredicateNode.Not not => Subjects(not.Part),
        PredicateNode.IsNull isNull => [isNull.Subject],
        PredicateNode.Compare compare => [compare.Subject],
        _ => [],
    };

    private static TruthSet OfNull(SubjectFacts facts) => (facts.MayBeNull ? TruthSet.True : 0) | (facts.MayHaveValue ? TruthSet.False : 0);

    private static TruthSet OfComparison(PredicateNode.Compare compare, SubjectFacts facts)
    {
        var ofNull = facts.MayBeNull ? TruthSet.Unknown : TruthSet.None;
        if (!facts.MayHaveValue)
            return ofNull;
        // Bounds that contradict each other say nothing.
        if (!facts.Bearings.TryGetValue(compare.Constant, out var bearing) || bearing.Least > bearing.Greatest)
            return ofNull | TruthSet.True | TruthSet.False;
        for (var sign = bearing.Least; sign <= bearing.Greatest; sign++)
            ofNull |= Holds(compare.Comparison, sign) ? TruthSet.True : TruthSet.False;
        return ofNull;
    }

    private static bool Holds(Comparison comparison, int sign) => comparison switch
    {
        Comparison.Less => sign < 0,
        Comparison.LessOrEqual => sign <= 0,
        Comparison.Equal => sign == 0,
        Comparison.NotEqual => sign != 0,
        Comparison.GreaterOrEqual => sign >= 0,
        Comparison.Greater => sign > 0,
        _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, null),
    };

    private static TruthSet Combined(TruthSet left, TruthSet right, Func<TruthSet, TruthSet, TruthSet> combine)
    {
        var result = TruthSet.None;
        foreach (var one in Each(left))
        {
            foreach (var other in Each(right))
                result |= combine(one, other);
        }
        return result;
    }

    private static IEnumerable<TruthSet> Each(TruthSet set) => new[] { TruthSet.True, TruthSet.False, TruthSet.Unknown }.Where(truth => (set & truth) != 0);

    private static TruthSet And(TruthSet left, TruthSet right) =>
        left == TruthSet.False || right == TruthSet.False ? TruthSet.False : left == TruthSet.True && right == TruthSet.True ? TruthSet.True : TruthSet.Unknown;

    private static TruthSet Or(TruthSet left, TruthSet right) =>
        left == TruthSet.True || right == TruthSet.True ? TruthSet.True : left == TruthSet.False && right == TruthSet.False ? TruthSet.False : TruthSet.Unknown;

    private static TruthSet Negated(TruthSet set) =>
        ((set & TruthSet.True) != 0 ? TruthSet.False : 0) | ((set & TruthSet.False) != 0 ? TruthSet.True : 0) | (set & TruthSet.Unknown);
}
