using System.Text.Json;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>Commands that work with a server, by nothing but its API.</summary>
public sealed class ServerTests : IAsyncLifetime, IDisposable
{
    private const string Nowhere = "http://127.0.0.1:1";
    private readonly string _root = Directory.CreateTempSubdirectory("datagrid-server-").FullName;
    private readonly ProjectFolder _project = ProjectFolder.Small();
    private CliProcess? _up;
    private string _server = "";

    public async Task InitializeAsync()
    {
        _up = CliProcess.Start("up", "--port", "0", "--root", _root);
        await _up.WaitForLineAsync(static line => line.Contains("its API is at", StringComparison.Ordinal));
        _server = _up.Output.Split("its API is at ")[1].Split("/api/v1")[0];
    }

    public async Task DisposeAsync()
    {
        await _up!.SignalAsync("TERM");
        Assert.Equal(0, await _up.WaitAsync());
    }

    public void Dispose()
    {
        _up?.Dispose();
        _project.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_project_is_submitted_watched_and_looked_at_as_if_it_ran_here()
    {
        _project.AddEvents(0);
        // The first address answers nobody.
        var servers = $"{Nowhere},{_server}";
        var (code, output, error) = await CliProcess.RunAsync("submit", _project.Path, "--watch", "--server", servers);
        Assert.True(code == 0, error + output);
        Assert.Contains("silver.events: 45 rows, 5 quarantined", error, StringComparison.Ordinal);
        Assert.Contains("done: small", output, StringComparison.Ordinal);
        Assert.Contains($"--server {servers}", output, StringComparison.Ordinal);

        Assert.Contains("succeeded", await RemoteAsync("runs"), StringComparison.Ordinal);
        Assert.Contains("publishing", await RemoteAsync("logs", "last"), StringComparison.Ordinal);
        Assert.Contains("done: small", await RemoteAsync("logs", "last", "--watch"), StringComparison.Ordinal);
        Assert.Equal("n\n50\n", await RemoteAsync("query", "select count(*) as n from bronze.events", "--format", "csv"));
        Assert.Equal(50, JsonDocument.Parse(await RemoteAsync("query", "from bronze.events", "--json")).RootElement.GetArrayLength());
        Assert.Contains("gold.totals", await RemoteAsync("datasets"), StringComparison.Ordinal);
        Assert.Contains("kind", await RemoteAsync("datasets", "gold.totals"), StringComparison.Ordinal);
        Assert.Contains("raw.events", await RemoteAsync("lineage", "gold.totals"), StringComparison.Ordinal);

        // Here and there are told alike.
        foreach (var command in (string[][])[["datasets", "gold.totals", "--json"], ["history", "bronze.events", "--json"], ["lineage", "gold.totals.total", "--json"], ["lineage", "gold.totals.total"]])
        {
            var (here, there) = (await CliProcess.SucceedAsync([.. command, "--root", _root]), await RemoteAsync(command));
            Assert.Equal(WithoutPlace(here), WithoutPlace(there));
        }
        Assert.Equal(1, (await CliProcess.RunAsync("cancel", "last", "--server", _server)).ExitCode);
    }

    [Fact]
    public async Task Who_stops_watching_leaves_the_run_going_and_is_told_how_to_look_again()
    {
        using var endless = ProjectFolder.Endless();
        using var watch = CliProcess.Start("submit", endless.Path, "--watch", "--json", "--server", _server);
        await watch.WaitForLineAsync(static line => line.Contains("gold.quick", StringComparison.Ordinal));
        await watch.SignalAsync("INT");
        Assert.Equal(130, await watch.WaitAsync());
        Assert.Contains("datagrid logs", watch.Output, StringComparison.Ordinal);

        Assert.Contains("running", await RemoteAsync("runs"), StringComparison.Ordinal);
        await RemoteAsync("cancel", "last");
        var (code, output, _) = await CliProcess.RunAsync("logs", "last", "--watch", "--json", "--server", _server);
        Assert.Equal(1, code);
        var last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Equal("cancelled", JsonDocument.Parse(last).RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Mistakes_are_told_as_everywhere_and_no_key_is_shown()
    {
        const string Key = "dg_0123456789abcdef_verysecret";
        _project.Write("models/gold/totals.sql", "select knd from silver.events");
        _project.AddEvents(0);
        var (code, output, error) = await CliProcess.RunAsync("submit", _project.Path, "--server", _server, "--key", Key, "--verbose");
        Assert.Equal(2, code);
        Assert.Contains("models/gold/totals.sql:1:8", error, StringComparison.Ordinal);
        Assert.Contains("column_unknown", error, StringComparison.Ordinal);
        Assert.DoesNotContain("verysecret", output + error, StringComparison.Ordinal);

        (code, output, error) = await CliProcess.RunAsync("runs", "--server", Nowhere, "--key", Key, "--verbose");
        Assert.Equal(3, code);
        Assert.Contains("server_unreachable", error, StringComparison.Ordinal);
        Assert.DoesNotContain("verysecret", output + error, StringComparison.Ordinal);
        Assert.Equal(2, (await CliProcess.RunAsync("runs", "--server", "localhost")).ExitCode);
        Assert.Equal(2, (await CliProcess.RunAsync("runs", "--server", _server, "--root", _root)).ExitCode);
        Assert.Equal(2, (await CliProcess.RunAsync("submit", _project.Path)).ExitCode);
        Assert.Equal(2, (await CliProcess.RunAsync("query", "select nope", "--server", _server)).ExitCode);
    }

    private async Task<string> RemoteAsync(params string[] args) => await CliProcess.SucceedAsync([.. args, "--server", _server]);

    // Where a table lies is told to who reads it there only.
    private static string WithoutPlace(string text) => string.Join('\n', text.Split('\n').Where(static line => !line.Contains("\"location\"", StringComparison.Ordinal)));
}
