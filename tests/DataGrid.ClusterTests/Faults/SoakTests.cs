using System.Diagnostics;
using Xunit.Abstractions;

namespace DataGrid.ClusterTests.Faults;

/// <summary>A short nemesis: random work while silos are killed, stopped and cut off and their database dies; a checker that shares no code with DataGrid compares the tables with the input.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The same seed makes the same decisions in the same order; <c>DATAGRID_FAULT_SEED</c> takes another.</summary>
    [Fact]
    public async Task Random_faults_lose_no_row_double_none_and_leave_nothing_without_an_end()
    {
        var seed = Environment.GetEnvironmentVariable("DATAGRID_FAULT_SEED") is { Length: > 0 } chosen ? chosen : "7";
        var top = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(top, "DataGrid.sln"))) top = Path.GetDirectoryName(top)!;
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = top };
        foreach (var word in (string[])[Path.Combine(top, "load-tests", "nemesis"), "--seed", seed, "--minutes", "0.25", "--cli", Path.Combine(AppContext.BaseDirectory, "datagrid.dll")]) start.ArgumentList.Add(word);
        using var nemesis = Process.Start(start)!;
        try
        {
            var (said, complained) = (nemesis.StandardOutput.ReadToEndAsync(), nemesis.StandardError.ReadToEndAsync());
            await nemesis.WaitForExitAsync().WaitAsync(Limit);
            output.WriteLine(await said);
            Assert.True(nemesis.ExitCode == 0, $"seed {seed}: {await said}\n{await complained}");
        }
        finally
        {
            if (!nemesis.HasExited) nemesis.Kill(entireProcessTree: true);
        }
    }
}
