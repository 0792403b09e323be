using System.Net;

namespace DataGrid.Gateway.Tests.Pipelines;

/// <summary>Data that lies on the server, for projects that come without.</summary>
public sealed class DataFolderTests : IAsyncLifetime
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), "datagrid-tests", Guid.NewGuid().ToString("N"), "lake");
    private readonly Bed _bed;

    public DataFolderTests()
    {
        Directory.CreateDirectory(Path.Combine(_data, "2024"));
        File.WriteAllText(Path.Combine(_data, "2024", "orders.csv"), Bed.Files["data/orders.csv"]);
        _bed = new Bed { Options = new GatewayOptions { Port = 0, DataFolders = [_data] } };
    }

    public Task InitializeAsync() => _bed.InitializeAsync();

    public async Task DisposeAsync()
    {
        await _bed.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(_data)!, recursive: true);
    }

    [Fact]
    public async Task A_project_reads_a_folder_of_the_server_under_its_name_and_cannot_bring_its_own()
    {
        var files = new Dictionary<string, string>(Bed.Files) { ["datagrid.yaml"] = Bed.Project.Replace("data/orders.csv", "lake/2024/*.csv", StringComparison.Ordinal) };
        files.Remove("data/orders.csv");
        using var submitted = await _bed.SubmitAsync(files);
        Assert.True(submitted.IsSuccessStatusCode, await submitted.Content.ReadAsStringAsync());
        using var started = await _bed.Http.PostAsync(new Uri("/api/v1/pipelines/shop/runs", UriKind.Relative), null);
        Assert.Equal("{\"status\":\"succeeded\"}", (await _bed.EndAsync((await Bed.JsonAsync(started)).GetProperty("run").GetString()!))[^1].Data);

        files["lake/mine.csv"] = "id\n1\n";
        using var refused = await _bed.SubmitAsync(files);
        await Bed.ProblemAsync(refused, HttpStatusCode.BadRequest, "bundle_invalid");
        Assert.Equal(["2024"], Directory.EnumerateFileSystemEntries(_data).Select(Path.GetFileName));
    }
}
