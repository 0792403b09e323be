using System.Diagnostics;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.Metadata;
using DataGrid.Metadata.Postgres;
using DataGrid.Metadata.Postgres.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.LoadTests.Benches;

/// <summary>What the metadata stores keep up with: results of many tasks at once, and one grain's writes one after another.</summary>
internal sealed class MetadataBench : IBench
{
    private const int Results = 10_000;
    private const int AtOnce = 512;
    private const int Writes = 200;
    private const double FewestPerSecond = 2000;
    private const double MostMilliseconds = 12.5;

    public string Name => "metadata";

    public string Description => "10 000 results of tasks, and state written step by step: PostgreSQL with fsync beside the embedded store";

    public async Task<BenchReport> RunAsync(BenchContext context)
    {
        var binaries = await PostgresBinaries.FindOrBringAsync(Console.Error.WriteLine, CancellationToken.None);
        // PostgreSQL does not run as the superuser, who owns the scratch folder.
        var folder = Path.Combine(Path.GetTempPath(), $"datagrid-bench-{Guid.NewGuid():N}");
        try
        {
            await using var server = await LocalPostgres.StartAsync(binaries, new LocalPostgresOptions { Folder = folder }, CancellationToken.None);
            await server.CreateDatabaseAsync("bench", CancellationToken.None);
            await using var postgres = Services(services => services.AddPostgresMetadata(new PostgresOptions { Connection = DatabaseConnection.Parse(server.ConnectionText("bench")) }));
            await using var embedded = Services(services => services.AddEmbeddedMetadata(new MetadataOptions { Root = context.Fresh("embedded") }));
            var measured = await Contest.RunAsync(
                context.Rounds,
                new Contender("results, PostgreSQL", "results/s", round => AcceptAsync(postgres, round)),
                new Contender("results, embedded", "results/s", round => AcceptAsync(embedded, round)),
                new Contender("one write, PostgreSQL", "ms", round => WriteAsync(postgres, round)),
                new Contender("one write, embedded", "ms", round => WriteAsync(embedded, round)));
            return new BenchReport
            {
                Bench = Name,
                Measured = measured,
                Judged =
                [
                    new Judged("durable results in PostgreSQL", measured[0].Samples, FewestPerSecond, IsAtLeast: true, Unit: "results/s"),
                    // An empty run writes state four times.
                    new Judged("one write in PostgreSQL, median", measured[2].Samples, MostMilliseconds, Unit: "ms"),
                ],
                Notes = [$"PostgreSQL {binaries.Version} on the loopback with fsync; {Results} results by {AtOnce} at once; {Writes} writes of one grain, one after another"],
            };
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private static ServiceProvider Services(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        add(services);
        return Opened(services.BuildServiceProvider());
    }

    // The stores open when a silo starts; here nothing else starts.
    private static ServiceProvider Opened(ServiceProvider services)
    {
        foreach (var part in services.GetServices<ILifecycleParticipant<ISiloLifecycle>>()) part.Participate(new NoLifecycle());
        return services;
    }

    private static async Task<double> AcceptAsync(ServiceProvider services, int round)
    {
        var journal = services.GetRequiredService<ITaskJournal>();
        var run = RunId.Create(TimeProvider.System.GetUtcNow(), (uint)round);
        var next = 0;

        async Task AcceptSomeAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number <= Results)
            {
                await journal.AcceptAsync(
                    new TaskReport
                    {
                        Generation = 1,
                        Result = new TaskResult
                        {
                            Task = new TaskId(run, DatasetName.Parse("main.bench"), number),
                            Attempt = AttemptId.Create(Guid.NewGuid()),
                            Outcome = TaskOutcome.Succeeded,
                            Manifest = new Manifest { Files = [], Columns = [] },
                        },
                    },
                    CancellationToken.None);
            }
        }

        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(AcceptSomeAsync)));
        var elapsed = clock.Elapsed.TotalSeconds;
        if ((await journal.ListAsync(run, CancellationToken.None)).Length != Results) throw new InvalidOperationException("results are missing");
        await journal.ForgetAsync(run, CancellationToken.None);
        return Results / elapsed;
    }

    private static async Task<double> WriteAsync(ServiceProvider services, int round)
    {
        var states = services.GetRequiredService<IGrainStorage>();
        var grain = GrainId.Create("bench", $"default/{round}");
        var state = new GrainState<Counter>(new Counter());
        var samples = new double[Writes];
        for (var i = 0; i < Writes; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            state.State!.Value = i;
            await states.WriteStateAsync("state", grain, state);
            samples[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }
        return Statistics.Median(samples);
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }

    private sealed class NoLifecycle : ISiloLifecycle
    {
        public int HighestCompletedStage => int.MinValue;

        public int LowestStoppedStage => int.MaxValue;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer) => new MemoryStream();
    }
}
