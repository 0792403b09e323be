using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>The activations of this silo, at most one per grain.</summary>
internal sealed class Catalog(Silo silo)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private volatile bool _closed;

    public int Count => _activations.Count;

    public Activation GetOrCreate(GrainId grainId)
    {
        if (_activations.TryGetValue(grainId, out var activation))
            return activation;
        if (_closed)
            throw new SiloUnavailableException($"The silo stops: {grainId} is not activated any more.");
        return _activations.GetOrAdd(grainId, static (id, silo) => new Activation(silo, silo.Grains.ClassOf(id.Type), id), silo);
    }

    public void Remove(Activation activation) => _activations.TryRemove(new KeyValuePair<GrainId, Activation>(activation.GrainId, activation));

    public void CollectIdle()
    {
        foreach (var (_, activation) in _activations)
            activation.CollectIfIdle();
    }

    /// <summary>Ends the activations that now belong to another silo.</summary>
    public void LeaveMisplaced(Func<GrainId, SiloAddress?> elsewhere)
    {
        foreach (var (grainId, activation) in _activations)
        {
            if (elsewhere(grainId) is { } owner)
                activation.Deactivate(new DeactivationReason(DeactivationReasonCode.RuntimeRequested, $"The silos changed, and it belongs to {owner} now."), CancellationToken.None);
        }
    }

    /// <summary>Makes no more activations.</summary>
    public void Close() => _closed = true;

    /// <summary>Ends all activations and makes no more. What is still running when <paramref name="limit"/> ends is left behind.</summary>
    public async Task CloseAsync(CancellationToken limit)
    {
        _closed = true;
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo stops.");
        var all = _activations.Values.ToArray();
        foreach (var activation in all)
            activation.Deactivate(reason, CancellationToken.None);
        try
        {
            await Task.WhenAll(all.Select(activation => activation.Deactivated)).WaitAsync(limit);
        }
        catch (OperationCanceledException)
        {
            foreach (var activation in _activations.Values)
                silo.Log.LeftBehind(activation.GrainId);
        }
    }
}
