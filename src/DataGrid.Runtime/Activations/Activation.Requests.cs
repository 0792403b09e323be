using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Runtime;

/// <summary>The requests of an activation: which wait, which run, which may start.</summary>
internal sealed partial class Activation
{
    private readonly WaitingRequests _waiting = new();
    private readonly List<IRequest> _running = [];

    // The running request that others must not interleave with; null while only interleaving ones run.
    private IRequest? _blocking;

    /// <summary>Takes a request, to run it or to pass it on. False when this activation has ended: the caller looks for its successor.</summary>
    /// <exception cref="LimitExceededException">Too many requests wait.</exception>
    public bool TryEnqueue(IRequest request)
    {
        lock (_gate)
        {
            if (_state == ActivationState.Invalid)
                return false;
            if (_waiting.Count >= Silo.Options.MaxQueuedRequests)
                throw new LimitExceededException(
                    $"{_waiting.Count} requests wait for {GrainId}, as many as {nameof(EmbeddedSiloOptions.MaxQueuedRequests)} allows: call it less often, or raise the limit.");
            if (request is Call call)
                call.Target = this;
            _waiting.Add(request);
            if (Telemetry.Queued.Enabled)
                Telemetry.Queued.Add(1);
            if (_state == ActivationState.Created)
            {
                _state = ActivationState.Activating;
                _ = RunTurnsAsync(ActivateAsync);
                return true;
            }

            if (_state != ActivationState.Valid || IsBlocked)
                return true;
        }

        _scheduler.QueueStart();
        return true;
    }

    /// <summary>A turn: starts every waiting request that may start.</summary>
    public void StartRequests()
    {
        var position = 0;
        while (true)
        {
            IRequest request;
            lock (_gate)
            {
                if (_state != ActivationState.Valid || IsBlocked)
                    return;
                while (position < _waiting.Count && !_waiting[position].IsEnded && !MayStart(_waiting[position]))
                    position++;
                if (position >= _waiting.Count)
                    return;
                request = _waiting.Take(position);
                if (Telemetry.Queued.Enabled)
                    Telemetry.Queued.Add(-1);
                // Nobody waits for it any more, and it has done nothing yet.
                if (request.IsEnded)
                    continue;
                _running.Add(request);
                if (!request.AlwaysInterleave)
                    _blocking ??= request;
            }

            _ = RunAsync(request);
        }
    }

    // What waits can only wait on: the end of the blocking request looks again. Under the gate.
    private bool IsBlocked => _blocking is not null && !Class.Reentrant && !_waiting.AnyMayInterleave;

    private bool MayStart(IRequest request) =>
        _running.Count == 0 || _blocking is null || Class.Reentrant || request.AlwaysInterleave || (_blocking.ReadOnly && request.ReadOnly);

    [SuppressMessage("Design", "CA1031", Justification = "What grain code throws is its caller's answer.")]
    private async Task RunAsync(IRequest request)
    {
        if (request is not Call call)
        {
            if (await CatchAsync(request.RunAsync) is { } failed)
                Silo.Log.RequestFailed(GrainId, failed);
            OnCompleted(request);
            return;
        }

        RequestContext.Current = call.RequestContext;
        using var activity = Telemetry.Calls.HasListeners() ? StartActivity(call) : null;
        Task? running = null;
        IncomingCallContext? context = null;
        Exception? error = null;
        try
        {
            if (Silo.IncomingFilters.Length > 0 || _instance is IIncomingGrainCallFilter)
                await (context = new IncomingCallContext(call, this, Silo.IncomingFilters)).Invoke();
            else
                await (running = call.Dispatch(_instance!));
        }
        catch (Exception thrown)
        {
            error = thrown;
            activity?.SetStatus(ActivityStatusCode.Error, thrown.Message);
        }

        // Over before it is answered: whoever has the answer finds the activation free.
        OnCompleted(request);
        if (error is not null)
            OnFailed(call, error);
        else if (context is not null)
            call.SucceedWith(context.Result);
        else
            call.Succeed(running!);
    }

    private void OnFailed(Call call, Exception error)
    {
        if (error is InconsistentStateException { IsSourceActivation: true } lost)
        {
            lost.IsSourceActivation = false;
            Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, error, "A state write lost against another writer."));
        }

        if (call.Method.OneWay)
            Silo.Log.OneWayFailed(call.Method.ActivityName, GrainId, error);
        else
            call.Fail(error);
    }

    private Activity? StartActivity(Call call)
    {
        var parent = RequestContext.Get(Telemetry.ParentKey) is string id && ActivityContext.TryParse(id, null, isRemote: true, out var context) ? context : default;
        var activity = Telemetry.Calls.StartActivity(call.Method.ActivityName, ActivityKind.Server, parent);
        activity?.SetTag("rpc.system", "orleans").SetTag("rpc.orleans.target_id", GrainId.ToString());
        return activity;
    }

    private void OnCompleted(IRequest request)
    {
        bool more;
        lock (_gate)
        {
            _running.Remove(request);
            if (ReferenceEquals(_blocking, request))
                _blocking = _running.Find(other => !other.AlwaysInterleave);
            if (request.CountsAsUse)
                _lastUse = Silo.Time.GetTimestamp();
            more = _waiting.Count > 0 && _state == ActivationState.Valid;
            if (_running.Count == 0)
                _idle?.TrySetResult();
        }

        if (more)
            _scheduler.QueueStart();
    }
}

/// <summary>What waits for a turn of an activation: a call, or a tick of a timer.</summary>
internal interface IRequest
{
    bool AlwaysInterleave { get; }

    bool ReadOnly { get; }

    /// <summary>Whether nobody wants it any more.</summary>
    bool IsEnded { get; }

    /// <summary>Whether it keeps the activation from being collected.</summary>
    bool CountsAsUse { get; }

    Task RunAsync();

    /// <summary>The activation ended before it could start.</summary>
    void OnAbandoned(Exception? error);
}
