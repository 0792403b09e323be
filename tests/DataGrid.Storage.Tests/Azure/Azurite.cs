using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using DataGrid.Storage.Azure;
using DataGrid.Storage.Remote;

namespace DataGrid.Storage.Tests.Azure;

/// <summary>Azure's own emulator as a process, for all tests of the collection; each test has a container of its own.</summary>
public sealed class Azurite : IAsyncLifetime
{
    /// <summary>The account and the key that every emulator has.</summary>
    public const string Account = "devstoreaccount1";
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    public const string KeyVariable = "DATAGRID_TEST_AZURE_KEY";
    public const string ConnectionVariable = "DATAGRID_TEST_AZURE_CONNECTION";

    private Process? _process;
    private int _containers;

    public string Endpoint { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var script = Path.Combine(Root(), "tests", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (!File.Exists(script)) throw new InvalidOperationException("The emulator is not installed: run npm ci --ignore-scripts in tests/azurite.");
        for (var attempt = 1; ; attempt++)
        {
            if (await StartAsync(script, FreePort())) break;
            if (attempt == 3) throw new InvalidOperationException("The emulator did not start.");
        }
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        Environment.SetEnvironmentVariable(ConnectionVariable, $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint};");
    }

    /// <summary>A new container.</summary>
    public async Task<AzureStoreOptions> ContainerAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref _containers)}");
        await new BlobServiceClient(Environment.GetEnvironmentVariable(ConnectionVariable)).CreateBlobContainerAsync(name);
        return new AzureStoreOptions
        {
            Container = name,
            Prefix = "root/with space",
            Account = Account,
            Endpoint = Endpoint,
            AccountKeyVariable = KeyVariable,
            Requests = new RemoteStoreOptions { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5), PartBytes = 5 << 20 },
        };
    }

    public async Task DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> StartAsync(string script, int port)
    {
        string[] arguments = [script, "--blobHost", "127.0.0.1", "--blobPort", port.ToString(CultureInfo.InvariantCulture), "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"];
        _process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Account}");
        var listens = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, said) =>
        {
            if (said.Data is null) listens.TrySetResult(false);
            else if (said.Data.Contains("successfully listens", StringComparison.Ordinal)) listens.TrySetResult(true);
        };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return await listens.Task;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DataGrid.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The repository was not found above the tests.");
        return folder;
    }
}

/// <summary>Tests that share the emulator.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteTests : ICollectionFixture<Azurite>
{
    public const string Name = "azurite";
}
