using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Something that calls can be sent to: a grain or a reference to one.</summary>
    public interface IAddressable;
}

namespace Orleans
{
    /// <summary>The base of grain interfaces.</summary>
    public interface IGrain : IAddressable;

    /// <summary>The base of interfaces of grains whose key is text.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>What a grain class is to the runtime.</summary>
    public interface IGrainBase
    {
        /// <summary>The activation that this instance belongs to.</summary>
        IGrainContext GrainContext { get; }

        /// <summary>Called before the first request.</summary>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>Called after the last request.</summary>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }

    /// <summary>Makes references to grains; a grain exists as soon as it is called.</summary>
    public interface IGrainFactory
    {
        /// <summary>A reference to the grain of <typeparamref name="TGrainInterface"/> with this key. Costs no call.</summary>
        /// <param name="primaryKey">The key, not blank.</param>
        /// <param name="grainClassNamePrefix">The start of the class's full name, where several classes implement the interface.</param>
        /// <exception cref="ArgumentException">No class, or more than one, implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey;

        /// <summary>A reference to the grain with this identity.</summary>
        TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
            where TGrainInterface : IAddressable;

        /// <summary>A reference to the grain of this interface with this key.</summary>
        IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);
    }

    /// <summary>The grain factory of a process, for callers that are not grains.</summary>
    public interface IClusterClient : IGrainFactory
    {
        /// <summary>The process's services.</summary>
        IServiceProvider ServiceProvider { get; }
    }

    /// <summary>Why an activation ends.</summary>
    public enum DeactivationReasonCode : byte
    {
        /// <summary>No reason was given.</summary>
        None = 0,

        /// <summary>The silo stops.</summary>
        ShuttingDown = 1,

        /// <summary>It could not be activated.</summary>
        ActivationFailed = 2,

        /// <summary>The grain's address could not be registered.</summary>
        DirectoryFailure = 3,

        /// <summary>It was idle for longer than its age limit.</summary>
        ActivationIdle = 4,

        /// <summary>It did not answer.</summary>
        ActivationUnresponsive = 5,

        /// <summary>Another activation of the grain won.</summary>
        DuplicateActivation = 6,

        /// <summary>A request had another version.</summary>
        IncompatibleRequest = 7,

        /// <summary>The grain failed, for example by losing a state write.</summary>
        ApplicationError = 8,

        /// <summary>The grain asked for it.</summary>
        ApplicationRequested = 9,

        /// <summary>It moves to another silo.</summary>
        Migrating = 10,

        /// <summary>The runtime asked for it.</summary>
        RuntimeRequested = 11,

        /// <summary>Memory is short.</summary>
        HighMemoryPressure = 12,
    }

    /// <summary>Why an activation ends, with words.</summary>
    public readonly struct DeactivationReason
    {
        /// <summary>A reason without an error.</summary>
        public DeactivationReason(DeactivationReasonCode code, string text)
            : this(code, null, text)
        {
        }

        /// <summary>A reason with the error behind it.</summary>
        public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
        {
            ReasonCode = code;
            Exception = exception;
            Description = text;
        }

        /// <summary>The words.</summary>
        public string Description { get; }

        /// <summary>The kind.</summary>
        public DeactivationReasonCode ReasonCode { get; }

        /// <summary>The error behind it, if any.</summary>
        public Exception? Exception { get; }

        /// <inheritdoc/>
        public override string ToString() =>
            Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description}. Exception: {Exception}";
    }
}

namespace Orleans.Runtime
{
    /// <summary>One activation of a grain, seen from inside.</summary>
    public interface IGrainContext : IEquatable<IGrainContext>
    {
        /// <summary>Whose activation this is.</summary>
        GrainId GrainId { get; }

        /// <summary>The instance, once it is made.</summary>
        object? GrainInstance { get; }

        /// <summary>The services of this activation; disposed with it.</summary>
        IServiceProvider ActivationServices { get; }

        /// <summary>A reference to the grain.</summary>
        GrainReference GrainReference { get; }

        /// <summary>Completes when the activation is gone.</summary>
        Task Deactivated { get; }

        /// <summary>Starts to end this activation, after its running requests.</summary>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }

    /// <summary>The activation whose turn this is.</summary>
    public interface IGrainContextAccessor
    {
        /// <summary>The activation, or null outside of turns.</summary>
        IGrainContext GrainContext { get; }
    }
}
