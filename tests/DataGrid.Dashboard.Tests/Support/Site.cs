using System.Net.Http.Json;
using System.Text.Json;
using DataGrid.Engine.Sessions;
using DataGrid.Gateway;
using DataGrid.Silo;

namespace DataGrid.Dashboard.Tests.Support;

/// <summary>A silo with a gateway on a root of its own; gone when disposed.</summary>
public sealed class Site : IAsyncDisposable
{
    private readonly EmbeddedSilo _silo;

    private Site(string folder, EmbeddedSilo silo) => (Folder, _silo, Http) = (folder, silo, new HttpClient { BaseAddress = new Uri(silo.GatewayAddress!) });

    public string Folder { get; }

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    public string Root => RootOf(Folder);

    public static async Task<Site> StartAsync(Func<string, Task>? prepare = null, bool needsKeys = false)
    {
        var folder = Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        if (prepare is not null) await prepare(RootOf(folder));
        var silo = await EmbeddedSilo.StartAsync(
            new SiloOptions
            {
                Root = RootOf(folder),
                Engine = new EngineOptions { MemoryBytes = 1L << 30, Threads = 2, WarmInstances = 1, TemporaryDirectory = Path.Combine(folder, "spill") },
                Gateway = new GatewayOptions { Port = 0, NeedsKeys = needsKeys },
            },
            CancellationToken.None);
        return new Site(folder, silo);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _silo.DisposeAsync();
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Submits files.</summary>
    public async Task SubmitAsync(IReadOnlyDictionary<string, string> files)
    {
        using var submitted = await Http.PostAsJsonAsync("/api/v1/pipelines", new { files });
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
    }

    /// <summary>Submits the tutorial's project and runs it to its end.</summary>
    /// <returns>The run's id.</returns>
    public async Task<string> RunTutorialAsync()
    {
        await SubmitAsync(TutorialFiles());
        using var started = await Http.PostAsJsonAsync("/api/v1/pipelines/coffee/runs", new { });
        using var document = JsonDocument.Parse(await started.Content.ReadAsStringAsync());
        var run = document.RootElement.GetProperty("run").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events") { Headers = { { "Accept", "text/event-stream" } } };
        // The stream ends with the run.
        using var told = await Http.SendAsync(request);
        Assert.Contains("\"succeeded\"", await told.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return run;
    }

    public static string RepositoryRoot { get; } = FindRepository();

    private static Dictionary<string, string> TutorialFiles()
    {
        var folder = Path.Combine(RepositoryRoot, "examples", "tutorial");
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(static name => name == "datagrid.yaml" || name.StartsWith("models/", StringComparison.Ordinal) || name.StartsWith("data/", StringComparison.Ordinal))
            .ToDictionary(static name => name, name => File.ReadAllText(Path.Combine(folder, name)));
    }

    private static string RootOf(string folder) => Path.Combine(folder, ".datagrid");

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "DataGrid.sln"))) return folder.FullName;
        throw new InvalidOperationException("the tests were not started inside the repository");
    }
}
