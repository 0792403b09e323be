using System.Diagnostics;
using System.Globalization;
using DataGrid.Engine.Sessions;
using DataGrid.Gateway;
using DataGrid.Silo;

namespace DataGrid.LoadTests.Benches;

/// <summary>A large workspace over HTTP: 10 000 tables with 100 000 columns and half a million edges between them, and 10 000 runs.</summary>
internal sealed class CatalogBench : IBench
{
    private const int Tables = 10_000;
    private const int Runs = 10_000;
    private const int Fan = 10;
    private const int Requests = 20;
    private const string ApiPath = "/api/v1";

    private static readonly Dictionary<string, string> Pattern = new()
    {
        ["datagrid.yaml"] = "pipeline: gen\n",
        ["models/gen/base.sql"] = $"select {Columns(static column => $"i as c{column}")} from range(10) r(i)\n",
        ["models/gen/made.sql"] = $"select {Columns(static column => string.Join(" + ", Enumerable.Range(column, 5).Select(static of => $"c{of % 10}")) + $" as c{column}")} from gen.base\n",
    };

    public string Name => "catalog";

    public string Description => "10 000 tables, 500 000 column edges and 10 000 runs: building the index, list pages, impact";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var root = context.Fresh("root");
        await using (var silo = await StartAsync(root, context))
        {
            using var http = new HttpClient { BaseAddress = new Uri(silo.GatewayAddress!) };
            MultiplyRuns(root, await HttpBench.RunToEndAsync(http, "gen", Pattern));
        }
        MultiplyTables(root);
        EmbeddedSilo? open = null;
        HttpClient? client = null;
        try
        {
            var measured = await Contest.RunAsync(
                context.Rounds,
                new Contender("building the index", "s", async _ =>
                {
                    client?.Dispose();
                    if (open is not null) await open.DisposeAsync();
                    open = await StartAsync(root, context);
                    client = new HttpClient { BaseAddress = new Uri(open.GatewayAddress!) };
                    var clock = Stopwatch.StartNew();
                    await GetAsync(client, "datasets?limit=1");
                    return clock.Elapsed.TotalSeconds;
                }),
                Page("a page of datasets", "datasets?limit=50&q=n09"),
                Page("a page of runs", "runs?limit=50"),
                Page("a page of runs of one status", "runs?limit=50&status=succeeded"),
                Page("impact of one column", "lineage/impact?target=gen.n00100.c0"),
                Page("impact on everything", "lineage/impact?target=gen.base.c0"),
                Page("a leaf's whole way up", "lineage?target=gen.n09999.c0"));
            return new BenchReport
            {
                Bench = Name,
                Measured = measured,
                Judged =
                [
                    new Judged(measured[0].Name, measured[0].Samples, 10, Unit: "s"),
                    .. measured.Skip(1).Take(3).Select(static page => new Judged(page.Name, page.Samples, 50, Unit: "ms")),
                    .. measured.Skip(4).Select(static answer => new Judged(answer.Name, answer.Samples, 100, Unit: "ms")),
                ],
                Notes = [$"{Tables} tables, {Tables * 10} columns, {Tables * 50} edges, {Runs} runs; pages are the median of {Requests} requests"],
            };
        }
        finally
        {
            client?.Dispose();
            if (open is not null) await open.DisposeAsync();
        }

        Contender Page(string name, string path) => new(name, "ms", async _ =>
        {
            var took = new List<double>();
            for (var request = 0; request < Requests; request++)
            {
                var clock = Stopwatch.StartNew();
                await GetAsync(client!, path);
                took.Add(clock.Elapsed.TotalMilliseconds);
            }
            return Statistics.Median(took);
        });
    }

    private static Task<EmbeddedSilo> StartAsync(string root, BenchContext context) => EmbeddedSilo.StartAsync(
        new SiloOptions { Root = root, Engine = new EngineOptions { TemporaryDirectory = Path.Combine(context.Scratch, "spill") }, Gateway = new GatewayOptions { Port = 0 } }, CancellationToken.None);

    private static async Task GetAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri($"{ApiPath}/{path}", UriKind.Relative));
        await response.Content.ReadAsByteArrayAsync();
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Copies the log and the lineage file of the table that was made, each copy reading another of the copies.</summary>
    private static void MultiplyTables(string root)
    {
        var space = Path.Combine(root, "default", "tables", "gen");
        var log = Path.Combine("_delta_log", "00000000000000000000.json");
        var lineage = Path.GetRelativePath(Path.Combine(space, "made"), Directory.GetFiles(Path.Combine(space, "made", "_datagrid")).Single());
        var texts = new[] { log, lineage }.Select(file => (file, Text: File.ReadAllText(Path.Combine(space, "made", file)))).ToArray();
        for (var number = 1; number < Tables; number++)
        {
            foreach (var (file, text) in texts)
            {
                var copy = Path.Combine(space, NameOf(number), file);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.WriteAllText(copy, Between(text, "gen", "base", number < Fan ? "base" : NameOf(number / Fan), "made", NameOf(number)));
            }
        }
    }

    private static string Between(string text, string space, string from, string source, string to, string target) => text
        .Replace($"{space}.{from}", $"{space}.{source}", StringComparison.Ordinal).Replace($"{space}.{to}", $"{space}.{target}", StringComparison.Ordinal);

    private static void MultiplyRuns(string root, string run)
    {
        var runs = Path.Combine(root, "default", "runs");
        var text = File.ReadAllText(Path.Combine(runs, run, "end.json"));
        for (var number = 1; number < Runs; number++)
        {
            var copy = run[..^8] + number.ToString("x8", CultureInfo.InvariantCulture);
            Directory.CreateDirectory(Path.Combine(runs, copy));
            File.WriteAllText(Path.Combine(runs, copy, "end.json"), text.Replace(run, copy, StringComparison.Ordinal));
        }
    }

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number:00000}");

    private static string Columns(Func<int, string> column) => string.Join(", ", Enumerable.Range(0, 10).Select(column));
}
