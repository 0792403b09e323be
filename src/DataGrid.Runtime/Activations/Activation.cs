using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace DataGrid.Runtime;

internal enum ActivationState
{
    /// <summary>Waits for its first request.</summary>
    Created,

    /// <summary>Makes its instance, reads its state, runs OnActivateAsync; requests wait.</summary>
    Activating,

    /// <summary>Runs requests.</summary>
    Valid,

    /// <summary>Starts no more requests, waits for the running ones and runs OnDeactivateAsync; new ones wait for the successor.</summary>
    Deactivating,

    /// <summary>Gone.</summary>
    Invalid,
}

/// <summary>
/// One grain in memory. Invariants: <see cref="_state"/>, the waiting and the running requests change under <see cref="_gate"/> only;
/// grain code runs on <see cref="_scheduler"/> only; a request that this activation does not start is always answered or passed on.
/// </summary>
internal sealed partial class Activation : IGrainContext
{
    private readonly Lock _gate = new();
    private readonly ActivationScheduler _scheduler;
    private AsyncServiceScope? _scope;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IStateFacet> _facets = [];
    private readonly HashSet<GrainTimer> _timers = [];
    private ActivationState _state;
    private object? _instance;

    public Activation(Silo silo, GrainClass grainClass, GrainId grainId)
    {
        Silo = silo;
        Class = grainClass;
        GrainId = grainId;
        _scheduler = new ActivationScheduler(this);
        _lastUse = silo.Time.GetTimestamp();
    }

    public Silo Silo { get; }

    public GrainClass Class { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance => _instance;

    public IServiceProvider ActivationServices => (_scope ??= Silo.Services.CreateAsyncScope()).ServiceProvider;

    public GrainReference GrainReference => Silo.GetReference(Class.Interfaces[0], GrainId);

    public Task Deactivated => _gone.Task;

    public void AddFacet(IStateFacet facet) => _facets.Add(facet);

    public void AddTimer(GrainTimer timer)
    {
        lock (_gate)
            _timers.Add(timer);
    }

    public void RemoveTimer(GrainTimer timer)
    {
        lock (_gate)
            _timers.Remove(timer);
    }

    /// <summary>Runs <paramref name="action"/> as a turn.</summary>
    public Task Schedule(Action action)
    {
        using (ExecutionContext.SuppressFlow())
            return Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    public override string ToString() => $"{GrainId} ({_state})";

    [SuppressMessage("Design", "CA1031", Justification = "Whatever user code throws ends this activation, not the silo.")]
    private static async Task<Exception?> CatchAsync(Func<Task> run)
    {
        try
        {
            await run();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    /// <summary>Runs an async function on this activation's scheduler.</summary>
    private Task RunTurnsAsync(Func<Task> run)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler).Unwrap();
        using (ExecutionContext.SuppressFlow())
            return Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler).Unwrap();
    }
}
