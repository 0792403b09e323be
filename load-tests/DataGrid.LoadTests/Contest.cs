using System.Collections.Immutable;

namespace DataGrid.LoadTests;

/// <summary>One way to do the work; returns one sample.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Unit">The sample's unit.</param>
/// <param name="Run">Does the work once and returns the sample.</param>
internal sealed record Contender(string Name, string Unit, Func<int, Task<double>> Run);

/// <summary>Measures contenders in turns, so that a slow minute of the machine meets all of them. The first round warms up and does not count.</summary>
internal static class Contest
{
    public static async Task<ImmutableArray<Measured>> RunAsync(int rounds, params Contender[] contenders)
    {
        var samples = contenders.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round <= rounds; round++)
        {
            for (var index = 0; index < contenders.Length; index++)
            {
                var sample = await contenders[index].Run(round);
                if (round > 0) samples[index].Add(sample);
                Console.Error.WriteLine(round == 0 ? $"  warm-up  {contenders[index].Name}" : $"  round {round}  {contenders[index].Name}: {sample:0.###} {contenders[index].Unit}");
            }
        }
        return [.. contenders.Select((contender, i) => new Measured(contender.Name, contender.Unit, [.. samples[i]]))];
    }
}
