#if !ORLEANS
using System.Collections.Concurrent;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Engine.Sessions;
using DataGrid.Engine.Tasks;
using DataGrid.Grains.Tests.Faults;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Metadata.Postgres;
using DataGrid.Silo.Cluster;
using DataGrid.Storage;
using Orleans.Runtime;

namespace DataGrid.Grains.Tests.Clusters;

/// <summary>
/// Three silos in this process on one PostgreSQL and one root. One of them can be killed: it says nothing to anybody any more, and the flow that was at the place where it died
/// goes no further. What else it had in memory lives on and can reach the database and the store, as in a silo that was only thought dead.
/// </summary>
internal sealed class MortalCluster : IAsyncDisposable
{
    /// <summary>How long anything may take on the slowest machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<ClusterSilo> _silos = [];
    private readonly ConcurrentDictionary<ClusterSilo, bool> _dead = new();
    private readonly Bakery _bakery;
    private readonly PostgresOptions _metadata;
    private Death? _death;
    private At? _once;

    private MortalCluster(Bakery bakery, PostgresOptions metadata) => (_bakery, _metadata) = (bakery, metadata);

    /// <summary>Those that were not killed.</summary>
    public IEnumerable<ClusterSilo> Live => _silos.Where(silo => !_dead.ContainsKey(silo));

    /// <summary>Completes when a silo has been killed at a place.</summary>
    public Task Died => _death!.Task;

    /// <summary>Tasks that wait until they are let go, by step.</summary>
    public Gate Gate { get; } = new();

    public static async Task<MortalCluster> StartAsync(PostgresServer server, Bakery bakery, int silos = 3)
    {
        var cluster = new MortalCluster(bakery, await server.CreateAsync());
        for (var i = 0; i < silos; i++) await cluster.AddAsync();
        await cluster.AgreeAsync();
        return cluster;
    }

    public async Task AddAsync()
    {
        ClusterSilo? silo = null;
        var engine = new InstancePool(_bakery.Project.Options.Engine);
        silo = await ClusterSilo.StartAsync(
            _bakery.Project.Options with
            {
                Cluster = new SiloClusterOptions
                {
                    SiloName = $"silo-{_silos.Count}",
                    Metadata = _metadata,
                    Heartbeat = TimeSpan.FromMilliseconds(300),
                    Lease = TimeSpan.FromSeconds(2),
                    RecoveryEvery = TimeSpan.FromMilliseconds(300),
                },
                Runs = new() { LongestWait = TimeSpan.FromMilliseconds(500), StageCheckEvery = TimeSpan.FromMilliseconds(300), OfferCheckEvery = TimeSpan.FromMilliseconds(300) },
                Dispatch = new()
                {
                    LongestPoll = TimeSpan.FromMilliseconds(500), SettleTime = TimeSpan.FromMilliseconds(800), Lease = TimeSpan.FromSeconds(10), LeaseCheckEvery = TimeSpan.FromMilliseconds(200),
                },
                Executor = Gate.Before(new TaskExecutor(engine, TimeProvider.System), () => silo!),
                Failpoints = new Places(this, () => silo),
            },
            CancellationToken.None);
        _silos.Add(silo);
    }

    /// <summary>Whichever silo comes to a place for the so-many-th time is killed there.</summary>
    public void KillAt(string place, int turn) => _death = new Death(place, turn);

    /// <summary>The first silo that lives and comes to a place does something there.</summary>
    public void OnceAt(string place, Action work) => _once = new At(place, 1, () =>
    {
        work();
        return Task.CompletedTask;
    });

    /// <summary>Kills a silo.</summary>
    public void Kill(ClusterSilo silo)
    {
        if (_dead.TryAdd(silo, true)) silo.Service<DataGrid.Runtime.Silo>().Abort("A test killed it.");
    }

    /// <summary>The silo that a grain belongs to.</summary>
    public ClusterSilo HolderOf(string type, string key) =>
        Live.Single(silo => silo.Service<DataGrid.Runtime.Silo>().Cluster!.ElsewhereOf(GrainId.Create(type, key)) is null);

    /// <summary>Submits a run as clients do: under an id that is made here, again while the pipeline moves to another silo. However often it is asked for, it is one run.</summary>
    public async Task<RunId> SubmitAsync()
    {
        await AgreeAsync();
        var spec = await _bakery.Project.CompileAsync();
        var request = new RunRequest
        {
            Fingerprint = spec.Fingerprint, ProjectDirectory = _bakery.Project.Folder, Run = RunId.Create(TimeProvider.System.GetUtcNow(), (uint)Random.Shared.NextInt64(uint.MaxValue)),
        };
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var outcome = await Live.First().SubmitAsync(spec, request);
            if (outcome.Run is { } run) return run;
            if (limit.IsCancellationRequested || outcome.Problems.Any(static why => ErrorCodes.Find(why.Code).Retry != RetryHint.Retry)) throw new InvalidOperationException(outcome.Problems[0].Message);
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>Waits until all that live know of each other and of nobody else: while views differ, a grain may be active twice.</summary>
    private async Task AgreeAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (Live.Any(silo => silo.Service<DataGrid.Runtime.Silo>().Cluster!.View.Active.Count() != Live.Count())) await Task.Delay(20, limit.Token);
    }

    /// <summary>Waits until a run has its end, asking nobody but the files: no silo is made to go on with it by being asked.</summary>
    public async Task<RunRecord> EndOfAsync(RunId run)
    {
        using var limit = new CancellationTokenSource(Patience);
        var runs = Live.First().Service<DataGrid.Storage.Runs.RunStore>();
        while (true)
        {
            if (await runs.ReadAsync(run, CancellationToken.None) is { IsTerminal: true } record) return record;
            if (limit.IsCancellationRequested) throw new TimeoutException($"run {run} has no end: {string.Join('\n', Directory.EnumerateFiles(Path.Combine(_bakery.Project.Root, "logs")).Select(static log => $"--- {log}\n{Tail(log)}"))}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>The run that is being submitted: when the answer is lost with a silo, the run's folder tells which it is.</summary>
    public async Task<RunId> OnlyRunOfAsync(Task<RunId> submitting)
    {
        using var limit = new CancellationTokenSource(Patience);
        var folder = Path.Combine(_bakery.Project.Root, "default", "runs");
        while (!submitting.IsCompletedSuccessfully)
        {
            if (Directory.Exists(folder) && Directory.GetDirectories(folder) is [var run]) return RunId.Parse(Path.GetFileName(run));
            await Task.Delay(20, limit.Token);
        }
        return await submitting;
    }

    /// <summary>Asks a silo that lives, again while the one that has to answer is away.</summary>
    public async Task<T> AskAsync<T>(Func<ClusterSilo, Task<T>> ask)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                return await ask(Live.First());
            }
            catch (Exception away) when (away is SiloUnavailableException or TimeoutException)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }

    /// <summary>Waits until the silo that ended a run has swept it and told so.</summary>
    public async Task QuietAsync(RunId run)
    {
        using var limit = new CancellationTokenSource(Patience);
        var runs = Live.First().Service<DataGrid.Storage.Runs.RunStore>();
        while ((await runs.ListAttemptsAsync(run, CancellationToken.None)).Count > 0) await Task.Delay(20, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Gate.Open();
        foreach (var silo in Live.Concat(_dead.Keys).ToArray())
        {
            // A dead silo's stop waits for answers that never come.
            await Task.WhenAny(Task.Run(() => silo.DisposeAsync().AsTask()), Task.Delay(_dead.ContainsKey(silo) ? TimeSpan.FromMilliseconds(500) : Patience));
        }
    }

    private static string Tail(string log) => string.Join('\n', File.ReadAllLines(log).TakeLast(40));

    private sealed class Places(MortalCluster cluster, Func<ClusterSilo?> own) : IFailpoints
    {
        public async ValueTask HitAsync(string name, CancellationToken cancellationToken)
        {
            if (own() is not { } silo) return;
            if (cluster._death is { } death && death.IsMet(name)) cluster.Kill(silo);
            if (!cluster._dead.ContainsKey(silo))
            {
                if (cluster._once is { } once) await once.HitAsync(name, cancellationToken);
                return;
            }
            if (cluster._death is { } done) done.Tell();
            // Who is dead goes no further.
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
        }
    }

    private sealed class Death(string place, int turn)
    {
        private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _hits;

        public Task Task => _died.Task;

        public bool IsMet(string name) => name == place && Interlocked.Increment(ref _hits) == turn;

        public void Tell() => _died.TrySetResult();
    }
}

/// <summary>Holds back the tasks of chosen steps until they are let go.</summary>
internal sealed class Gate
{
    private readonly ConcurrentDictionary<DatasetName, TaskCompletionSource<ClusterSilo>> _reached = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<DatasetName> _begun = [];

    /// <summary>The steps whose tasks began, each as often as it did.</summary>
    public IReadOnlyCollection<DatasetName> Begun => _begun;

    /// <summary>The tasks of a step wait from now on.</summary>
    public void Hold(string step) => _reached[DatasetName.Parse(step)] = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first silo that has begun a task of the step.</summary>
    public Task<ClusterSilo> ReachedAsync(string step) => _reached[DatasetName.Parse(step)].Task.WaitAsync(MortalCluster.Patience);

    /// <summary>Lets all go.</summary>
    public void Open() => _open.TrySetResult();

    public ITaskExecutor Before(ITaskExecutor executor, Func<ClusterSilo> own) => new Held(this, executor, own);

    private sealed class Held(Gate gate, ITaskExecutor executor, Func<ClusterSilo> own) : ITaskExecutor
    {
        public async Task<TaskResult> ExecuteAsync(TaskSpec task, IProgress<TaskProgress> progress, CancellationToken cancellationToken)
        {
            gate._begun.Add(task.Step.Name);
            if (gate._reached.TryGetValue(task.Step.Name, out var reached))
            {
                reached.TrySetResult(own());
                try
                {
                    await gate._open.Task.WaitAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    return new TaskResult { Task = task.Task, Attempt = task.Attempt, Outcome = TaskOutcome.Cancelled };
                }
            }
            return await executor.ExecuteAsync(task, progress, cancellationToken);
        }
    }
}
#endif
