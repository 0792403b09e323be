using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using DataGrid.Contracts.Runs;
using DataGrid.Silo;
using DataGrid.Silo.Telemetry;
using DataGrid.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataGrid.Grains.Tests.Telemetry;

/// <summary>What a silo tells of itself, as its receivers get it.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly TestProject _project = new TestProject()
        .Write("datagrid.yaml", "pipeline: shop\nsources:\n  raw.orders:\n    files: data/orders.csv\n")
        .Write("data/orders.csv", "id,sku\n1,a\n2,b\n")
        .Write("models/silver/orders.sql", "select id, sku from raw.orders\n")
        .Write("models/gold/by_sku.sql", "select sku, count(*) as orders from silver.orders group by sku\n");

    [Fact]
    public async Task A_run_is_one_trace_through_command_grains_worker_child_and_commits()
    {
        await using var receiver = await Receiver.StartAsync();
        var options = _project.Options with
        {
            Telemetry = new TelemetryOptions { OtlpEndpoint = receiver.Address, FlushMilliseconds = 30_000 },
            Worker = new WorkerOptions { Isolation = TaskIsolation.ChildProcess },
            Engine = _project.Options.Engine with { TemporaryDirectory = Path.Combine(_project.Folder, "spill") },
        };
        RunRecord run;
        await using (var silo = await EmbeddedSilo.StartAsync(options, CancellationToken.None)) run = await _project.RunAsync(silo);

        Assert.Null(run.Problem);
        // Another test's silo of this process may be heard too: its spans are of other traces.
        var root = Assert.Single(receiver.Spans, span => span.Name == "datagrid.run" && span.Tags.Contains(run.Run.Value));
        var trace = receiver.Spans.Where(span => span.Trace == root.Trace).ToList();
        var submit = Assert.Single(trace, static span => span.Name == "datagrid.submit");
        Assert.Equal((submit.Id, ""), (root.Parent, submit.Parent));
        var steps = trace.Where(static span => span.Name == "datagrid.step").ToList();
        Assert.Equal(2, steps.Count);
        Assert.All(steps, step => Assert.Equal(root.Id, step.Parent));
        var tasks = trace.Where(static span => span.Name == "datagrid.task").ToList();
        Assert.Equal(steps.Select(static step => step.Id).Order(), tasks.Select(static task => task.Parent).Order());
        Assert.Equal(tasks.Select(static task => task.Id).Order(), trace.Where(static span => span.Name == "datagrid.child").Select(static span => span.Parent).Order());
        var commits = trace.Where(static span => span.Name == "datagrid.commit").ToList();
        Assert.Equal(2, commits.Count);
        Assert.All(commits, commit => Assert.Equal(root.Id, commit.Parent));
        Assert.Contains("datagrid.runs.ended", receiver.Metrics);
        Assert.Contains("datagrid.commits", receiver.Metrics);
    }

    [Fact]
    public async Task The_admin_port_tells_health_and_metrics_until_the_silo_stops()
    {
        using var http = new HttpClient();
        Uri address;
        await using (var silo = await EmbeddedSilo.StartAsync(_project.Options with { Telemetry = new TelemetryOptions { AdminPort = 0, OtlpEndpoint = null } }, CancellationToken.None))
        {
            address = new Uri(silo.AdminAddress!);
            Assert.True(IPAddress.IsLoopback(IPAddress.Parse(address.Host)));
            Assert.Null((await _project.RunAsync(silo)).Problem);
            Assert.Equal("ok\n", await http.GetStringAsync(new Uri(address, "/healthz")));
            using var ready = JsonDocument.Parse(await http.GetStringAsync(new Uri(address, "/readyz")));
            Assert.True(ready.RootElement.GetProperty("ready").GetBoolean());
            Assert.Equal(["metadata", "grains", "store"], ready.RootElement.GetProperty("dependencies").EnumerateArray().Select(static each => each.GetProperty("name").GetString()!));
            var metrics = await http.GetStringAsync(new Uri(address, "/metrics"));
            Assert.Contains("# TYPE datagrid_runs_ended_total counter\n", metrics, StringComparison.Ordinal);
            Assert.Contains("datagrid_runs_ended_total{status=\"Succeeded\"} ", metrics, StringComparison.Ordinal);
            Assert.Contains("datagrid_commits_total{result=\"Committed\"} ", metrics, StringComparison.Ordinal);
            Assert.Contains("datagrid_task_duration_seconds_bucket{le=\"+Inf\"} ", metrics, StringComparison.Ordinal);
            Assert.All(metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => Assert.Matches(@"^(# (HELP|TYPE) [a-z_0-9]+ .+|[a-z_0-9]+(\{[^}]*\})? [-+0-9.Ee]+)$", line));
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(address, "/other"))).StatusCode);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.PostAsync(new Uri(address, "/metrics"), null)).StatusCode);
        }
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri(address, "/healthz")));
    }

    public void Dispose() => _project.Dispose();

    private sealed record Span(string Trace, string Id, string Parent, string Name, string Tags);

    /// <summary>A receiver of OTLP over http/protobuf that reads what it needs of the messages.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _server;

        private Receiver(WebApplication server) => _server = server;

        public ConcurrentBag<Span> Spans { get; } = [];

        public ConcurrentBag<string> Metrics { get; } = [];

        public string Address => _server.Urls.First();

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var receiver = new Receiver(builder.Build());
            receiver._server.Run(receiver.TakeAsync);
            await receiver._server.StartAsync();
            return receiver;
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task TakeAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            // Resource, then scope, then the spans or metrics: each a field 2 of the one before, in a field 1 of the request.
            foreach (var resource in Fields(body.ToArray(), 1))
                foreach (var scope in Fields(resource, 2))
                    foreach (var entry in Fields(scope, 2))
                    {
                        if (http.Request.Path == "/v1/metrics") Metrics.Add(Text(entry, 1));
                        else Spans.Add(new Span(Hex(entry, 1), Hex(entry, 2), Hex(entry, 4), Text(entry, 5), string.Join(' ', Fields(entry, 9).Select(static tag => System.Text.Encoding.UTF8.GetString(tag)))));
                    }
            http.Response.ContentType = "application/x-protobuf";
        }

        private static string Hex(byte[] message, int field) => Convert.ToHexString(Fields(message, field).FirstOrDefault([]));

        private static string Text(byte[] message, int field) => System.Text.Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault([]));

        /// <summary>The fields of a number that have bytes; others are passed over.</summary>
        private static IEnumerable<byte[]> Fields(byte[] message, int wanted)
        {
            for (var at = 0; at < message.Length;)
            {
                var key = Number(message, ref at);
                switch (key & 7)
                {
                    case 0:
                        Number(message, ref at);
                        break;
                    case 1:
                        at += 8;
                        break;
                    case 2:
                        var length = (int)Number(message, ref at);
                        if (key >> 3 == (ulong)wanted) yield return message[at..(at + length)];
                        at += length;
                        break;
                    case 5:
                        at += 4;
                        break;
                    default:
                        throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"no field begins with {key}"));
                }
            }
        }

        private static ulong Number(byte[] message, ref int at)
        {
            ulong number = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = message[at++];
                number |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80) return number;
            }
        }
    }
}
