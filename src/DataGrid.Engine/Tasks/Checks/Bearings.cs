using DataGrid.Core.Quality.Proofs;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>Where bounds lie from constants, as the engine compares them.</summary>
internal static class Bearings
{
    /// <summary>Two columns: where the least and where the greatest value lies from a constant; NULL where that cannot be said.</summary>
    public static string Select(string least, string greatest, PredicateConstant constant) => $"{Sign(least, constant.Sql)}, {Sign(greatest, constant.Sql)}";

    /// <summary>Adds what was found to what is known.</summary>
    public static SubjectFacts With(this SubjectFacts facts, PredicateConstant constant, object? least, object? greatest) =>
        (least, greatest) is (int below, int above) ? facts with { Bearings = facts.Bearings.SetItem(constant, new Bearing(below, above)) } : facts;

    private static string Sign(string bound, string constant) => $"CASE WHEN {bound} < {constant} THEN -1 WHEN {bound} = {constant} THEN 0 WHEN {bound} > {constant} THEN 1 END";
}
