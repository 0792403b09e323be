using System.Reflection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace DataGrid.Runtime;

/// <summary>A call walking through filters; each <see cref="Invoke"/> goes one filter further, the last one to the call.</summary>
internal abstract class CallContext(Call call) : IGrainCallContext
{
    private int _next;

    public IInvokable Request => call;

    public abstract object Grain { get; }

    public GrainId? SourceId => call.SourceId;

    public GrainId TargetId => call.Reference.GrainId;

    public GrainInterfaceType InterfaceType => call.Reference.InterfaceType;

    public string InterfaceName => call.Reference.InterfaceName;

    public string MethodName => call.Method.Method.Name;

    public MethodInfo InterfaceMethod => call.Method.Method;

    public object? Result { get; set; }

    protected Call Call => call;

    public async Task Invoke()
    {
        var step = _next++;
        // A filter may call Invoke again, to try once more: the position is its own.
        try
        {
            if (!await TryFilterAsync(step))
                await RunAsync();
        }
        finally
        {
            _next = step;
        }
    }

    protected abstract Task<bool> TryFilterAsync(int step);

    protected abstract Task RunAsync();
}

internal sealed class OutgoingCallContext(Call call, Activation? source, IOutgoingGrainCallFilter[] filters, Func<Task> send)
    : CallContext(call), IOutgoingGrainCallContext
{
    public override object Grain => Call.Reference;

    public IGrainContext? SourceContext => source;

    protected override async Task<bool> TryFilterAsync(int step)
    {
        if (step >= filters.Length)
            return false;
        await filters[step].Invoke(this);
        return true;
    }

    protected override async Task RunAsync()
    {
        var task = send();
        await task;
        Result = Call.ResultOf(task);
    }
}

internal sealed class IncomingCallContext(Call call, Activation target, IIncomingGrainCallFilter[] filters)
    : CallContext(call), IIncomingGrainCallContext
{
    public override object Grain => target.GrainInstance!;

    public IGrainContext TargetContext => target;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = target.GrainInstance!.GetType().GetInterfaceMap(Call.Method.DeclaringType);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, Call.Method.Method)];
        }
    }

    protected override async Task<bool> TryFilterAsync(int step)
    {
        if (step < filters.Length)
            await filters[step].Invoke(this);
        else if (step == filters.Length && target.GrainInstance is IIncomingGrainCallFilter own)
            await own.Invoke(this);
        else
            return false;
        return true;
    }

    protected override async Task RunAsync()
    {
        var task = Call.Dispatch(target.GrainInstance!);
        await task;
        Result = Call.ResultOf(task);
    }
}
