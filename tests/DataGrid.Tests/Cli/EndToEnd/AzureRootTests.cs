using Azure.Storage.Blobs;
using DataGrid.Storage.Tests.Azure;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>A root in a container of Azure's own emulator: the same commands, the same tables.</summary>
[Collection(AzuriteTests.Name)]
public sealed class AzureRootTests(Azurite emulator) : IDisposable
{
    private readonly ProjectFolder _project = ProjectFolder.Small();
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("datagrid-state-");

    [Fact]
    public async Task Tables_in_a_container_come_out_as_those_in_a_folder()
    {
        var connection = Environment.GetEnvironmentVariable(Azurite.ConnectionVariable)!;
        var container = "lake-" + Guid.NewGuid().ToString("N")[..8];
        await new BlobServiceClient(connection).CreateBlobContainerAsync(container);
        var root = $"az://{container}/some prefix";
        foreach (var round in new[] { 1, 2 })
        {
            _project.AddEvents(round);
            CliProcess.Variables.Value = null;
            await CliProcess.SucceedAsync("run", _project.Path);
            CliProcess.Variables.Value = Variables(connection);
            await CliProcess.SucceedAsync("run", _project.Path, "--root", root);
        }

        var remote = await ProjectFolder.ContentAsync(root);
        Assert.Contains("bronze.events@1", await CliProcess.SucceedAsync("history", "silver.events", "--root", root), StringComparison.Ordinal);
        CliProcess.Variables.Value = null;
        Assert.Equal(await _project.ContentAsync(), remote);
        Assert.Contains(emulator.Endpoint, connection, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _project.Dispose();
        _state.Delete(recursive: true);
    }

    private Dictionary<string, string> Variables(string connection) => new() { ["AZURE_STORAGE_CONNECTION_STRING"] = connection, ["DATAGRID_STATE"] = _state.FullName };
}
