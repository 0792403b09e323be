using System.Diagnostics;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface ITurnMethods : IGrainWithStringKey
{
    /// <summary>Says that it runs, and waits for a signal of the same name.</summary>
    Task Block(string name);

    [AlwaysInterleave]
    Task Interleave(string name);

    Task MarkedOnClassOnly(string name);

    [ReadOnly]
    Task Read(string name);

    Task<string> WhereAfterWhenAll();

    Task<string> WhereAfterTaskRun();

    Task Compute(int milliseconds);
}

public interface ITurnGrain : ITurnMethods;

public interface IReentrantGrain : ITurnMethods;

[GrainType("turn")]
internal sealed class TurnGrain(Probe probe) : TurnGrainBase(probe), ITurnGrain;

[Reentrant]
[GrainType("turn-reentrant")]
internal sealed class ReentrantGrain(Probe probe) : TurnGrainBase(probe), IReentrantGrain;

internal abstract class TurnGrainBase(Probe probe) : Grain
{
    public async Task Block(string name)
    {
        probe.Events.Enqueue("in " + name);
        probe.Set("in " + name);
        await probe.Wait(name);
        probe.Events.Enqueue("out " + name);
    }

    public Task Interleave(string name) => Block(name);

#pragma warning disable ORLEANS0001 // That it does not count here is what a test is about.
    [AlwaysInterleave]
    public Task MarkedOnClassOnly(string name) => Block(name);
#pragma warning restore ORLEANS0001

    public Task Read(string name) => Block(name);

    public async Task<string> WhereAfterWhenAll()
    {
        var before = TaskScheduler.Current;
        await Task.WhenAll(Task.Run(() => Thread.Yield()), Task.Delay(1));
        var factory = GrainFactory;
        return ReferenceEquals(before, TaskScheduler.Current) && before != TaskScheduler.Default && factory is not null ? "on the activation" : "off";
    }

    public async Task<string> WhereAfterTaskRun()
    {
        var inside = await Task.Run(() => TaskScheduler.Current == TaskScheduler.Default ? "off" : "on the activation");
        return inside + ", then " + (TaskScheduler.Current == TaskScheduler.Default ? "off" : "on the activation");
    }

    public Task Compute(int milliseconds)
    {
        var begun = Stopwatch.StartNew();
        while (begun.ElapsedMilliseconds < milliseconds)
            Thread.SpinWait(1000);
        return Task.CompletedTask;
    }
}

public sealed class TurnTests : ClusterTest
{
    private ITurnGrain Grain => Grains.GetGrain<ITurnGrain>("a");

    [Fact]
    public async Task A_request_waits_until_the_one_before_it_has_ended()
    {
        var first = Grain.Block("first");
        await Probe.Wait("in first");
        var second = Grain.Block("second");
        await AfterOneMoreTurn();
        Assert.DoesNotContain("in second", Probe.Events);
        Probe.Set("first");
        Probe.Set("second");
        await Task.WhenAll(first, second);
        Assert.Equal(["in first", "out first", "in second", "out second"], Probe.Events.Where(e => !e.EndsWith("marker", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Requests_of_a_reentrant_class_interleave()
    {
        var grain = Grains.GetGrain<IReentrantGrain>("a");
        var first = grain.Block("first");
        var second = grain.Block("second");
        await Probe.Wait("in first");
        await Probe.Wait("in second");
        Probe.Set("second");
        await second;
        Assert.False(first.IsCompleted);
        Probe.Set("first");
        await first;
    }

    [Fact]
    public async Task A_method_marked_AlwaysInterleave_in_its_interface_runs_between_others()
    {
        var first = Grain.Block("first");
        await Probe.Wait("in first");
        Probe.Set("second");
        await Grain.Interleave("second");
        Assert.False(first.IsCompleted);
        Probe.Set("first");
        await first;
    }

    [Fact]
    public async Task Others_wait_for_no_interleaving_request()
    {
        var interleaving = Grain.Interleave("long");
        await Probe.Wait("in long");
        Probe.Set("short");
        await Grain.Block("short");
        Assert.False(interleaving.IsCompleted);
        Probe.Set("long");
        await interleaving;
    }

    [Fact]
    public async Task AlwaysInterleave_on_the_class_does_not_count()
    {
        var first = Grain.Block("first");
        await Probe.Wait("in first");
        var second = Grain.MarkedOnClassOnly("second");
        await AfterOneMoreTurn();
        Assert.DoesNotContain("in second", Probe.Events);
        Probe.Set("first");
        Probe.Set("second");
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task ReadOnly_requests_interleave_with_each_other_but_not_with_writes()
    {
        var reads = Grain.Read("one");
        var more = Grain.Read("two");
        await Probe.Wait("in one");
        await Probe.Wait("in two");
        var write = Grain.Block("write");
        await AfterOneMoreTurn();
        Assert.DoesNotContain("in write", Probe.Events);
        Probe.Set("one");
        await reads;
        Probe.Set("two");
        await more;
        Probe.Set("write");
        await write;
    }

    [Fact]
    public async Task Code_after_WhenAll_is_still_on_the_activation() => Assert.Equal("on the activation", await Grain.WhereAfterWhenAll());

    [Fact]
    public async Task Task_Run_leaves_the_activation_and_its_await_comes_back() =>
        Assert.Equal("off, then on the activation", await Grain.WhereAfterTaskRun());

    [Fact]
    public async Task A_long_turn_is_logged_with_the_grain()
    {
        await Grain.Compute(250);
        // The answer comes before the turn is over, and its log line after that.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Cluster.Logs.Lines.Any(IsWarned) && !limit.IsCancellationRequested)
            await Task.Delay(1, CancellationToken.None);
        Assert.Contains(Cluster.Logs.Lines, line => IsWarned(line));

        static bool IsWarned(string line) => line.Contains("turn/a", StringComparison.Ordinal) && line.StartsWith("Warning", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grains_run_beside_each_other()
    {
        var first = Grain.Block("first");
        await Probe.Wait("in first");
        Probe.Set("other");
        await Grains.GetGrain<ITurnGrain>("b").Block("other");
        Probe.Set("first");
        await first;
    }

    [Fact]
    public async Task Many_callers_lose_no_call()
    {
        Probe.Set("go");
        var grains = Enumerable.Range(0, 8).Select(i => Grains.GetGrain<ITurnGrain>($"many{i}")).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4000).Select(i => Task.Run(() => grains[i % grains.Length].Block("go"))));
        Assert.Equal(4000, Probe.Events.Count(e => e == "out go"));
    }

    // A request that may always start: once it has run, everything queued before it has been looked at.
    private Task AfterOneMoreTurn()
    {
        Probe.Set("marker");
        return Grain.Interleave("marker");
    }
}
