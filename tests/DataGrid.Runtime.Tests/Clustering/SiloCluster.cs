using System.Net;
using DataGrid.Runtime.Clustering;
using DataGrid.Runtime.Membership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Runtime.Tests;

/// <summary>
/// Several silos in one process over real loopback connections, each with services of its own, on one membership store, one store of state
/// and one of reminders. All clocks are one that only tests move: <see cref="TickAsync"/> lets every silo renew its lease and look once.
/// </summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    /// <summary>How long anything here may take on the slowest machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<ClusterSilo> _silos = [];
    private readonly IReminderTable _reminders = new MemoryReminderTable();

    private SiloCluster() => Membership = new MemoryMembershipStore(Time);

    public ManualTime Time { get; } = new();

    public MemoryMembershipStore Membership { get; }

    public Probe Probe { get; } = new();

    public IGrainStorage Storage { get; } = new MemoryGrainStorage();

    public IReadOnlyList<ClusterSilo> Silos => _silos;

    /// <summary>Those that neither stopped nor were killed.</summary>
    public IEnumerable<ClusterSilo> Live => _silos.Where(silo => silo.IsLive);

    public ClusterSilo this[int index] => _silos[index];

    public static async Task<SiloCluster> StartAsync(int silos, Action<ClusteringOptions>? options = null, Action<IServiceCollection>? services = null)
    {
        var cluster = new SiloCluster();
        for (var i = 0; i < silos; i++)
            await cluster.AddAsync(options, services);
        await cluster.AgreeAsync();
        return cluster;
    }

    /// <summary>Starts one more silo.</summary>
    public async Task<ClusterSilo> AddAsync(Action<ClusteringOptions>? options = null, Action<IServiceCollection>? services = null, TimeSpan skew = default)
    {
        var silo = new ClusterSilo(this, $"silo-{_silos.Count}", builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(skew == default ? Time : new SkewedTime(Time, skew));
            builder.Services.AddSingleton(Probe);
            builder.Services.AddSingleton<IMembershipStore>(Membership);
            builder.Services.AddSingleton(_reminders);
            builder.Services.AddSingleton(Storage);
            services?.Invoke(builder.Services);
        }, options);
        try
        {
            await silo.StartAsync();
        }
        catch
        {
            // What had started has stopped by itself.
            silo.Discard();
            throw;
        }

        _silos.Add(silo);
        return silo;
    }

    /// <summary>Waits until all live silos have the newest view.</summary>
    public async Task AgreeAsync()
    {
        var newest = (await Membership.ReadAsync(CancellationToken.None)).Version;
        foreach (var silo in Live.ToArray())
        {
            silo.Cluster.OnNewerView(newest);
            await Until(() => silo.Cluster.View.Version >= newest || !silo.IsLive);
        }
    }

    /// <summary>Moves the clock by a heartbeat, and waits until each live silo has renewed its lease and has its probes answered.</summary>
    /// <param name="broken">Pairs that cannot answer each other: their answers are not waited for.</param>
    public async Task TickAsync(params (ClusterSilo One, ClusterSilo Other)[] broken)
    {
        foreach (var silo in Live.ToArray())
            await Until(() => silo.Cluster.Agent.IsWaiting || !silo.IsLive);
        var before = Live.Select(silo => (Silo: silo, silo.Cluster.Agent.Ticks)).ToArray();
        Time.Advance(Live.First().Cluster.Options.HeartbeatPeriod);
        foreach (var (silo, ticks) in before)
            await Until(() => silo.Cluster.Agent.Ticks > ticks || !silo.IsLive);
        foreach (var silo in Live.ToArray())
        {
            var reachable = Live.Where(other => !broken.Contains((silo, other)) && !broken.Contains((other, silo))).ToArray();
            await Until(() => !silo.IsLive || !silo.Cluster.Agent.Probes.Unanswered.Any(asked => reachable.Any(other => other.IsLive && other.Address.Equals(asked))));
        }
    }

    /// <summary>Ticks until a condition holds, and says how much time of the cluster's clock that took.</summary>
    public async Task<TimeSpan> TickUntilAsync(Func<bool> condition, params (ClusterSilo One, ClusterSilo Other)[] broken)
    {
        var begun = Time.GetUtcNow();
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 200, "It does not happen, however often the silos look.");
            await TickAsync(broken);
        }

        return Time.GetUtcNow() - begun;
    }

    /// <summary>Waits for something that happens by itself.</summary>
    public static async Task Until(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Delay(1, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
            await silo.DisposeAsync();
    }
}

/// <summary>One silo of a <see cref="SiloCluster"/>.</summary>
internal sealed class ClusterSilo : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _stopped;

    public ClusterSilo(SiloCluster cluster, string name, Action<HostApplicationBuilder> configure, Action<ClusteringOptions>? options)
    {
        Name = name;
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(Logs);
        configure(builder);
        builder.Services.AddEmbeddedSilo(silo =>
        {
            silo.SiloName = name;
            silo.ClusterId = "test";
            silo.GrainAssemblies.Add(typeof(SiloCluster).Assembly);
        });
        builder.Services.AddSiloClustering(clustering =>
        {
            clustering.ListenEndpoint = new IPEndPoint(IPAddress.Loopback, 0);
            clustering.OnDeclaredDead = death => DeclaredDead.TrySetResult(death.Reason);
            // No test waits for real time: these only bound what hangs.
            clustering.ConnectTimeout = SiloCluster.Patience;
            options?.Invoke(clustering);
        });
        _host = builder.Build();
        _ = cluster;
    }

    public string Name { get; }

    public LogCollector Logs { get; } = new();

    public IServiceProvider Services => _host.Services;

    public Silo Silo => Services.GetRequiredService<Silo>();

    public Cluster Cluster => Silo.Cluster!;

    public SiloAddress Address => Cluster.Self;

    public IGrainFactory Grains => Services.GetRequiredService<IClusterClient>();

    /// <summary>Completes with the reason when the others declare it dead.</summary>
    public TaskCompletionSource<string> DeclaredDead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsLive => !_stopped && !Cluster.Stopped.IsCancellationRequested;

    public Task StartAsync() => _host.StartAsync();

    public async Task StopAsync()
    {
        await _host.StopAsync();
        _stopped = true;
    }

    /// <summary>Ends it as a kill would: nobody is told, nothing is handed over.</summary>
    public void Kill()
    {
        _stopped = true;
        Silo.Abort("Killed.");
    }

    public void Discard() => _host.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
            await StopAsync();
        _host.Dispose();
    }
}

/// <summary>Another clock, moved by the same hand, that shows another hour.</summary>
internal sealed class SkewedTime(ManualTime time, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + skew;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
