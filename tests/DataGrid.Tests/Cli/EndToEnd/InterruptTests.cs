using System.Globalization;
using System.Text.Json;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>What happens beside a run that goes on, and when it is stopped.</summary>
public sealed class InterruptTests : IDisposable
{
    private readonly ProjectFolder _project = ProjectFolder.Endless();

    public void Dispose() => _project.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_stops_the_run_and_leaves_nothing(string signal)
    {
        using var run = await StartAsync();

        await run.SignalAsync(signal);

        Assert.Equal(130, await run.WaitAsync());
        Assert.Equal("cancelled", Last(run).GetProperty("status").GetString());
        Assert.Empty(await _project.VersionsAsync());
        Assert.Empty(_project.StagedFiles());
    }

    [Fact]
    public async Task A_second_process_is_told_who_owns_the_root()
    {
        using var run = await StartAsync();

        var (code, _, error) = await CliProcess.RunAsync("run", _project.Path);

        Assert.Equal(3, code);
        Assert.Contains("root_owned", error, StringComparison.Ordinal);
        Assert.Contains(run.Id.ToString(CultureInfo.InvariantCulture), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_works_while_a_run_goes_on()
    {
        using var run = await StartAsync();

        Assert.Contains("running", await CliProcess.SucceedAsync("runs", "--root", _project.Path), StringComparison.Ordinal);
        Assert.Equal("n\n3\n", await CliProcess.SucceedAsync("query", "select 3 as n", "--format", "csv", "--root", _project.Path));
        Assert.Empty(await _project.VersionsAsync());
    }

    [Fact]
    public async Task Another_process_can_cancel_the_run()
    {
        using var run = await StartAsync();

        await CliProcess.SucceedAsync("cancel", "last", "--root", _project.Path);

        Assert.Equal(1, await run.WaitAsync());
        Assert.Equal("cancelled", Last(run).GetProperty("status").GetString());
        Assert.Empty(await _project.VersionsAsync());
    }

    private async Task<CliProcess> StartAsync()
    {
        var run = CliProcess.Start("run", _project.Path, "--json");
        await run.WaitForLineAsync(static line => line.Contains("step_started", StringComparison.Ordinal) && line.Contains("gold.slow", StringComparison.Ordinal));
        return run;
    }

    private static JsonElement Last(CliProcess run) => JsonDocument.Parse(run.Output.TrimEnd().Split('\n')[^1]).RootElement;
}
