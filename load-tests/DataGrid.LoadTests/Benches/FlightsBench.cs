using System.Text.Json;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;

namespace DataGrid.LoadTests.Benches;

/// <summary>The flights example against the best script that a person would write for it.</summary>
internal sealed class FlightsBench : IBench
{
    private const double MostTimesScript = 1.3;

    public string Name => "flights";

    public string Description => "the flights example (3 M rows, checks, lineage, commits) against a hand-written DuckDB script";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = Path.Combine(context.Repository, "examples/flights");
        var data = Path.Combine(project, "node_modules/vega-datasets/data");
        string[] own = [typeof(FlightsBench).Assembly.Location];
        RunRecord? last = null;
        var (whole, processor, scriptProcessor) = (0d, 0d, 0d);

        async Task<double> ScriptAsync(string folder, params string[] flags)
        {
            var child = (await Child.RunAsync([.. own, "script", data, context.Fresh(folder), .. flags])).Succeeded();
            if (flags.Length == 0) scriptProcessor = child.Processor.TotalMilliseconds;
            return double.Parse(child.Output);
        }

        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("script", "ms", _ => ScriptAsync("script")),
            new Contender("script without checks", "ms", _ => ScriptAsync("script", "--no-checks")),
            new Contender("datagrid run, the run", "ms", async _ =>
            {
                var child = (await Child.RunAsync([context.Cli, "run", project, "--root", context.Fresh("root"), "--json"])).Succeeded();
                last = JsonSerializer.Deserialize<RunRecord>(child.Output.TrimEnd().Split('\n')[^1], DataGridJson.Options)!;
                (whole, processor) = (child.Elapsed.TotalMilliseconds, child.Processor.TotalMilliseconds);
                return (last.EndedAt!.Value - last.StartedAt).TotalMilliseconds;
            }),
            new Contender("datagrid run, the whole process", "ms", _ => Task.FromResult(whole)),
            new Contender("its processor time", "ms", _ => Task.FromResult(processor)),
            new Contender("the script's processor time", "ms", _ => Task.FromResult(scriptProcessor)));
        return new BenchReport
        {
            Bench = Name,
            Measured = measured,
            Judged =
            [
                new Judged("run / script", Statistics.Ratios(measured[2], measured[0]), MostTimesScript),
            ],
            Notes = last is null ? [] :
            [
                $"{last.Steps.Length} steps, {last.Steps.Sum(static step => step.Rows):N0} rows written, {last.Steps.Sum(static step => step.Checks.Length)} checks",
                .. last.Steps.OrderByDescending(static step => step.Elapsed).Take(4).Select(static step => $"  {step.Name}: {step.Elapsed.TotalMilliseconds:0} ms"),
            ],
        };
    }
}
