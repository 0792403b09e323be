using System.Text;
using DataGrid.FakeS3;

namespace DataGrid.Tests.Cli.EndToEnd;

/// <summary>A root in a bucket: the same commands, the same tables.</summary>
public sealed class RemoteRootTests : IAsyncLifetime
{
    private const string Root = "s3://lake/some prefix";

    private readonly ProjectFolder _project = ProjectFolder.Small();
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("datagrid-state-");
    private FakeS3Server _server = null!; // Set before each test.

    public async Task InitializeAsync() => _server = await FakeS3Server.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _project.Dispose();
        _state.Delete(recursive: true);
    }

    [Fact]
    public async Task Tables_in_a_bucket_come_out_as_those_in_a_folder_though_the_bucket_fails_now_and_then()
    {
        var chance = new Random(5);
        FakeFault?[] faults = [null, null, FakeFault.ReplyLost, FakeFault.DoneButFailed, FakeFault.Internal, FakeFault.Reset, FakeFault.SlowDown];
        _server.Fault = request =>
        {
            lock (chance) return chance.Next(10) == 0 || request.IsConditional && chance.Next(2) == 0 ? faults[chance.Next(faults.Length)] : null;
        };
        foreach (var round in new[] { 1, 2 })
        {
            _project.AddEvents(round);
            CliProcess.Variables.Value = null;
            await CliProcess.SucceedAsync("run", _project.Path);
            CliProcess.Variables.Value = Variables();
            await CliProcess.SucceedAsync("run", _project.Path, "--root", Root);
        }
        _server.Fault = static _ => null;

        var remote = await ProjectFolder.ContentAsync(Root);
        CliProcess.Variables.Value = null;
        Assert.Equal(await _project.ContentAsync(), remote);
        Assert.Equal(0, _server.Content.OpenUploads);
        Assert.DoesNotContain(_state.EnumerateFiles("*.parquet", SearchOption.AllDirectories), static file => file.FullName.Contains("staging", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reading_and_upkeep_work_and_another_state_may_read_but_not_run()
    {
        CliProcess.Variables.Value = Variables();
        _project.AddEvents(1);
        Assert.Contains($"the tables are in {Root}/default/tables", await CliProcess.SucceedAsync("run", _project.Path, "--root", Root), StringComparison.Ordinal);

        Assert.Contains("bronze.events@0", await CliProcess.SucceedAsync("history", "silver.events", "--root", Root), StringComparison.Ordinal);
        Assert.Contains("raw.events.amount", await CliProcess.SucceedAsync("lineage", "gold.totals.total", "--root", Root), StringComparison.Ordinal);
        await CliProcess.SucceedAsync("vacuum", "silver.events", "--root", Root);
        await CliProcess.SucceedAsync("compact", "bronze.events", "--root", Root);

        CliProcess.Variables.Value = Variables("other");
        Assert.Contains("50", await CliProcess.SucceedAsync("query", "select count(*) as n from bronze.events", "--root", Root), StringComparison.Ordinal);
        var (code, _, error) = await CliProcess.RunAsync("run", _project.Path, "--root", Root);
        Assert.Equal(3, code);
        Assert.Contains("root_owned", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_credentials_are_told_and_not_shown()
    {
        CliProcess.Variables.Value = Variables();
        CliProcess.Variables.Value["AWS_SECRET_ACCESS_KEY"] = "a-wrong-secret";

        var (code, output, error) = await CliProcess.RunAsync("query", "select 1 from gold.totals", "--root", Root, "--verbose");

        Assert.Equal(3, code);
        Assert.Contains("does not accept the credentials", error, StringComparison.Ordinal);
        Assert.DoesNotContain("a-wrong-secret", output + error, StringComparison.Ordinal);
        Assert.DoesNotContain(FakeS3Server.AccessKey, output + error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_local_root_loads_no_SDK_of_a_store()
    {
        var trace = Path.Combine(_state.FullName, "loads.nettrace");
        CliProcess.Variables.Value = new()
        {
            ["DOTNET_EnableEventPipe"] = "1", ["DOTNET_EventPipeConfig"] = "Microsoft-Windows-DotNETRuntime:0x8:4", ["DOTNET_EventPipeOutputPath"] = trace,
        };
        _project.AddEvents(1);
        await CliProcess.SucceedAsync("run", _project.Path);

        var loaded = Encoding.Unicode.GetString(await File.ReadAllBytesAsync(trace)) + Encoding.Unicode.GetString((await File.ReadAllBytesAsync(trace))[1..]);

        Assert.Contains("DataGrid.Storage.dll", loaded, StringComparison.Ordinal);
        foreach (var sdk in new[] { "AWSSDK", "Azure.Core", "Azure.Storage", "DataGrid.Storage.S3", "DataGrid.Storage.Azure" }) Assert.DoesNotContain(sdk, loaded, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Variables(string state = "state") => new()
    {
        ["AWS_ACCESS_KEY_ID"] = FakeS3Server.AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = FakeS3Server.SecretKey,
        ["DATAGRID_S3_ENDPOINT"] = _server.Endpoint,
        ["DATAGRID_S3_REGION"] = FakeS3Server.Region,
        ["DATAGRID_STATE"] = Path.Combine(_state.FullName, state),
    };
}
