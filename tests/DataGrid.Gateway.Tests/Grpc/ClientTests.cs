using System.Diagnostics;

namespace DataGrid.Gateway.Tests.Grpc;

/// <summary>The gRPC API, by a client that shares no code with it: <c>tests/grpc-client</c>, on gRPC's own packages of npm. They are fetched once.</summary>
public sealed class ClientTests(Bed bed) : IClassFixture<Bed>
{
    [Fact]
    public async Task The_client_of_another_language_gets_what_it_should()
    {
        var folder = Path.Combine(RepositoryRoot(), "tests", "grpc-client");
        if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
        {
            var (fetched, said) = await RunAsync("npm", folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
            Assert.True(fetched == 0, said);
        }

        var (code, output) = await RunAsync("node", folder, "--test", "--test-reporter=spec");

        Assert.True(code == 0 && output.Contains("ℹ pass", StringComparison.Ordinal), output);
    }

    private async Task<(int Code, string Output)> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DATAGRID_ADDRESS"] = bed.Address.Authority;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DataGrid.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository's root was not found above the test's folder.");
        return folder;
    }
}
