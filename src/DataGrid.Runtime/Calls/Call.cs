using System.Reflection;
using DataGrid.Runtime.Transport;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace DataGrid.Runtime;

/// <summary>
/// One call: what is called with what, and who waits. Ends exactly once, by an answer, an error, a timeout or the caller's cancellation,
/// whichever is first; what comes later is dropped. Ending does not stop the callee.
/// </summary>
internal abstract class Call(GeneratedReference reference, InterfaceMethod method, object?[] arguments) : IInvokable, IRequest
{
    private CancellationTokenSource? _calleeToken;
    private CancellationTokenRegistration _callerToken;

    public GeneratedReference Reference { get; } = reference;

    public InterfaceMethod Method { get; } = method;

    public object?[] Arguments { get; set; } = arguments;

    public GrainId? SourceId { get; init; }

    public Dictionary<string, object>? RequestContext { get; set; }

    /// <summary>The activation that it waits at or runs on; the last one, if it was passed on.</summary>
    public Activation? Target { get; set; }

    /// <summary>How often it was passed on from an activation that ended.</summary>
    public int Forwards { get; set; }

    /// <summary>The arguments as they travel between silos, once they are written.</summary>
    public byte[]? Payload { get; set; }

    /// <summary>Which connection carries it, and under which number.</summary>
    public PeerLink? Link { get; set; }

    public ulong Number { get; set; }

    /// <summary>How often it went where a silo that was not the right one pointed.</summary>
    public int Redirects { get; set; }

    /// <summary>How often it was tried again; and why it has not been sent yet, null once it may have been.</summary>
    public int Attempts { get; set; }

    public string? UnsentReason { get; set; }

    // The links of the list of pending calls that it is in; owned by PendingCalls.
    public Call? Next { get; set; }

    public Call? Previous { get; set; }

    public int Shard { get; set; } = -1;

    public long Deadline { get; set; }

    /// <summary>Whether nobody waits any more. Never so for a one-way call.</summary>
    public abstract bool IsEnded { get; }

    public bool AlwaysInterleave => Method.AlwaysInterleave;

    public bool ReadOnly => Method.ReadOnly;

    public bool CountsAsUse => true;

    public Task Dispatch(object target) => Reference.Dispatch(target, Method.Id, Arguments);

    public abstract void Succeed(Task finished);

    /// <summary>Ends with a result that came over the wire and so is nobody else's.</summary>
    public abstract void SucceedRemotely(object? result);

    public abstract void SucceedWith(object? result);

    public abstract object? ResultOf(Task finished);

    public void Fail(Exception error)
    {
        if (TryFail(error))
            Release();
    }

    public void TimeOut(TimeSpan patience)
    {
        var error = new TimeoutException(
            $"{Reference.GrainId} did not answer {Method.ActivityName} within {patience}. {(UnsentReason is null ? "It may still be running: look at its state before repeating the call." : $"It was never sent: {UnsentReason}")}");
        if (TryFail(error))
        {
            Release();
            CancelCallee();
        }
    }

    /// <summary>Gives the callee a token of its own: it must not run the callee's callbacks on the caller's thread.</summary>
    public void LinkToken()
    {
        var caller = (CancellationToken)Arguments[Method.CancellationIndex]!;
        _calleeToken = new CancellationTokenSource();
        Arguments[Method.CancellationIndex] = _calleeToken.Token;
        if (caller.CanBeCanceled)
            _callerToken = caller.UnsafeRegister(static (state, token) => ((Call)state!).CancelByCaller(token), this);
    }

    // The activation answers calls itself.
    Task IRequest.RunAsync() => throw new NotSupportedException();

    public void OnAbandoned(Exception? error)
    {
        if (error is not null)
            Fail(error);
        else if (!IsEnded)
            Reference.Silo.Calls.Forward(this);
    }

    public int GetArgumentCount() => Arguments.Length;

    public object? GetArgument(int index) => Arguments[index];

    public void SetArgument(int index, object value) => Arguments[index] = value;

    public string GetMethodName() => Method.Method.Name;

    public string GetInterfaceName() => Reference.InterfaceName;

    public Type GetInterfaceType() => Method.DeclaringType;

    public MethodInfo GetMethod() => Method.Method;

    public object? GetTarget() => Target?.GrainInstance;

    public CancellationToken GetCancellationToken() => Method.CancellationIndex < 0 ? CancellationToken.None : (CancellationToken)Arguments[Method.CancellationIndex]!;

    public TimeSpan? GetDefaultResponseTimeout() => Method.ResponseTimeout;

    public void Dispose() => GC.SuppressFinalize(this);

    protected abstract bool TryFail(Exception error);

    protected abstract bool TryCancel(CancellationToken token);

    /// <summary>Lets go of timeout and caller's token, once the call has ended.</summary>
    protected void Release()
    {
        Reference.Silo.Calls.Pending.Remove(this);
        if (_calleeToken is not null)
            _callerToken.Unregister();
    }

    protected void CancelCallee()
    {
        Link?.Cancel(this);
        if (_calleeToken is not { } source)
            return;
        if (Target is { } target)
            target.Schedule(source.Cancel);
        else
            source.Cancel();
    }

    private void CancelByCaller(CancellationToken token)
    {
        if (TryCancel(token))
        {
            Release();
            CancelCallee();
        }
    }
}

/// <summary>A call with a typed result; <see cref="Nothing"/> for methods without one.</summary>
internal sealed class Call<T>(GeneratedReference reference, InterfaceMethod method, object?[] arguments) : Call(reference, method, arguments)
{
    private readonly TaskCompletionSource<T>? _waiting = method.OneWay ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _waiting?.Task ?? System.Threading.Tasks.Task.FromResult<T>(default!);

    public override bool IsEnded => _waiting is { Task.IsCompleted: true };

    public override void Succeed(Task finished) => SucceedWith(TypedResult(finished));

    public override void SucceedWith(object? result)
    {
        if (typeof(T) == typeof(Nothing))
            SucceedWith(default(T)!);
        else if (result is T || (result is null && default(T) is null))
            SucceedWith((T)result!);
        else
            Fail(new InvalidCastException($"A filter gave {Method.ActivityName} a result of type {result?.GetType().Name ?? "null"} instead of {typeof(T).Name}."));
    }

    public override object? ResultOf(Task finished) => typeof(T) == typeof(Nothing) ? null : TypedResult(finished);

    public override void SucceedRemotely(object? result)
    {
        if (_waiting is not null && _waiting.TrySetResult(typeof(T) == typeof(Nothing) ? default! : (T)result!))
            Succeeded();
    }

    protected override bool TryFail(Exception error)
    {
        if (_waiting is null || !_waiting.TrySetException(error))
            return false;
        Telemetry.OnEnded(error switch { TimeoutException => "timeout", SiloUnavailableException => "unavailable", OrleansMessageRejectionException or LimitExceededException => "refused", _ => "error" });
        return true;
    }

    protected override bool TryCancel(CancellationToken token)
    {
        if (_waiting is null || !_waiting.TrySetCanceled(token))
            return false;
        Telemetry.OnEnded("cancelled");
        return true;
    }

    private void Succeeded()
    {
        Telemetry.OnEnded("ok");
        Release();
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "A result that cannot be sent is the caller's error.")]
    private void SucceedWith(T result)
    {
        if (_waiting is null)
            return;
        try
        {
            if (_waiting.TrySetResult(typeof(T) == typeof(Nothing) ? result : Reference.Silo.Copier.Copy(result)))
                Succeeded();
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private static T TypedResult(Task finished) => finished is Task<T> typed ? typed.GetAwaiter().GetResult() : default!;
}
