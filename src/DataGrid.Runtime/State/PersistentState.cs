using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Core;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Runtime;

/// <summary>What activating must read first.</summary>
internal interface IStateFacet
{
    Task LoadAsync(CancellationToken cancellationToken);
}

/// <summary>
/// A durable value of one activation. Operations run one after another; a write that has not started yet carries the state as it will be
/// when it starts, so further writes join it.
/// </summary>
internal sealed class PersistentState<T> : IPersistentState<T>, IStateFacet
{
    private readonly Activation _activation;
    private readonly string _name;
    private readonly IGrainStorage _storage;
    private readonly GrainState<T> _state = new(NewState());
    private Operation? _last;

    private PersistentState(Activation activation, string name, IGrainStorage storage)
    {
        _activation = activation;
        _name = name;
        _storage = storage;
        activation.AddFacet(this);
    }

    private enum Kind
    {
        Read,
        Write,
        Clear,
    }

    public T State
    {
        get
        {
            RuntimeContext.RequireTurn();
            return _state.State!;
        }

        set
        {
            RuntimeContext.RequireTurn();
            _state.State = value;
        }
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public static object Create(Activation activation, PersistentStateAttribute attribute)
    {
        var storage = string.IsNullOrWhiteSpace(attribute.StorageName)
            ? activation.ActivationServices.GetService<IGrainStorage>()
            : activation.ActivationServices.GetKeyedService<IGrainStorage>(attribute.StorageName);
        return new PersistentState<T>(activation, attribute.StateName, storage ?? throw new BadProviderConfigException(
            $"State {attribute.StateName} of {activation.Class.Type} wants {(string.IsNullOrWhiteSpace(attribute.StorageName) ? "the default store" : $"store {attribute.StorageName}")}, which is not registered."));
    }

    public Task LoadAsync(CancellationToken cancellationToken) => CallStorageAsync(Kind.Read, cancellationToken);

    public Task ReadStateAsync() => Queue(Kind.Read, CancellationToken.None);

    public Task WriteStateAsync() => Queue(Kind.Write, CancellationToken.None);

    public Task ClearStateAsync() => Queue(Kind.Clear, CancellationToken.None);

    Task IStorage.ReadStateAsync(CancellationToken cancellationToken) => Queue(Kind.Read, cancellationToken);

    Task IStorage.WriteStateAsync(CancellationToken cancellationToken) => Queue(Kind.Write, cancellationToken);

    Task IStorage.ClearStateAsync(CancellationToken cancellationToken) => Queue(Kind.Clear, cancellationToken);

    private static T NewState() => typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null
        ? Activator.CreateInstance<T>()
        : (T)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof(T));

    private Task Queue(Kind kind, CancellationToken cancellationToken)
    {
        RuntimeContext.RequireTurn();
        if (_last is { Started: false, CanBeCanceled: false } last && last.Kind == kind && kind != Kind.Read && !cancellationToken.CanBeCanceled)
            return last.Task;
        var operation = new Operation(kind, cancellationToken.CanBeCanceled);
        operation.Task = RunAsync(operation, _last?.Task, cancellationToken);
        _last = operation;
        return operation.Task;
    }

    private async Task RunAsync(Operation operation, Task? before, CancellationToken cancellationToken)
    {
        // Yields first: what the rest of this turn changes and asks for belongs to the same write.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (before is not null)
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        operation.Started = true;
        try
        {
            await CallStorageAsync(operation.Kind, cancellationToken);
        }
        finally
        {
            if (ReferenceEquals(_last, operation))
                _last = null;
        }
    }

    private async Task CallStorageAsync(Kind kind, CancellationToken cancellationToken)
    {
        try
        {
            await (kind switch
            {
                Kind.Read => _storage.ReadStateAsync(_name, _activation.GrainId, _state, cancellationToken),
                Kind.Write => _storage.WriteStateAsync(_name, _activation.GrainId, _state, cancellationToken),
                _ => _storage.ClearStateAsync(_name, _activation.GrainId, _state, cancellationToken),
            });
        }
        catch (Exception error) when (error is not OrleansException && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new OrleansException($"State {_name} of {_activation.GrainId} could not do {kind}: {error.Message}", error);
        }
    }

    private sealed class Operation(Kind kind, bool canBeCanceled)
    {
        public Kind Kind => kind;

        public bool CanBeCanceled => canBeCanceled;

        public bool Started { get; set; }

        public Task Task { get; set; } = Task.CompletedTask;
    }
}
