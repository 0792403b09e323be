namespace Orleans
{
    /// <summary>Something that starts and stops.</summary>
    public interface ILifecycleObserver
    {
        /// <summary>Starts.</summary>
        Task OnStart(CancellationToken cancellationToken = default);

        /// <summary>Stops.</summary>
        Task OnStop(CancellationToken cancellationToken = default);
    }

    /// <summary>A life in stages, which can be joined until it starts.</summary>
    public interface ILifecycleObservable
    {
        /// <summary>Joins <paramref name="observer"/> at <paramref name="stage"/>; disposing leaves.</summary>
        IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer);
    }

    /// <summary>A service that wants to join a life; found in DI.</summary>
    public interface ILifecycleParticipant<TLifecycleObservable>
        where TLifecycleObservable : ILifecycleObservable
    {
        /// <summary>Joins.</summary>
        void Participate(TLifecycleObservable lifecycle);
    }

    /// <summary>Shorter ways to join.</summary>
    public static class LifecycleExtensions
    {
        /// <summary>Joins with two functions.</summary>
        public static IDisposable Subscribe(
            this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart, Func<CancellationToken, Task>? onStop)
        {
            ArgumentNullException.ThrowIfNull(observable);
            return observable.Subscribe(observerName, stage, new Functions(onStart, onStop));
        }

        /// <summary>Joins with a function for the start.</summary>
        public static IDisposable Subscribe(this ILifecycleObservable observable, string observerName, int stage, Func<CancellationToken, Task> onStart) =>
            observable.Subscribe(observerName, stage, onStart, null);

        private sealed class Functions(Func<CancellationToken, Task> onStart, Func<CancellationToken, Task>? onStop) : ILifecycleObserver
        {
            public Task OnStart(CancellationToken cancellationToken) => onStart(cancellationToken);

            public Task OnStop(CancellationToken cancellationToken) => onStop is null ? Task.CompletedTask : onStop(cancellationToken);
        }
    }

    /// <summary>The stages of a silo's life, started upwards and stopped downwards.</summary>
    public static class ServiceLifecycleStage
    {
        /// <summary>Before everything.</summary>
        public const int First = int.MinValue;

        /// <summary>The runtime makes itself ready.</summary>
        public const int RuntimeInitialize = 2000;

        /// <summary>The runtime's services start.</summary>
        public const int RuntimeServices = 4000;

        /// <summary>The runtime's stores start.</summary>
        public const int RuntimeStorageServices = 6000;

        /// <summary>Grains can be called from here on.</summary>
        public const int RuntimeGrainServices = 8000;

        /// <summary>After grain services.</summary>
        public const int AfterRuntimeGrainServices = 8100;

        /// <summary>The application's services start.</summary>
        public const int ApplicationServices = 10000;

        /// <summary>While stopping, activations end here.</summary>
        public const int GrainDeactivation = BecomeActive - 1;

        /// <summary>The silo joins.</summary>
        public const int BecomeActive = Active - 1;

        /// <summary>The silo serves.</summary>
        public const int Active = 20000;

        /// <summary>After everything.</summary>
        public const int Last = int.MaxValue;
    }
}

namespace Orleans.Runtime
{
    /// <summary>A silo's life.</summary>
    public interface ISiloLifecycle : ILifecycleObservable
    {
        /// <summary>The highest stage that has started.</summary>
        int HighestCompletedStage { get; }

        /// <summary>The lowest stage that has stopped.</summary>
        int LowestStoppedStage { get; }
    }
}
