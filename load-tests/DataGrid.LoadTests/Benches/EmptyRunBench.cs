using System.Diagnostics;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Sessions;
using DataGrid.Silo;

namespace DataGrid.LoadTests.Benches;

/// <summary>What a run costs that has nothing to do, on a silo that is warm.</summary>
internal sealed class EmptyRunBench : IBench
{
    private const int Runs = 40;
    private const double MostMilliseconds = 20;

    public string Name => "empty-run";

    public string Description => "a run of one view, from submitting it to its end, on a warm silo; the middle of 40";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = context.Fresh("project");
        Directory.CreateDirectory(Path.Combine(project, "models/gold"));
        await File.WriteAllTextAsync(Path.Combine(project, "datagrid.yaml"), "pipeline: tiny\n");
        await File.WriteAllTextAsync(Path.Combine(project, "models/gold/one.sql"), "/* datagrid\nmaterialize: view\n*/\nselect 1 as one\n");
        var engine = new EngineOptions { TemporaryDirectory = Path.Combine(context.Scratch, "spill") };
        var spec = (await new ProjectCompiler(engine, new ProjectOptions()).CompileAsync(project, [], CancellationToken.None)).Spec ?? throw new InvalidOperationException("the project has errors");
        await using var silo = await EmbeddedSilo.StartAsync(new SiloOptions { Root = context.Fresh("root"), Engine = engine }, CancellationToken.None);
        var measured = await Contest.RunAsync(context.Rounds, new Contender("empty run", "ms", async _ =>
        {
            var samples = new List<double>();
            for (var run = 0; run < Runs; run++)
            {
                var clock = Stopwatch.StartNew();
                var submitted = await silo.SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = project });
                await foreach (var page in silo.WatchAsync(submitted.Run ?? throw new InvalidOperationException(submitted.Problems[0].Message), CancellationToken.None))
                    if (page.IsComplete) break;
                samples.Add(clock.Elapsed.TotalMilliseconds);
            }
            return Statistics.Median(samples);
        }));
        return new BenchReport { Bench = Name, Measured = measured, Judged = [new Judged("empty run", measured[0].Samples, MostMilliseconds, Unit: "ms")] };
    }
}
