using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;

namespace DataGrid.LoadTests.Benches;

/// <summary>The flights example on three silos of this machine against one silo in the command's own process, on the same cores.</summary>
internal sealed class ClusterFlightsBench : IBench
{
    private const double MostTimesOne = 1.5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Name => "cluster-flights";

    public string Description => "the flights example on three silos with PostgreSQL against one embedded silo; first runs of processes that have just started";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = Path.Combine(context.Repository, "examples/flights");
        var (alone, together) = (0d, 0d);
        // The superuser's PostgreSQL runs as somebody else, who must get through.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(context.Scratch, File.GetUnixFileMode(context.Scratch) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        var measured = await Contest.RunAsync(context.Rounds,
            new Contender("one embedded silo", "ms", async _ =>
            {
                var child = (await Child.RunAsync([context.Cli, "run", project, "--root", context.Fresh("one"), "--json"])).Succeeded();
                alone = child.Processor.TotalMilliseconds;
                return TimeOf(child);
            }),
            new Contender("three silos", "ms", async _ =>
            {
                var root = context.Fresh("three");
                using var cluster = await UpAsync(context, root);
                try
                {
                    var before = ProcessorOf(cluster.Id);
                    var child = (await Child.RunAsync([context.Cli, "run", project, "--cluster", "--root", root, "--json"])).Succeeded();
                    together = ProcessorOf(cluster.Id) - before;
                    return TimeOf(child);
                }
                finally
                {
                    using var stop = Process.Start("kill", ["-INT", cluster.Id.ToString(CultureInfo.InvariantCulture)]);
                    await cluster.WaitForExitAsync().WaitAsync(Patience);
                }
            }),
            new Contender("processor time of the embedded silo, with compiling", "ms", _ => Task.FromResult(alone)),
            new Contender("processor time of three silos and PostgreSQL", "ms", _ => Task.FromResult(together)));
        return new BenchReport { Bench = Name, Measured = measured, Judged = [new Judged("three silos / one", Statistics.Ratios(measured[1], measured[0]), MostTimesOne)] };
    }

    private static double TimeOf(ChildResult child)
    {
        var run = JsonSerializer.Deserialize<RunRecord>(child.Output.TrimEnd().Split('\n')[^1], DataGridJson.Options)!;
        return (run.EndedAt!.Value - run.StartedAt).TotalMilliseconds;
    }

    private static async Task<Process> UpAsync(BenchContext context, string root)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var word in (string[])[context.Cli, "up", "--silos", "3", "--port", "0", "--root", root]) start.ArgumentList.Add(word);
        start.Environment["DOTNET_TieredPGO"] = "0";
        var up = Process.Start(start)!;
        while (await up.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (!line.Contains("give them work", StringComparison.Ordinal)) continue;
            _ = up.StandardOutput.ReadToEndAsync();
            return up;
        }
        throw new InvalidOperationException("the silos did not start");
    }

    /// <summary>User and system time of a process and all below it, in milliseconds.</summary>
    private static double ProcessorOf(int top)
    {
        const int MillisecondsPerTick = 10;
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => int.TryParse(name, out _)).Select(static name => StatOf(name!)).Where(static stat => stat.Process != 0).ToList();
        var family = new HashSet<int> { top };
        while (all.Any(stat => family.Contains(stat.Parent) && family.Add(stat.Process))) { }
        return all.Where(stat => family.Contains(stat.Process)).Sum(static stat => stat.Ticks) * MillisecondsPerTick;
    }

    private static (int Process, int Parent, long Ticks) StatOf(string process)
    {
        try
        {
            // After the name in parentheses: state, parent; user and system time, and those of children that ended, are the fourteenth to seventeenth of the whole line.
            var words = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (int.Parse(process, CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words[11..15].Sum(static word => long.Parse(word, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            return default;
        }
    }
}
