using DataGrid.Runtime;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The base of grain classes.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Called by the runtime through the class's own constructor, on the activation's turn; created by hand, a grain has no context.</summary>
    // ! Only tests create grains by hand, and they must not use what comes from the context.
    protected Grain() => GrainContext = RuntimeContext.Current!;

    /// <summary>The activation that this instance belongs to.</summary>
    public IGrainContext GrainContext { get; }

    /// <summary>The grain's identity as text.</summary>
    public string IdentityString => GrainContext.GrainId.ToString();

    /// <summary>The silo's identity, for logs.</summary>
    public string RuntimeIdentity => Activation.Silo.Details.SiloAddress.ToString();

    /// <summary>Makes references to other grains.</summary>
    /// <exception cref="InvalidOperationException">Read outside of a grain's turn, for example in <c>Task.Run</c>.</exception>
    protected IGrainFactory GrainFactory
    {
        get
        {
            RuntimeContext.RequireTurn();
            return Activation.Silo.GrainFactory;
        }
    }

    /// <summary>The services of this activation.</summary>
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    private Activation Activation => (Activation)GrainContext;

    /// <summary>Called before the first request, after state was read.</summary>
    /// <param name="cancellationToken">Cancelled when activating takes too long.</param>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Called after the last request. Not called when the process dies.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Cancelled when deactivating takes too long.</param>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation when its running requests are done.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps this activation from idle collection for at least <paramref name="timeSpan"/>; zero ends an earlier wish.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Activation.DelayDeactivation(timeSpan);
}
