using System.Collections.Concurrent;
using System.Diagnostics;
using DataGrid.Runtime.Clustering;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>One silo: its grains, its callers, its life. Stopping refuses calls from outside, drains, and ends all activations.</summary>
internal sealed class Silo : IDisposable
{
    private readonly ConcurrentDictionary<Type, GrainInterface> _interfaces = new();
    private readonly SiloLifecycle _life;
    private readonly long _longTurn;
    private ITimer? _collector;
    private Phase _phase;

    public Silo(IServiceProvider services, IOptions<EmbeddedSiloOptions> options, TimeProvider time, ILogger<Silo> logger)
    {
        Services = services;
        Options = options.Value;
        Time = time;
        Log = new SiloLog(logger);
        Details = new LocalSiloDetails(this, time);
        Grains = new GrainCatalog([.. Options.GrainAssemblies]);
        Catalog = new Catalog(this);
        Copier = new Copier(Options.SerializeEveryCall);
        GrainFactory = new GrainFactory(this);
        IncomingFilters = [.. services.GetServices<IIncomingGrainCallFilter>()];
        Calls = new CallSender(this, [.. services.GetServices<IOutgoingGrainCallFilter>()]);
        Reminders = new ReminderService(this);
        Cluster = services.GetService<ClusterFactory>()?.Create(this, logger);
        _life = new SiloLifecycle(Log);
        _longTurn = (long)(Options.LongTurnThreshold.TotalSeconds * Stopwatch.Frequency);
    }

    private enum Phase
    {
        New,
        Running,
        Stopping,
        Dead,
    }

    public IServiceProvider Services { get; }

    public EmbeddedSiloOptions Options { get; }

    public TimeProvider Time { get; }

    public SiloLog Log { get; }

    public ILocalSiloDetails Details { get; }

    public GrainCatalog Grains { get; }

    public Catalog Catalog { get; }

    public Copier Copier { get; }

    public GrainFactory GrainFactory { get; }

    public CallSender Calls { get; }

    public ReminderService Reminders { get; }

    public IIncomingGrainCallFilter[] IncomingFilters { get; }

    /// <summary>The other silos; null when this is the only one, ever.</summary>
    public Cluster? Cluster { get; }

    public GrainReference GetReference(Type grainInterface, GrainId grainId) =>
        _interfaces.GetOrAdd(grainInterface, static type => new GrainInterface(type)).Create(this, grainId);

    /// <summary>Whether a call may start now.</summary>
    /// <exception cref="SiloUnavailableException">The silo has not started, or stops and the caller is not a grain.</exception>
    public void RequireRunning()
    {
        if (_phase == Phase.New)
            throw new SiloUnavailableException($"Silo {Options.SiloName} has not started: calls are possible from stage {nameof(ServiceLifecycleStage.RuntimeGrainServices)} on.");
        if (_phase == Phase.Stopping && RuntimeContext.Current is null)
            throw new SiloUnavailableException($"Silo {Options.SiloName} stops and takes no more calls.");
        if (_phase == Phase.Dead)
            throw new SiloUnavailableException($"Silo {Options.SiloName} was declared dead by the others and takes no more calls.");
    }

    public CancellationTokenSource Limit(TimeSpan time) => new(time, Time);

    public void OnTurn(Activation activation, long elapsed)
    {
        if (Telemetry.Turns.Enabled)
            Telemetry.Turns.Add(1);
        if (elapsed < _longTurn)
            return;
        Telemetry.LongTurns.Add(1);
        Log.LongTurn(activation.GrainId, Stopwatch.GetElapsedTime(0, elapsed));
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var participant in Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            participant.Participate(_life);
        if (Cluster is { } cluster)
        {
            _life.Subscribe("Cluster", ServiceLifecycleStage.RuntimeServices, cluster.JoinAsync, cluster.LeaveAsync);
            _life.Subscribe("Membership", ServiceLifecycleStage.BecomeActive, cluster.Agent.BecomeActiveAsync, cluster.Agent.BeginLeavingAsync);
        }

        _life.Subscribe("Grains", ServiceLifecycleStage.RuntimeGrainServices, OnGrainServicesStart, OnGrainServicesStop);
        _life.Subscribe("Activations", ServiceLifecycleStage.GrainDeactivation, _ => Task.CompletedTask, OnDeactivate);
        _life.Subscribe("Reminders", ServiceLifecycleStage.Active, Reminders.StartAsync, Reminders.StopAsync);
        try
        {
            await _life.StartAsync(cancellationToken);
        }
        catch
        {
            await StopAsync(CancellationToken.None);
            throw;
        }

        Log.Started(Options.SiloName, Options.ClusterId, Stopwatch.GetElapsedTime(begun));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        using var limit = Limit(Options.ShutdownTimeout);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await _life.StopAsync(both.Token);
        Log.Stopped(Options.SiloName, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>Serves nobody from now on: the others have given this silo's grains to somebody else.</summary>
    public void Abort(string reason)
    {
        _phase = Phase.Dead;
        _collector?.Dispose();
        Catalog.Close();
        Cluster?.Close(reason);
        Calls.Pending.FailAll(call => new SiloUnavailableException($"{reason} {call.Reference.GrainId} had not answered {call.Method.ActivityName}, which may have run."));
    }

    public void OnDeclaredDead(SiloDeclaredDead death)
    {
        Abort($"Silo {Options.SiloName} was declared dead. {death.Reason}");
        if (Cluster!.Options.OnDeclaredDead is { } callback)
            callback(death);
        else
            Services.GetService<IHostApplicationLifetime>()?.StopApplication();
    }

    public void Dispose()
    {
        Cluster?.Dispose();
        _collector?.Dispose();
        Reminders.Dispose();
        Calls.Dispose();
    }

    private Task OnGrainServicesStart(CancellationToken cancellationToken)
    {
        _phase = Phase.Running;
        _collector = Time.CreateTimer(_ => Catalog.CollectIdle(), null, Options.CollectionQuantum, Options.CollectionQuantum);
        return Task.CompletedTask;
    }

    private async Task OnDeactivate(CancellationToken cancellationToken)
    {
        // A dead silo's grains live elsewhere by now: theirs must not be disturbed by the last words of these.
        if (_phase == Phase.Dead)
            return;
        _phase = Phase.Stopping;
        await Catalog.CloseAsync(cancellationToken);
    }

    private Task OnGrainServicesStop(CancellationToken cancellationToken)
    {
        if (_phase != Phase.Dead)
            _phase = Phase.Stopping;
        _collector?.Dispose();
        Calls.Pending.FailAll(call => new SiloUnavailableException($"Silo {Options.SiloName} stopped before {call.Reference.GrainId} answered {call.Method.ActivityName}."));
        return Task.CompletedTask;
    }

    private sealed class LocalSiloDetails(Silo silo, TimeProvider time) : ILocalSiloDetails
    {
        // Alone, nothing listens there; the generation tells lives of the same silo apart.
        private readonly SiloAddress _alone = SiloAddress.New(
            IPAddress.Loopback, 0, (int)(time.GetUtcNow() - new DateTimeOffset(2022, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds);

        public string Name => silo.Options.SiloName;

        public string ClusterId => silo.Options.ClusterId;

        public string DnsHostName => Environment.MachineName;

        public SiloAddress SiloAddress => silo.Cluster?.Self ?? _alone;

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
