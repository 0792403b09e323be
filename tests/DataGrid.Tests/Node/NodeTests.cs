using System.Diagnostics;
using DataGrid.Tests.Tidy;

namespace DataGrid.Tests.Node;

/// <summary>Checkers that are not written in C#, so that they share nothing with what they check. Their packages are fetched once.</summary>
public sealed class NodeTests
{
    [Theory]
    [InlineData("tests/delta-reader")]
    [InlineData("tests/k8s")]
    public async Task The_tests_of_a_folder_pass(string folder)
    {
        var path = Path.Combine(Repository.Root, folder);
        if (!File.Exists(Path.Combine(path, "node_modules", ".package-lock.json")))
        {
            var (fetched, said) = await RunAsync("npm", path, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
            Assert.True(fetched == 0, said);
        }

        var (code, output) = await RunAsync("node", path, "--test", "--test-reporter=spec");

        Assert.True(code == 0 && output.Contains("ℹ pass", StringComparison.Ordinal), output);
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
