using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface IContextualGrain : IGrainWithStringKey
{
    Task<string?> Get(string key);

    Task<string?> GetThrough(string other, string key);

    Task Set(string key, string value);

    Task<string?> TraceId();
}

[GrainType("contextual")]
public sealed class ContextualGrain : Grain, IContextualGrain
{
    public Task<string?> Get(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string?> GetThrough(string other, string key) => GrainFactory.GetGrain<IContextualGrain>(other).Get(key);

    public Task Set(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public Task<string?> TraceId() => Task.FromResult(Activity.Current?.TraceId.ToString());
}

internal sealed class RecordingFilter(Probe probe) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (IsTheRuntimesOwn(context.InterfaceMethod))
        {
            await context.Invoke();
            return;
        }

        probe.Events.Enqueue($"in {context.InterfaceMethod.Name} of {context.TargetId}, {context.ImplementationMethod.DeclaringType!.Name}");
        await context.Invoke();
        if (context.Result is "replace")
            context.Result = "replaced";
    }

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (IsTheRuntimesOwn(context.InterfaceMethod))
        {
            await context.Invoke();
            return;
        }

        if (context.MethodName == "Echo" && context.Request.GetArgument(0) is "argument")
            context.Request.SetArgument(0, "other argument");
        probe.Events.Enqueue($"out {context.MethodName}");
        await context.Invoke();
        probe.Events.Enqueue($"back {context.MethodName}");
    }

    // Filters may see the calls by which a runtime keeps itself going.
    private static bool IsTheRuntimesOwn(MethodInfo method) => method.DeclaringType!.Assembly != typeof(RecordingFilter).Assembly;
}

public interface ISelfFilteringGrain : IGrainWithStringKey
{
    Task<int> One();
}

[GrainType("self-filtering")]
public sealed class SelfFilteringGrain : Grain, ISelfFilteringGrain, IIncomingGrainCallFilter
{
    public Task<int> One() => Task.FromResult(1);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        context.Result = (int)context.Result! + 1;
    }
}

public sealed class RequestContextTests : ClusterTest
{
    private IContextualGrain Grain => Grains.GetGrain<IContextualGrain>("a");

    [Fact]
    public async Task A_value_flows_to_the_grain_and_on_to_the_grains_it_calls()
    {
        RequestContext.Set("key", "value");
        Assert.Equal("value", await Grain.Get("key"));
        Assert.Equal("value", await Grain.GetThrough("b", "key"));
        Assert.True(RequestContext.Remove("key"));
        Assert.Null(await Grain.Get("key"));
    }

    [Fact]
    public async Task A_value_set_by_a_grain_does_not_flow_back()
    {
        await Grain.Set("key", "value");
        Assert.Null(RequestContext.Get("key"));
        Assert.Null(await Grain.Get("key"));
    }

    [Fact]
    public async Task A_call_continues_the_callers_trace()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TestSilo.CallSource,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var activity = new Activity("test").Start();
        Assert.Equal(activity.TraceId.ToString(), await Grain.TraceId());
    }

    [Fact]
    public async Task A_grain_class_may_filter_its_own_calls() => Assert.Equal(2, await Grains.GetGrain<ISelfFilteringGrain>("a").One());
}

public sealed class FilterTests : ClusterTest
{
    [Fact]
    public async Task Filters_see_calls_on_both_sides_and_may_change_them()
    {
        var grain = Grains.GetGrain<IEchoGrain>("a");
        Assert.Equal("other argument", await grain.Echo("argument"));
        Assert.Equal("replaced", await grain.Echo("replace"));
        await grain.Nothing();
        Assert.Equal(["out Echo", "in Echo of echo/a, EchoGrain", "back Echo"], Probe.Events.Take(3));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Fail("no"));
        Assert.Equal("no", error.Message);
    }

    private protected override Task<TestCluster> StartAsync() => TestCluster.StartAsync(services =>
    {
        services.AddSingleton<IIncomingGrainCallFilter, RecordingFilter>();
        services.AddSingleton<IOutgoingGrainCallFilter, RecordingFilter>();
    });
}
