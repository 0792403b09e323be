using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using DataGrid.Engine.Sessions;
using DataGrid.Gateway;
using DataGrid.Silo;

namespace DataGrid.LoadTests.Benches;

/// <summary>The API over real HTTP, its client in the same process: what it gives is shared with whoever asks.</summary>
internal sealed class HttpBench : IBench
{
    private const int Runs = 30;
    private const int Requests = 4_000;
    private const int Askers = 16;
    private const int Watchers = 500;
    private const string ApiPath = "/api/v1";

    private static readonly Dictionary<string, string> Tiny = new()
    {
        ["datagrid.yaml"] = "pipeline: tiny\n",
        ["models/gold/one.sql"] = "/* datagrid\nmaterialize: view\n*/\nselect 1 as one\n",
    };

    private static readonly Dictionary<string, string> Large = new()
    {
        ["datagrid.yaml"] = "pipeline: large\n",
        ["models/gold/rows.sql"] = "select i, hash(i) as h, i % 1000 as k, 'some text ' || i as t from range(4000000) r(i)\n",
    };

    private string _run = "";

    public string Name => "http";

    public string Description => "the API: submit to result, reading a run, downloads, and many watchers of one run";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        await using var silo = await EmbeddedSilo.StartAsync(
            new SiloOptions
            {
                Root = context.Fresh("root"),
                Engine = new EngineOptions { TemporaryDirectory = Path.Combine(context.Scratch, "spill") },
                Gateway = new GatewayOptions { Port = 0 },
            },
            CancellationToken.None);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Watchers + Askers }) { BaseAddress = new Uri(silo.GatewayAddress!) };
        _run = await RunToEndAsync(http, "large", Large);
        var slowest = new List<double>();
        var measured = await Contest.RunAsync(
            context.Rounds,
            new Contender("submit to result, middle", "ms", _ => MiddleAsync(http)),
            new Contender("GET of a run", "1/s", async _ => await ReadRunsAsync(http, slowest)),
            new Contender("download as Parquet", "MB/s", _ => DownloadAsync(http, "parquet")),
            new Contender("download as JSON lines", "MB/s", _ => DownloadAsync(http, "ndjson")),
            new Contender("watchers that missed an event", "", _ => MissedAsync(http)));
        return new BenchReport
        {
            Bench = Name,
            Measured = measured,
            Judged =
            [
                new Judged(measured[0].Name, measured[0].Samples, 30, Unit: "ms"),
                new Judged(measured[1].Name, measured[1].Samples, 2_000, IsAtLeast: true, Unit: "1/s"),
                new Judged("GET of a run, 99 of 100", [.. slowest], 20, Unit: "ms"),
                new Judged(measured[2].Name, measured[2].Samples, 300, IsAtLeast: true, Unit: "MB/s"),
                new Judged(measured[3].Name, measured[3].Samples, 60, IsAtLeast: true, Unit: "MB/s"),
                new Judged(measured[4].Name, measured[4].Samples, 0),
            ],
            Notes = [$"{Askers} askers, {Watchers} watchers; client and server share this process and its processors"],
        };
    }

    private static async Task<double> MiddleAsync(HttpClient http)
    {
        var samples = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            var clock = Stopwatch.StartNew();
            await RunToEndAsync(http, "tiny", Tiny);
            samples.Add(clock.Elapsed.TotalMilliseconds);
        }
        return Statistics.Median(samples);
    }

    private async Task<double> ReadRunsAsync(HttpClient http, List<double> slowest)
    {
        var address = new Uri($"{ApiPath}/runs/{_run}", UriKind.Relative);
        var took = new double[Requests];
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Askers).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < Requests;)
            {
                var one = Stopwatch.GetTimestamp();
                using var response = await http.GetAsync(address);
                response.EnsureSuccessStatusCode();
                await response.Content.ReadAsByteArrayAsync();
                took[number] = Stopwatch.GetElapsedTime(one).TotalMilliseconds;
            }
        }));
        var rate = Requests / clock.Elapsed.TotalSeconds;
        Array.Sort(took);
        slowest.Add(took[Requests * 99 / 100]);
        return rate;
    }

    private static async Task<double> DownloadAsync(HttpClient http, string format)
    {
        var clock = Stopwatch.StartNew();
        using var response = await http.GetAsync(new Uri($"{ApiPath}/datasets/gold.rows/rows?format={format}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[1 << 20];
        long bytes = 0;
        for (int read; (read = await body.ReadAsync(buffer)) > 0;) bytes += read;
        return bytes / 1e6 / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Many watch one run from its start; each must see every number once and the end.</summary>
    private static async Task<double> MissedAsync(HttpClient http)
    {
        using var started = await http.PostAsync(new Uri($"{ApiPath}/pipelines/large/runs", UriKind.Relative), null);
        var run = (await JsonAsync(started)).GetProperty("run").GetString()!;
        var seen = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(_ => WatchAsync(http, run)));
        var most = seen.Max();
        return seen.Count(count => count != most || count <= 0);
    }

    /// <returns>How many events were seen; -1 when one was missed or the end was.</returns>
    private static async Task<int> WatchAsync(HttpClient http, string run)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ApiPath}/runs/{run}/events") { Headers = { { "Accept", "text/event-stream" } } };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (count, isEnded) = (0, false);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal) && line != $"id: {++count}") return -1;
            isEnded |= line == "event: end";
        }
        return isEnded ? count : -1;
    }

    /// <summary>Submits a project, runs it and waits for its end.</summary>
    internal static async Task<string> RunToEndAsync(HttpClient http, string pipeline, Dictionary<string, string> files)
    {
        using var submitted = await http.PostAsJsonAsync($"{ApiPath}/pipelines", new { files });
        submitted.EnsureSuccessStatusCode();
        using var started = await http.PostAsync(new Uri($"{ApiPath}/pipelines/{pipeline}/runs", UriKind.Relative), null);
        started.EnsureSuccessStatusCode();
        var run = (await JsonAsync(started)).GetProperty("run").GetString()!;
        return await WatchAsync(http, run) > 0 ? run : throw new InvalidOperationException($"the story of run {run} is not whole");
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }
}
