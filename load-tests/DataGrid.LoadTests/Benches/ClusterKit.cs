#if !ORLEANS
using System.Threading.Channels;
using DataGrid.Contracts;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Sessions;
using DataGrid.Metadata.Postgres;
using DataGrid.Metadata.Postgres.Local;
using DataGrid.Silo;
using DataGrid.Silo.Cluster;
using DataGrid.Worker;

namespace DataGrid.LoadTests.Benches;

/// <summary>Three silos in this process on one PostgreSQL that writes durably, and one root.</summary>
internal sealed class ClusterKit : IAsyncDisposable
{
    public const int Silos = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly List<ClusterSilo> _silos = [];

    public IReadOnlyList<ClusterSilo> All => _silos;

    /// <summary>A database server for all clusters of a benchmark.</summary>
    public static async Task<LocalPostgres> DatabaseAsync(BenchContext context) => await LocalPostgres.StartAsync(
        await PostgresBinaries.FindOrBringAsync(static _ => { }, CancellationToken.None), new LocalPostgresOptions { Folder = Path.Combine(Path.GetTempPath(), $"datagrid-bench-{Guid.NewGuid():N}") }, CancellationToken.None);

    /// <summary>Starts silos that know each other.</summary>
    /// <param name="database">The server.</param>
    /// <param name="root">Their root.</param>
    /// <param name="executor">What each runs tasks on.</param>
    /// <param name="slots">Tasks of a silo at once.</param>
    /// <param name="times">Another heartbeat and lease than they have by default.</param>
    public static async Task<ClusterKit> StartAsync(LocalPostgres database, string root, Func<ITaskExecutor> executor, int slots = 2, (TimeSpan Heartbeat, TimeSpan Lease)? times = null)
    {
        var name = $"b_{Guid.NewGuid():N}";
        await database.CreateDatabaseAsync(name, CancellationToken.None);
        var kit = new ClusterKit();
        for (var i = 0; i < Silos; i++)
        {
            var cluster = new SiloClusterOptions { SiloName = $"silo-{i}", Metadata = new PostgresOptions { Connection = DatabaseConnection.Parse(database.ConnectionText(name)) } };
            if (times is { } other) cluster = cluster with { Heartbeat = other.Heartbeat, Lease = other.Lease };
            kit._silos.Add(await ClusterSilo.StartAsync(
                new SiloOptions
                {
                    Root = root,
                    Cluster = cluster,
                    Executor = executor(),
                    Engine = new EngineOptions { MemoryBytes = 16L << 30, WarmInstances = 0, TemporaryDirectory = Path.Combine(root, "spill") },
                    Worker = new WorkerOptions { Slots = slots },
                },
                CancellationToken.None));
        }
        using var limit = new CancellationTokenSource(Patience);
        while (kit._silos.Exists(static silo => silo.Service<DataGrid.Runtime.Silo>().Cluster!.View.Active.Count() < Silos)) await Task.Delay(20, limit.Token);
        return kit;
    }

    /// <summary>A project of one step, compiled.</summary>
    public static async Task<(string Folder, PipelineSpec Spec)> ProjectAsync(BenchContext context, string materialize)
    {
        var project = context.Fresh($"project-{materialize}");
        Directory.CreateDirectory(Path.Combine(project, "models/gold"));
        await File.WriteAllTextAsync(Path.Combine(project, "datagrid.yaml"), "pipeline: tiny\n");
        await File.WriteAllTextAsync(Path.Combine(project, "models/gold/one.sql"), $"/* datagrid\nmaterialize: {materialize}\n*/\nselect 1 as one\n");
        var engine = new EngineOptions { TemporaryDirectory = Path.Combine(context.Scratch, "spill") };
        return (project, (await new ProjectCompiler(engine, new ProjectOptions()).CompileAsync(project, [], CancellationToken.None)).Spec ?? throw new InvalidOperationException("the project has errors"));
    }

    /// <summary>Submits a run.</summary>
    public async Task<RunId> SubmitAsync(int silo, string folder, PipelineSpec spec)
    {
        var submitted = await _silos[silo].SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = folder });
        return submitted.Run ?? throw new InvalidOperationException(submitted.Problems[0].Message);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos) await Task.WhenAny(Task.Run(() => silo.DisposeAsync().AsTask()), Task.Delay(TimeSpan.FromSeconds(20)));
    }

    /// <summary>Does nothing, at once.</summary>
    internal sealed class Nothing : ITaskExecutor
    {
        public Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken) =>
            Task.FromResult(new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Succeeded, Manifest = new Manifest { Files = [], Columns = [] } });
    }

    /// <summary>Says which silo began, and never ends.</summary>
    internal sealed class Endless(int silo, ChannelWriter<int> begun) : ITaskExecutor
    {
        public async Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
        {
            begun.TryWrite(silo);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Cancelled };
        }
    }
}
#endif
