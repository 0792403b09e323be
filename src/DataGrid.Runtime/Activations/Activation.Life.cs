using Orleans;

namespace DataGrid.Runtime;

/// <summary>How an activation begins and ends.</summary>
internal sealed partial class Activation
{
    private long _lastUse;
    private DateTimeOffset _keepUntil;
    private DeactivationReason _reason;
    private TaskCompletionSource? _idle;
    private bool _endAfterActivating;

    public void DelayDeactivation(TimeSpan timeSpan)
    {
        lock (_gate)
        {
            _keepUntil = timeSpan == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue
                : timeSpan <= TimeSpan.Zero ? default
                : Silo.Time.GetUtcNow() + timeSpan;
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Invalid)
                return;
            _reason = deactivationReason;
            if (_state == ActivationState.Activating)
            {
                // Taken up when activating is done: half an activation has nothing to deactivate.
                _endAfterActivating = true;
                return;
            }

            BeginDeactivating();
        }
    }

    /// <summary>Ends this activation if nothing ran for its age limit.</summary>
    public void CollectIfIdle()
    {
        lock (_gate)
        {
            if (_state != ActivationState.Valid || Class.KeepAlive || _running.Count > 0 || _waiting.Count > 0)
                return;
            var age = Class.AgeLimit ?? Silo.Options.CollectionAge;
            if (Silo.Time.GetElapsedTime(_lastUse) < age || Silo.Time.GetUtcNow() < _keepUntil)
                return;
            _reason = new DeactivationReason(DeactivationReasonCode.ActivationIdle, $"Idle for {age}.");
            BeginDeactivating();
        }
    }

    private async Task ActivateAsync()
    {
        using var limit = Silo.Limit(Silo.Options.ActivationTimeout);
        var error = await CatchAsync(async () =>
        {
            _instance = Class.Activator.Create(this);
            foreach (var facet in _facets)
                await facet.LoadAsync(limit.Token);
            if (_instance is IGrainBase grain)
                await grain.OnActivateAsync(limit.Token);
        });
        if (error is not null)
        {
            Silo.Log.ActivationFailed(GrainId, error);
            await EndAsync(error);
            return;
        }

        if (Telemetry.Activations.Enabled)
            Telemetry.Activations.Add(1);
        lock (_gate)
        {
            _state = ActivationState.Valid;
            _lastUse = Silo.Time.GetTimestamp();
            if (_endAfterActivating)
            {
                // Who caused this activation gets answers from it: the wish was made while they waited.
                _ = RunTurnsAsync(() =>
                {
                    Deactivate(_reason);
                    return Task.CompletedTask;
                });
            }
        }

        StartRequests();
    }

    // Under the gate.
    private void BeginDeactivating()
    {
        _state = ActivationState.Deactivating;
        if (_running.Count > 0)
            _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = RunTurnsAsync(DeactivateAsync);
    }

    private async Task DeactivateAsync()
    {
        using var limit = Silo.Limit(Silo.Options.DeactivationTimeout);
        GrainTimer[] timers;
        lock (_gate)
            timers = [.. _timers];
        foreach (var timer in timers)
            timer.Dispose();
        if (_idle is { } idle && await CatchAsync(() => idle.Task.WaitAsync(limit.Token)) is not null)
            Silo.Log.RequestsOutlived(GrainId, Silo.Options.DeactivationTimeout);
        if (_instance is IGrainBase grain && await CatchAsync(() => grain.OnDeactivateAsync(_reason, limit.Token).WaitAsync(limit.Token)) is { } error)
            Silo.Log.DeactivationFailed(GrainId, error);
        if (_instance is not null && Telemetry.Activations.Enabled)
            Telemetry.Activations.Add(-1);
        await EndAsync(null);
    }

    /// <summary>Leaves the catalog, and hands what waits to the successor, or fails it with <paramref name="error"/>.</summary>
    private async Task EndAsync(Exception? error)
    {
        IRequest[] left;
        lock (_gate)
        {
            _state = ActivationState.Invalid;
            left = _waiting.TakeAll();
            if (Telemetry.Queued.Enabled)
                Telemetry.Queued.Add(-left.Length);
        }

        Silo.Catalog.Remove(this);
        foreach (var request in left)
            request.OnAbandoned(error);
        if (await CatchAsync(DisposeInstanceAsync) is { } failed)
            Silo.Log.DeactivationFailed(GrainId, failed);
        _gone.TrySetResult();
    }

    private async Task DisposeInstanceAsync()
    {
        if (_instance is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else if (_instance is IDisposable disposable)
            disposable.Dispose();
        if (_scope is { } scope)
            await scope.DisposeAsync();
    }
}
