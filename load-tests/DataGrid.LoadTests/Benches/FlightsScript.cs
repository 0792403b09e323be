using System.Diagnostics;
using System.Text.RegularExpressions;
using DataGrid.DuckDb;

namespace DataGrid.LoadTests.Benches;

/// <summary>Runs <c>load-tests/flights/baseline.sql</c>.</summary>
internal static partial class FlightsScript
{
    private const string CheckMark = "-- check\n";

    /// <summary>Runs the script in a fresh engine and returns how long it took, in milliseconds.</summary>
    public static double Run(string dataFolder, string outputFolder, bool withChecks)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "baseline.sql"));
        foreach (var dataset in DatasetFolder().Matches(text).Select(static match => match.Groups[1].Value).Distinct())
        {
            // DuckDB makes the folder of a partitioned table itself and wants it to be new.
            if (dataset != "silver.flights") Directory.CreateDirectory(Path.Combine(outputFolder, dataset));
        }
        text = text.Replace("{data}", dataFolder, StringComparison.Ordinal).Replace("{out}", outputFolder, StringComparison.Ordinal);
        var statements = text.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(statement => withChecks || !statement.Contains(CheckMark, StringComparison.Ordinal))
            .Where(static statement => statement.Split('\n').Any(static line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal)))
            .ToList();
        var clock = Stopwatch.StartNew();
        using (var instance = DuckDbInstance.Open())
        using (var connection = instance.Connect())
        {
            foreach (var statement in statements) connection.Execute(statement);
        }
        return clock.Elapsed.TotalMilliseconds;
    }

    [GeneratedRegex(@"\{out\}/([a-z_.]+)")]
    private static partial Regex DatasetFolder();
}
