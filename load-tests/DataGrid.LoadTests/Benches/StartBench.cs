namespace DataGrid.LoadTests.Benches;

/// <summary>How long people wait for nothing: commands with next to no work.</summary>
internal sealed class StartBench : IBench
{
    private const double MostSeconds = 0.8;

    public string Name => "start";

    public string Description => "a run of one tiny step and a query over it, whole processes with all that starts and stops";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = context.Fresh("project");
        Directory.CreateDirectory(Path.Combine(project, "models/gold"));
        await File.WriteAllTextAsync(Path.Combine(project, "datagrid.yaml"), "pipeline: tiny\n");
        await File.WriteAllTextAsync(Path.Combine(project, "models/gold/one.sql"), "select 1 as one");
        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("datagrid --version", "s", async _ => (await Child.RunAsync([context.Cli, "--version"])).Succeeded().Elapsed.TotalSeconds),
            new Contender("datagrid run", "s", async _ => (await Child.RunAsync([context.Cli, "run", project])).Succeeded().Elapsed.TotalSeconds),
            new Contender("datagrid query", "s", async _ =>
                (await Child.RunAsync([context.Cli, "query", "from gold.one", "--root", project])).Succeeded().Elapsed.TotalSeconds),
            new Contender("datagrid datasets", "s", async _ => (await Child.RunAsync([context.Cli, "datasets", "--root", project])).Succeeded().Elapsed.TotalSeconds));
        return new BenchReport { Bench = Name, Measured = measured, Judged = [new Judged("run", measured[1].Samples, MostSeconds, Unit: "s")] };
    }
}
