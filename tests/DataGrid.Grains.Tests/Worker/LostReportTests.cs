using System.Collections.Immutable;
using System.Reflection;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Silos;
using DataGrid.Core.Datasets;
using DataGrid.Core.Runs;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Local;
using DataGrid.Storage.Runs;
using DataGrid.Storage.Tables;
using DataGrid.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Worker;

/// <summary>What a worker does with its files when it cannot tell whether its report came through.</summary>
public sealed class LostReportTests : IDisposable
{
    private static readonly DatasetName Made = DatasetName.Parse("gold.made");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("datagrid-report-");
    private readonly TableSet _tables;
    private readonly RunStore _runs;

    public LostReportTests()
    {
        var store = LocalObjectStore.Open(Path.Combine(_folder.FullName, "root"));
        var paths = new WorkspacePaths(WorkspaceId.Default);
        _tables = new TableSet(store, paths, new DeltaTableOptions(), TimeProvider.System);
        _runs = new RunStore(store, paths);
    }

    public void Dispose()
    {
        _tables.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Files_of_an_attempt_that_lost_are_removed()
    {
        await RunAsync(static _ => false);

        Assert.Empty(Files());
    }

    [Fact]
    public async Task Files_whose_report_may_have_been_taken_stay_when_a_stage_that_began_anew_does_not_know_them()
    {
        await RunAsync(static call => call == 1 ? throw new SiloUnavailableException("the silo is gone; the call may have run") : false);

        Assert.Single(Files());
    }

    [Theory]
    [InlineData(RunStatus.Running, false, 1)]
    [InlineData(RunStatus.Failed, false, 0)]
    [InlineData(RunStatus.Cancelled, false, 0)]
    [InlineData(RunStatus.Succeeded, false, 0)]
    [InlineData(RunStatus.Succeeded, true, 1)]
    public async Task Files_whose_report_reaches_nobody_are_removed_when_the_run_is_over_without_them(RunStatus status, bool isNamed, int left)
    {
        var record = new RunRecord { Run = RunId.Parse("r1"), Pipeline = PipelineId.Parse("p"), Status = status, Request = new RunRequest { Fingerprint = "f", ProjectDirectory = "/" }, StartedAt = default };
        await (record.IsTerminal ? _runs.WriteEndAsync(record, CancellationToken.None) : _runs.WriteAsync(record, CancellationToken.None));
        await _runs.PutPlanAsync(Plan(isNamed ? "part-a1-0.parquet" : "part-a2-0.parquet"), CancellationToken.None);

        await RunAsync(static _ => throw new SiloUnavailableException("this silo was declared dead"));

        Assert.Equal(left, Files().Length);
    }

    private static PublishPlan Plan(string file) => new()
    {
        Run = RunId.Parse("r1"),
        Pipeline = PipelineId.Parse("p"),
        Number = 1,
        Commits =
        [
            new DatasetCommit
            {
                Dataset = Made,
                Owner = PipelineId.Parse("p"),
                Run = RunId.Parse("r1"),
                Step = Made,
                Kind = RowChange.Replace,
                Columns = [],
                Adds = [new AdoptedFile { File = Written, TablePath = file, WrittenAt = default }],
                Provenance = new VersionProvenance { Run = RunId.Parse("r1"), Pipeline = PipelineId.Parse("p"), Fingerprint = "f", LineageFile = "l", Materialization = Materialization.Table },
            },
        ],
    };

    private static ManifestFile Written =>
        new() { StagedPath = "part-0.parquet", Role = ManifestFileRole.Data, Bytes = 4, Rows = 1, Hash = "a6b027b67ea9f1eb79b98e5d40656a87", Statistics = "{}" };

    private string[] Files() => Directory.GetFiles(_folder.FullName, "*.parquet", SearchOption.AllDirectories);

    /// <summary>Lets a worker do one task; <paramref name="answer"/> is what the stage says to its first, second … report.</summary>
    private async Task RunAsync(Func<int, bool> answer)
    {
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (polls, reports) = (0, 0);
        var grains = new Grains(method => method.Name switch
        {
            "Poll" => Interlocked.Increment(ref polls) == 1 ? Task.FromResult<ImmutableArray<TaskLease>>([Lease()]) : NoneAsync((CancellationToken)method.Arguments[2]!),
            "Heartbeat" => Task.FromResult<ImmutableArray<AttemptId>>([]),
            "Report" => ReportAsync(() => answer(++reports)),
            "Complete" => Done(),
            _ => Task.CompletedTask,
        });
        await using var worker = new TaskWorker(
            grains, WorkspaceId.Default, new OneFile(), _runs, _tables, new Myself(), new TaskLimits { MemoryBytes = 1 << 30, Threads = 1, TemporaryBytes = 1 << 30 },
            new WorkerOptions { PauseAfterFault = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, NullLogger<TaskWorker>.Instance);
        worker.Start();
        await completed.Task.WaitAsync(TimeSpan.FromMinutes(1));

        Task Done()
        {
            completed.TrySetResult();
            return Task.CompletedTask;
        }
    }

    private static async Task<bool> ReportAsync(Func<bool> answer)
    {
        await Task.Yield();
        return answer();
    }

    private static async Task<ImmutableArray<TaskLease>> NoneAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return [];
    }

    private static TaskLease Lease() => new()
    {
        Offer = new TaskOffer
        {
            Task = new TaskSpec
            {
                Task = new TaskId(RunId.Parse("r1"), Made, 0),
                Attempt = AttemptId.Parse("a1"),
                Step = new StepSpec { Name = Made, File = "f", Sql = "select 1", Columns = [], Reads = [], Checks = [] },
                Inputs = [],
                StagingDirectory = "",
                Limits = new TaskLimits { MemoryBytes = 1, Threads = 1, TemporaryBytes = 1 },
            },
            Generation = 1,
        },
        Slots = 1,
    };

    private sealed class Myself : ISiloStatus
    {
        public string Self => "me";

        public bool IsDead(string silo) => false;
    }

    private sealed class OneFile : ITaskExecutor
    {
        public async Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
        {
            Directory.CreateDirectory(task.StagingDirectory);
            await File.WriteAllTextAsync(Path.Combine(task.StagingDirectory, "part-0.parquet"), "rows", cancellationToken);
            return new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Succeeded, Manifest = new Manifest { Files = [Written], Columns = [] } };
        }
    }

    public sealed record Invocation(string Name, object?[] Arguments);

    /// <summary>Grains that answer as the test says.</summary>
    private sealed class Grains(Func<Invocation, object> answer) : IGrainFactory
    {
        public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey
        {
            var grain = DispatchProxy.Create<TGrainInterface, Stand>();
            ((Stand)(object)grain).Answer = answer;
            return grain;
        }

        public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
            where TGrainInterface : IAddressable => throw new NotSupportedException();

        public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();
    }

    /// <summary>What stands for a grain.</summary>
    public class Stand : DispatchProxy
    {
        internal Func<Invocation, object>? Answer { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer!(new Invocation(targetMethod!.Name, args ?? []));
    }
}
