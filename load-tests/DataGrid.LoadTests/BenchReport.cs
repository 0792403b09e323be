using System.Collections.Immutable;

namespace DataGrid.LoadTests;

/// <summary>What was measured of one contender, a sample a round.</summary>
/// <param name="Name">The contender.</param>
/// <param name="Unit">The samples' unit.</param>
/// <param name="Samples">The samples, in the order of the rounds.</param>
internal sealed record Measured(string Name, string Unit, ImmutableArray<double> Samples);

/// <summary>What a number is held to.</summary>
/// <param name="Name">What is compared, for example <c>datagrid / script</c>.</param>
/// <param name="Values">One value a round.</param>
/// <param name="Target">The limit for the median.</param>
/// <param name="IsAtLeast">Whether the median must be at least the target, instead of at most.</param>
/// <param name="Unit">The unit; empty for a ratio.</param>
internal sealed record Judged(string Name, ImmutableArray<double> Values, double Target, bool IsAtLeast = false, string Unit = "")
{
    /// <summary>Whether the target is met.</summary>
    public bool IsMet => IsAtLeast ? Statistics.Median(Values) >= Target : Statistics.Median(Values) <= Target;
}

/// <summary>The outcome of one benchmark.</summary>
internal sealed record BenchReport
{
    public required string Bench { get; init; }

    public required ImmutableArray<Measured> Measured { get; init; }

    public required ImmutableArray<Judged> Judged { get; init; }

    /// <summary>Remarks that a reader of the numbers needs.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>Smallest, middle and largest.</summary>
internal static class Statistics
{
    public static double Median(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0) return double.NaN;
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>One value a round: the left sample divided by the right one of the same round.</summary>
    public static ImmutableArray<double> Ratios(Measured left, Measured right) => [.. left.Samples.Zip(right.Samples, static (a, b) => a / b)];
}
