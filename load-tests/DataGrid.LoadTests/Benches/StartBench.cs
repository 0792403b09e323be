using System.Globalization;

namespace DataGrid.LoadTests.Benches;

/// <summary>How long people wait for nothing: commands with next to no work.</summary>
internal sealed class StartBench : IBench
{
    private const double MostSeconds = 0.8;
    private static readonly Dictionary<string, string> TellsTimes = new() { ["DATAGRID_TIMES"] = "1" };

    public string Name => "start";

    public string Description => "a run of one tiny step and a query over it, whole processes with all that starts and stops";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = context.Fresh("project");
        Directory.CreateDirectory(Path.Combine(project, "models/gold"));
        await File.WriteAllTextAsync(Path.Combine(project, "datagrid.yaml"), "pipeline: tiny\n");
        await File.WriteAllTextAsync(Path.Combine(project, "models/gold/one.sql"), "select 1 as one");
        string[] run = [context.Cli, "run", project];
        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("datagrid --version", "s", async _ => (await Child.RunAsync([context.Cli, "--version"])).Succeeded().Elapsed.TotalSeconds),
            // As the process itself tells; the whole process is measured without that.
            new Contender("datagrid run, until the silo is ready", "s", async _ => TimeOf("silo-ready", (await Child.RunAsync(run, TellsTimes)).Succeeded())),
            new Contender("datagrid run", "s", async _ => (await Child.RunAsync(run)).Succeeded().Elapsed.TotalSeconds),
            new Contender("datagrid query", "s", async _ =>
                (await Child.RunAsync([context.Cli, "query", "from gold.one", "--root", project])).Succeeded().Elapsed.TotalSeconds),
            new Contender("datagrid datasets", "s", async _ => (await Child.RunAsync([context.Cli, "datasets", "--root", project])).Succeeded().Elapsed.TotalSeconds));
        return new BenchReport { Bench = Name, Measured = measured, Judged = [new Judged("the silo's start", measured[1].Samples, MostSeconds, Unit: "s"), new Judged("run", measured[2].Samples, MostSeconds, Unit: "s")] };
    }

    // A line "time POINT SECONDS".
    private static double TimeOf(string point, ChildResult child)
    {
        var line = child.Error.Split('\n').FirstOrDefault(line => line.StartsWith($"time {point} ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"the command did not tell when it came to '{point}':\n{child.Error}");
        return double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }
}
