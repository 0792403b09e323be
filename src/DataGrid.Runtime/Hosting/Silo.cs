using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
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
        Details = new LocalSiloDetails(Options, time);
        Grains = new GrainCatalog(Options.GrainAssemblies);
        Catalog = new Catalog(this);
        Copier = new Copier(Options.SerializeEveryCall);
        GrainFactory = new GrainFactory(this);
        IncomingFilters = [.. services.GetServices<IIncomingGrainCallFilter>()];
        Calls = new CallSender(this, [.. services.GetServices<IOutgoingGrainCallFilter>()]);
        Reminders = new ReminderService(this);
        _life = new SiloLifecycle(Log);
        _longTurn = (long)(Options.LongTurnThreshold.TotalSeconds * Stopwatch.Frequency);
    }

    private enum Phase
    {
        New,
        Running,
        Stopping,
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

    public void Dispose()
    {
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
        _phase = Phase.Stopping;
        await Catalog.CloseAsync(cancellationToken);
    }

    private Task OnGrainServicesStop(CancellationToken cancellationToken)
    {
        _phase = Phase.Stopping;
        _collector?.Dispose();
        Calls.Pending.FailAll(call => new SiloUnavailableException($"Silo {Options.SiloName} stopped before {call.Reference.GrainId} answered {call.Method.ActivityName}."));
        return Task.CompletedTask;
    }

    private sealed class LocalSiloDetails(EmbeddedSiloOptions options, TimeProvider time) : ILocalSiloDetails
    {
        public string Name => options.SiloName;

        public string ClusterId => options.ClusterId;

        public string DnsHostName => Environment.MachineName;

        // Nothing listens there yet; the generation tells lives of the same silo apart.
        public SiloAddress SiloAddress { get; } = SiloAddress.New(
            IPAddress.Loopback, 0, (int)(time.GetUtcNow() - new DateTimeOffset(2022, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds);

        public SiloAddress GatewayAddress => SiloAddress;
    }
}
