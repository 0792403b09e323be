using System.Text.RegularExpressions;
using System.Text.Json;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>Silos on this machine, started and given work with the command.</summary>
public sealed class ClusterTests : IDisposable
{
    // PostgreSQL started by the superuser runs as somebody who must be able to reach the folder.
    private readonly string _root = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "datagrid-up-" + Guid.NewGuid().ToString("N"))).FullName;
    private readonly ProjectFolder _project = ProjectFolder.Small();

    public void Dispose()
    {
        _project.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(1, "one silo runs", "metadata")]
    [InlineData(2, "2 silos run", "postgres")]
    public async Task Silos_run_projects_that_other_commands_give_them_also_after_their_metadata_are_lost(int silos, string ready, string metadata)
    {
        for (var round = 0; round < 2; round++)
        {
            _project.AddEvents(round);
            using var up = CliProcess.Start("up", "--silos", $"{silos}", "--root", _root);
            await up.WaitForLineAsync(line => line.Contains(ready, StringComparison.Ordinal));

            await CliProcess.SucceedAsync("run", _project.Path, "--cluster", "--root", _root);
            Assert.Contains("nothing was lost", await CliProcess.SucceedAsync("recover", "--root", _root), StringComparison.Ordinal);
            await up.SignalAsync("TERM");

            Assert.True(await up.WaitAsync() == 0, $"{up.Output}\n{up.Error}");
            Assert.False(File.Exists(Path.Combine(_root, "postgres", "data", "postmaster.pid")));
            Directory.Delete(Path.Combine(_root, metadata), recursive: true);
            Assert.Equal($"n\n{50 * (round + 1)}\n", await CliProcess.SucceedAsync("query", "select count(*) as n from bronze.events", "--format", "csv", "--root", _root));
        }

        Assert.False(File.Exists(Path.Combine(_root, "cluster.json")));
    }

    [Fact]
    public async Task A_run_goes_on_when_the_command_that_asked_for_it_is_killed()
    {
        _project.AddEvents(0);
        using var up = CliProcess.Start("up", "--silos", "2", "--root", _root);
        await up.WaitForLineAsync(line => line.Contains("2 silos run", StringComparison.Ordinal));
        using (var run = CliProcess.Start("run", _project.Path, "--cluster", "--json", "--root", _root))
        {
            await run.WaitForLineAsync(line => line.Contains("started", StringComparison.Ordinal));
            await run.SignalAsync("KILL");
            await run.WaitAsync();
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await CliProcess.SucceedAsync("runs", "--root", _root)).Contains("succeeded", StringComparison.Ordinal))
            await Task.Delay(100, patience.Token);
        await up.SignalAsync("TERM");
        Assert.Equal(0, await up.WaitAsync());
    }

    [Fact]
    public async Task Every_silo_lets_submitted_projects_read_the_folder_that_was_named()
    {
        var data = Directory.CreateDirectory(Path.Combine(_root, "elsewhere", "shared")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "some.csv"), "n\n1\n2\n");
        var project = Directory.CreateDirectory(Path.Combine(_root, "reader")).FullName;
        Directory.CreateDirectory(Path.Combine(project, "models", "gold"));
        await File.WriteAllTextAsync(Path.Combine(project, "datagrid.yaml"), "pipeline: reader\nsources:\n  raw.shared:\n    files: shared/*.csv\n");
        await File.WriteAllTextAsync(Path.Combine(project, "models", "gold", "both.sql"), "select n from raw.shared\n");
        using var up = CliProcess.Start("up", "--silos", "2", "--port", "0", "--root", Path.Combine(_root, "lake"), "--data", data);
        await up.WaitForLineAsync(line => line.Contains("2 silos run", StringComparison.Ordinal));

        foreach (var server in Regex.Matches(up.Output, "http://[0-9.:]+").Select(static match => match.Value).Distinct())
            Assert.Contains("gold.both", await CliProcess.SucceedAsync("submit", project, "--watch", "--server", server), StringComparison.Ordinal);
        Assert.Equal("n\n2\n", await CliProcess.SucceedAsync("query", "select count(*) as n from gold.both", "--format", "csv", "--root", Path.Combine(_root, "lake")));
        await up.SignalAsync("TERM");
        Assert.Equal(0, await up.WaitAsync());
    }

    [Fact]
    public async Task Without_silos_a_run_for_them_says_how_to_start_some()
    {
        var (code, _, error) = await CliProcess.RunAsync("run", _project.Path, "--cluster", "--root", _root);

        Assert.Equal(3, code);
        Assert.Contains("datagrid up --silos", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silos_file_is_checked_with_every_mistake_at_once()
    {
        const string Secret = "s3cr3t-Pa55word";
        var file = Path.Combine(_root, "silo.yaml");
        foreach (var (text, mistakes) in new[]
        {
            ($"clutser: sales\nroot: .\nmetadata: postgres://u:{Secret}\nlisten: nowhere\n", (string[])["Did you mean 'cluster'?", "'listen' is no address"]),
            ($"cluster: sales\nroot: nowhere\nmetadata: Host=127.0.0.1;Database=d;Password={Secret}\n", ["is no folder"]),
            ($"cluster: sales\nroot: .\nmetadata: postgres://u:{Secret}\n", ["the metadata connection cannot be read"]),
        })
        {
            await File.WriteAllTextAsync(file, text);

            var (code, output, error) = await CliProcess.RunAsync("silo", "--config", file, "--check", "--json");

            Assert.Equal(2, code);
            Assert.DoesNotContain(Secret, output + error, StringComparison.Ordinal);
            using var document = JsonDocument.Parse(output);
            Assert.Equal(mistakes.Length, document.RootElement.GetProperty("problems").GetArrayLength());
            Assert.All(mistakes, mistake => Assert.Contains(mistake, output, StringComparison.Ordinal));
        }

        await File.WriteAllTextAsync(file, $"cluster: sales\nroot: .\nmetadata: Host=127.0.0.1;Database=d;Password={Secret}\n");
        var said = await CliProcess.SucceedAsync("silo", "--config", file, "--check");
        Assert.Contains("127.0.0.1:5432/d", said, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
    }
}
