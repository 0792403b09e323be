using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DataGrid.Engine.Sessions;
using DataGrid.Silo;

namespace DataGrid.Gateway.Tests;

/// <summary>A silo with a gateway on a root of its own, and a client of it; gone when disposed. One serves all tests of a class.</summary>
public sealed class Bed : IAsyncLifetime
{
    public const string Project = """
        pipeline: shop
        description: What was sold
        owner: shop@example.com
        sources:
          raw.orders:
            files: data/orders.csv
        parameters:
          least: { type: bigint, default: 0 }
        """;

    private EmbeddedSilo? _silo;

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"));

    public string Root => Path.Combine(Folder, ".datagrid");

    public GatewayOptions Options { get; init; } = new() { Port = 0, Heartbeat = TimeSpan.FromMilliseconds(100) };

    public HttpClient Http { get; private set; } = new();

    public Uri Address => new(_silo!.GatewayAddress!);

    internal EmbeddedSilo Silo => _silo!;

    /// <summary>The files of a small project.</summary>
    public static Dictionary<string, string> Files => new()
    {
        ["datagrid.yaml"] = Project,
        ["data/orders.csv"] = "id,sku,amount\n1,a,10\n2,b,20\n3,a,30\n4,c,-5\n",
        ["models/silver/orders.sql"] = "/* datagrid\nmaterialize: table\nkeys: []\nexpect:\n  - { name: positive, that: \"amount > 0\", otherwise: quarantine }\n*/\nselect id, sku, amount from raw.orders where amount >= $least or amount < 0\n".Replace("keys: []\n", "", StringComparison.Ordinal),
        ["models/gold/by_sku.sql"] = "select sku, sum(amount) as total, count(*) as orders from silver.orders group by sku\n",
    };

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        _silo = await EmbeddedSilo.StartAsync(
            new SiloOptions
            {
                Root = Root,
                Engine = new EngineOptions { MemoryBytes = 1L << 30, Threads = 2, WarmInstances = 1, TemporaryDirectory = Path.Combine(Folder, "spill") },
                Gateway = Options,
            },
            CancellationToken.None);
        Http = new HttpClient { BaseAddress = Address };
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        if (_silo is not null) await _silo.DisposeAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Submits files as JSON.</summary>
    public Task<HttpResponseMessage> SubmitAsync(IReadOnlyDictionary<string, string> files) => Http.PostAsJsonAsync("/api/v1/pipelines", new { files });

    /// <summary>Submits the small project and runs it to its end.</summary>
    /// <returns>The run's id.</returns>
    public async Task<string> RunAsync(object? start = null)
    {
        using var submitted = await SubmitAsync(Files);
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
        using var started = await Http.PostAsJsonAsync("/api/v1/pipelines/shop/runs", start ?? new { });
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        var run = (await JsonAsync(started)).GetProperty("run").GetString()!;
        await EndAsync(run);
        return run;
    }

    /// <summary>Reads a run's events until it has ended.</summary>
    public async Task<List<(string? Id, string Event, string Data)>> EndAsync(string run, long after = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (after > 0) request.Headers.Add("Last-Event-ID", $"{after}");
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode == HttpStatusCode.NoContent) return [];
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await ReadEventsAsync(response, int.MaxValue);
    }

    /// <summary>Reads events of a stream that is open.</summary>
    public static async Task<List<(string? Id, string Event, string Data)>> ReadEventsAsync(HttpResponseMessage response, int most)
    {
        var events = new List<(string?, string, string)>();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (id, name, data) = ((string?)null, "", "");
        while (events.Count < most && await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
            else if (line.StartsWith(':')) events.Add((null, ":", line));
            else if (line.Length == 0 && name.Length > 0)
            {
                events.Add((id, name, data));
                (id, name, data) = (null, "", "");
            }
        }
        return events;
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
        return await JsonAsync(response);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }

    /// <summary>A problem, after checks that all problems must pass.</summary>
    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetTempPath(), text, StringComparison.Ordinal);
        var problem = await JsonAsync(response);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal($"urn:datagrid:error:{code}", problem.GetProperty("type").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("detail").GetString()));
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("title").GetString()));
        return problem;
    }

    /// <summary>Files as a zip archive.</summary>
    public static byte[] Zip(IEnumerable<KeyValuePair<string, string>> files, Action<ZipArchiveEntry>? change = null)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                var entry = archive.CreateEntry(name);
                change?.Invoke(entry);
                using var content = entry.Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return packed.ToArray();
    }

    /// <summary>Submits an archive.</summary>
    public Task<HttpResponseMessage> SubmitZipAsync(byte[] archive) => Http.PostAsync(new Uri("/api/v1/pipelines", UriKind.Relative), new ByteArrayContent(archive) { Headers = { { "Content-Type", "application/zip" } } });
}
