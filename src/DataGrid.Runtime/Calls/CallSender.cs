using System.Diagnostics;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime;

/// <summary>
/// The caller's side of a call: copies arguments, runs outgoing filters, finds the activation, here or on the silo that the grain belongs
/// to; nothing else knows where a grain is.
/// </summary>
internal sealed class CallSender(Silo silo, IOutgoingGrainCallFilter[] filters) : IDisposable
{
    public PendingCalls Pending { get; } = new(silo.Time, silo.Options.CallTimeout);

    public Task<T> SendAsync<T>(GeneratedReference reference, InterfaceMethod method, object?[] arguments)
    {
        if (method.CancellationIndex >= 0 && (CancellationToken)arguments[method.CancellationIndex]! is { IsCancellationRequested: true } cancelled)
            return Task.FromCanceled<T>(cancelled);
        var source = RuntimeContext.Current;
        var call = new Call<T>(reference, method, arguments) { SourceId = source?.GrainId };
        try
        {
            silo.RequireRunning();
            if (filters.Length > 0)
                return FilteredAsync(call, source);
            Start(call);
            return call.Task;
        }
        catch (Exception error)
        {
            return Task.FromException<T>(error);
        }
    }

    /// <summary>Passes a call on from an activation that has ended.</summary>
    public void Forward(Call call)
    {
        try
        {
            if (++call.Forwards > silo.Options.MaxForwards)
                throw new OrleansMessageRejectionException($"{call.Method.ActivityName} was passed on {silo.Options.MaxForwards} times: {call.Reference.GrainId} keeps deactivating.");
            Route(call);
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
    }

    /// <summary>Takes a call of another silo, or one that was tried before and never sent.</summary>
    public void Receive(Call call)
    {
        try
        {
            Route(call);
        }
        catch (Exception error)
        {
            Reject(call, error);
        }
    }

    public void Dispose() => Pending.Dispose();

    private async Task<T> FilteredAsync<T>(Call<T> call, Activation? source)
    {
        var context = new OutgoingCallContext(call, source, filters, () =>
        {
            Start(call);
            return call.Task;
        });
        await context.Invoke();
        return typeof(T) == typeof(Nothing) ? default! : (T)context.Result!;
    }

    private void Start<T>(Call<T> call)
    {
        // What travels is written now, what stays is copied now: the caller may change its arguments after this.
        if (silo.Cluster?.ElsewhereOf(call.Reference.PlacementHash) is null)
            silo.Copier.CopyArguments(call.Method, call.Arguments);
        else
            call.Payload = silo.Cluster.Pack(call);
        call.RequestContext = WithParent(RequestContext.Current);
        // First listed, then linked: a token that is cancelled meanwhile takes the call off the list again.
        if (!call.Method.OneWay)
            Pending.Add(call);
        if (call.Method.CancellationIndex >= 0)
            call.LinkToken();
        try
        {
            Route(call);
        }
        catch (Exception error)
        {
            Reject(call, error);
        }
    }

    private void Reject(Call call, Exception error)
    {
        if (call.Method.OneWay)
            silo.Log.OneWayFailed(call.Method.ActivityName, call.Reference.GrainId, error);
        else
            call.Fail(error);
    }

    private void Route(Call call)
    {
        if (silo.Cluster is { } cluster)
        {
            if (cluster.TrySend(call))
                return;
            if (call.Payload is not null)
                cluster.Unpack(call);
            call.UnsentReason = null;
        }

        // An activation that ends refuses; the next look finds its successor.
        if (call.Reference.LastActivation is { } last && last.TryEnqueue(call))
            return;
        while (true)
        {
            var activation = silo.Catalog.GetOrCreate(call.Reference.GrainId);
            if (activation.TryEnqueue(call))
            {
                call.Reference.LastActivation = activation;
                return;
            }
        }
    }

    private static Dictionary<string, object>? WithParent(Dictionary<string, object>? values) =>
        Telemetry.Calls.HasListeners() && Activity.Current?.Id is { } parent
            ? new Dictionary<string, object>(values ?? [], StringComparer.Ordinal) { [Telemetry.ParentKey] = parent }
            : values;
}
