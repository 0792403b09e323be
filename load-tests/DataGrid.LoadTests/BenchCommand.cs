using System.Globalization;
using DataGrid.Contracts.Json;
using DataGrid.LoadTests.Benches;

namespace DataGrid.LoadTests;

/// <summary><c>bench NAME… [--rounds N]</c>: runs benchmarks, prints what they came to and writes it to <c>artifacts/bench</c>.</summary>
internal static class BenchCommand
{
    private const int DefaultRounds = 5;

    private static readonly IBench[] Benches =
    [
        new FlightsBench(), new ClusterFlightsBench(), new QueryBench(), new ChecksBench(), new CommitsBench(), new ValidateBench(), new StartBench(), new MemoryBench(), new MetadataBench(),
#if !ORLEANS
        new CallsBench(), new ClusterBench(),
#endif
        new TasksBench(), new EmptyRunBench(), new HttpBench(), new CatalogBench(),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (args is ["script", var data, var output, .. var flags])
        {
            Console.WriteLine(FlightsScript.Run(data, output, withChecks: !flags.Contains("--no-checks")));
            return 0;
        }
        var names = new List<string>();
        var rounds = DefaultRounds;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--rounds" && i + 1 < args.Length && int.TryParse(args[i + 1], out rounds) && rounds > 0) i++;
            else names.Add(args[i]);
        }
        var chosen = Benches.Where(bench => names.Contains("all") || names.Contains(bench.Name)).ToList();
        if (chosen.Count == 0 || names.Any(name => name != "all" && Benches.All(bench => bench.Name != name)))
        {
            Console.Error.WriteLine("usage: load-tests/bench NAME… [--rounds N]");
            foreach (var bench in Benches) Console.Error.WriteLine($"  {bench.Name,-16}{bench.Description}");
            Console.Error.WriteLine("  all       every one of them");
            return 2;
        }
        var isMet = true;
        foreach (var bench in chosen) isMet &= await RunOneAsync(bench, rounds);
        return isMet ? 0 : 1;
    }

    private static async Task<bool> RunOneAsync(IBench bench, int rounds)
    {
        Console.Error.WriteLine($"{bench.Name}: {bench.Description}");
        var repository = FindRepository();
        var scratch = Directory.CreateTempSubdirectory("datagrid-bench-").FullName;
        try
        {
            var report = await bench.RunAsync(new BenchContext(repository, scratch, rounds));
            Print(report);
            var folder = Directory.CreateDirectory(Path.Combine(repository, "artifacts/bench")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, bench.Name + ".json"), DataGridJson.ToIndentedText(report) + "\n");
            return report.Judged.All(static judged => judged.IsMet);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Print(BenchReport report)
    {
        Console.WriteLine();
        Console.WriteLine($"{report.Bench,-44}{"min",10}{"median",10}{"max",10}");
        foreach (var measured in report.Measured)
            Console.WriteLine($"  {measured.Name + " (" + measured.Unit + ")",-42}{measured.Samples.Min(),10:0.0##}{Statistics.Median(measured.Samples),10:0.0##}{measured.Samples.Max(),10:0.0##}");
        foreach (var judged in report.Judged)
        {
            var name = judged.Name + (judged.Unit.Length > 0 ? $" ({judged.Unit})" : "");
            Console.WriteLine(
                $"  {name,-42}{judged.Values.Min(),10:0.00}{Statistics.Median(judged.Values),10:0.00}{judged.Values.Max(),10:0.00}" +
                $"   {(judged.IsAtLeast ? "at least" : "at most")} {judged.Target:0.0##}: {(judged.IsMet ? "met" : "MISSED")}");
        }
        foreach (var note in report.Notes) Console.WriteLine("  " + note);
        Console.WriteLine();
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DataGrid.sln"))) return folder.FullName;
        throw new InvalidOperationException("start it inside the repository, with load-tests/bench");
    }
}
