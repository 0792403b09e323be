using System.Collections.Immutable;
using System.Runtime.Versioning;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Tests;
using DataGrid.Worker.Children;

namespace DataGrid.Worker.Tests;

/// <summary>What a child is and may, as the kernel tells it.</summary>
[SupportedOSPlatform("linux")]
public sealed class ChildBoundsTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ChildKit? _kit;

    [Fact]
    public async Task A_child_has_none_of_the_silos_variables()
    {
        Environment.SetEnvironmentVariable("DATAGRID_TEST_SECRET", "do not tell");
        var child = await StartAsync(new ChildOptions());
        var variables = ChildKit.Read(child, "environ").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["DOTNET_DbgEnableMiniDump", "DOTNET_EnableDiagnostics", "DOTNET_GCHeapHardLimit", "DOTNET_TieredPGO", "HOME", "LANG", "PATH", "TMPDIR"],
            variables.Select(static variable => variable.Split('=')[0]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(variables, static variable => variable.Contains("do not tell", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_child_is_bound_before_it_takes_a_task()
    {
        var child = await StartAsync(new ChildOptions());
        var limits = ChildKit.Read(child, "limits").Split('\n').ToDictionary(static line => line[..Math.Min(26, line.Length)].Trim(), static line => line);
        Assert.Matches(@"\s0\s+0\s", limits["Max core file size"]);
        Assert.DoesNotContain("unlimited", limits["Max data size"], StringComparison.Ordinal);
        Assert.Equal("800", ChildKit.Read(child, "oom_score_adj").Trim());
        Assert.Contains("NoNewPrivs:\t1", ChildKit.Read(child, "status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_loads_the_engine_and_nothing_of_the_cluster()
    {
        var child = await StartAsync(new ChildOptions());
        Assert.Equal(TaskOutcome.Succeeded, (await RunAsync("SELECT 1 AS a")).Outcome);
        var loaded = ChildKit.Read(child, "maps").Split('\n').Select(static line => Path.GetFileName(line.Split(' ')[^1])).Where(static name => name.EndsWith(".dll", StringComparison.Ordinal)).ToImmutableHashSet();
        Assert.Contains("DataGrid.Engine.dll", loaded);
        // What attributes of messages are called is read from the grain API's assembly; nothing of it runs.
        Assert.Empty(loaded.Intersect(["DataGrid.Storage.dll", "YamlDotNet.dll", "Orleans.Runtime.dll", "Spectre.Console.dll", "Microsoft.AspNetCore.dll", "OpenTelemetry.dll"]));
    }

    [Fact]
    public async Task A_child_runs_as_another_user_where_the_silo_is_root_and_is_refused_elsewhere()
    {
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        var options = new ChildOptions { RunAsUser = 65534 };
        if (!Environment.IsPrivilegedProcess)
        {
            _kit = new ChildKit(_folder.Folder("kit"), 1, options);
            Assert.Contains("only a silo that runs as root", (await RunAsync("SELECT 1 AS a")).Problem!.Message, StringComparison.Ordinal);
            return;
        }
        var child = await StartAsync(options);
        Assert.Contains("Uid:\t65534\t65534\t65534\t65534", ChildKit.Read(child, "status"), StringComparison.Ordinal);
        Assert.Contains("Groups:\t", ChildKit.Read(child, "status"), StringComparison.Ordinal);
        var result = await RunAsync("SELECT i AS a FROM range(10) r(i)");
        Assert.Null(result.Problem);
        Assert.True(File.Exists(Path.Combine(_folder["staging"], result.Manifest!.Files[0].StagedPath)));
    }

    public Task InitializeAsync() => System.Threading.Tasks.Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_kit is not null) await _kit.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<int> StartAsync(ChildOptions options)
    {
        _kit = new ChildKit(_folder.Folder("kit"), 1, options);
        return await _kit.ProcessAsync();
    }

    private Task<TaskResult> RunAsync(string sql) => _kit!.Executor.ExecuteAsync(
        new TaskSpec
        {
            Task = new TaskId(RunId.Parse("run-1"), DatasetName.Parse("silver.result"), 0),
            Attempt = AttemptId.Create(Guid.Empty),
            Step = new StepSpec { Name = DatasetName.Parse("silver.result"), File = "models/silver/result.sql", Sql = sql, Columns = [], Reads = [] },
            Inputs = [],
            StagingDirectory = _folder["staging"],
            Limits = new TaskLimits { MemoryBytes = 256L << 20, Threads = 1, TemporaryBytes = 1L << 30 },
        },
        new Progress<TaskProgress>(),
        CancellationToken.None);
}
