using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>What the emitted class of a grain interface calls and overrides. Public members: emitted code lives in another assembly.</summary>
internal abstract class GeneratedReference(Silo silo, GrainInterface grainInterface, GrainId grainId)
    : GrainReference(silo, grainInterface, grainId)
{
    // The activation that answered last: saves the catalog lookup while it lives.
    private Activation? _last;

    private ulong _placement;

    /// <summary>What decides which silo the grain belongs to; found out when it is first needed.</summary>
    internal ulong PlacementHash => _placement != 0 ? _placement : _placement = Clustering.ClusterView.HashOf(GrainId);

    internal Activation? LastActivation
    {
        get => Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, value);
    }

    /// <summary>Calls method <paramref name="method"/> of <paramref name="target"/>; emitted, so that no call pays for reflection.</summary>
    public abstract Task Dispatch(object target, int method, object?[] arguments);

    public Task CallTask(int method, object?[] arguments) => Silo.Calls.SendAsync<Nothing>(this, Interface.Methods[method], arguments);

    public Task<T> CallTaskOf<T>(int method, object?[] arguments) => Silo.Calls.SendAsync<T>(this, Interface.Methods[method], arguments);

    public ValueTask CallValueTask(int method, object?[] arguments) => new(CallTask(method, arguments));

    public ValueTask<T> CallValueTaskOf<T>(int method, object?[] arguments) => new(CallTaskOf<T>(method, arguments));
}

/// <summary>The result of a method that has none.</summary>
internal readonly struct Nothing;
