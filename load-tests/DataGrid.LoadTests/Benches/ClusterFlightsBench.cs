using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DataGrid.LoadTests.Benches;

/// <summary>The flights example on three silos of this machine against one silo, on the same cores: given to both by their API, once to warm up and once to be measured.</summary>
internal sealed class ClusterFlightsBench : IBench
{
    private const double MostTimesOne = 1.5;
    private static readonly int[] Sizes = [1, 3];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Name => "cluster-flights";

    public string Description => "the flights example on three silos with PostgreSQL against one embedded silo, both warm; and the first runs of processes that have just started";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var project = Path.Combine(context.Repository, "examples/flights");
        // The superuser's PostgreSQL runs as somebody else, who must get through.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(context.Scratch, File.GetUnixFileMode(context.Scratch) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        var seen = new Dictionary<int, Seen>();
        var measured = await Contest.RunAsync(
            context.Rounds,
            [.. Sizes.Select(silos => new Contender($"{Named(silos)}, warm", "ms", async _ => (seen[silos] = await MeasureAsync(context, project, silos)).Warm)),
             .. Sizes.Select(silos => new Contender($"{Named(silos)}, first run", "ms", _ => Task.FromResult(seen[silos].First))),
             .. Sizes.Select(silos => new Contender($"{Named(silos)}, processor time of the warm run", "ms", _ => Task.FromResult(seen[silos].Processor)))]);
        return new BenchReport { Bench = Name, Measured = measured, Judged = [new Judged("three silos / one", Statistics.Ratios(measured[1], measured[0]), MostTimesOne)] };
    }

    private static string Named(int silos) => silos == 1 ? "one embedded silo" : "three silos";

    private static async Task<Seen> MeasureAsync(BenchContext context, string project, int silos)
    {
        using var up = await UpAsync(context, context.Fresh($"root-{silos}"), project, silos);
        try
        {
            var first = await SubmitAsync(context, project, up.Address);
            var before = ProcessorOf(up.Process.Id);
            var warm = await SubmitAsync(context, project, up.Address);
            return new Seen(first, warm, ProcessorOf(up.Process.Id) - before);
        }
        finally
        {
            using var stop = Process.Start("kill", ["-TERM", up.Process.Id.ToString(CultureInfo.InvariantCulture)]);
            await up.Process.WaitForExitAsync().WaitAsync(Patience);
        }
    }

    private static async Task<double> SubmitAsync(BenchContext context, string project, string server)
    {
        var child = (await Child.RunAsync([context.Cli, "submit", project, "--watch", "--server", server, "--json"])).Succeeded();
        // Its events, one a line.
        var told = child.Output.Split('\n').Where(static line => line.Contains("\"sequence\":", StringComparison.Ordinal)).Select(static line => JsonDocument.Parse(line).RootElement.Clone()).ToList();
        return (At("run_ended") - At("run_started")).TotalMilliseconds;

        DateTimeOffset At(string kind) => told.Single(one => one.GetProperty("kind").GetString() == kind).GetProperty("at").GetDateTimeOffset();
    }

    private static async Task<Up> UpAsync(BenchContext context, string root, string project, int silos)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var word in (string[])[context.Cli, "up", "--silos", $"{silos}", "--port", "0", "--root", root, "--data", Path.Combine(project, "node_modules")]) start.ArgumentList.Add(word);
        start.Environment["DOTNET_TieredPGO"] = "0";
        var up = Process.Start(start)!;
        var address = "";
        while (await up.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (address.Length == 0 && line.IndexOf("http://", StringComparison.Ordinal) is var at && at >= 0) address = line[at..].Split(' ', '/')[2];
            if (!line.Contains("Ctrl+C stops", StringComparison.Ordinal)) continue;
            _ = up.StandardOutput.ReadToEndAsync();
            return new Up(up, $"http://{address}");
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

    private sealed record Seen(double First, double Warm, double Processor);

    private sealed record Up(Process Process, string Address) : IDisposable
    {
        public void Dispose() => Process.Dispose();
    }
}
