using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Runtime.Tests.Conformance;

public interface IStateGrain : IGrainWithStringKey
{
    Task<Guid> Instance();

    Task<int> Add(int value);

    Task<(int Value, bool Exists, bool HasEtag)> Read();

    Task AddTenTimesAtOnce();

    Task Clear();

    Task Deactivate();

    Task<bool> AddAndCatch();
}

public interface ICallerGrain : IGrainWithStringKey
{
    Task<Guid> Instance();

    Task AddThrough(string key);
}

public sealed class CounterState
{
    public int Value { get; set; }
}

[GrainType("state")]
public sealed class StateGrain([PersistentState("counter", "counting")] IPersistentState<CounterState> counter) : Grain, IStateGrain
{
    private readonly Guid _instance = Guid.NewGuid();

    public Task<Guid> Instance() => Task.FromResult(_instance);

    public async Task<int> Add(int value)
    {
        counter.State.Value += value;
        await counter.WriteStateAsync();
        return counter.State.Value;
    }

    public Task<(int Value, bool Exists, bool HasEtag)> Read() => Task.FromResult((counter.State.Value, counter.RecordExists, counter.Etag is not null));

    public async Task AddTenTimesAtOnce()
    {
        var writes = new List<Task>();
        for (var i = 0; i < 10; i++)
        {
            counter.State.Value++;
            writes.Add(counter.WriteStateAsync());
        }

        await Task.WhenAll(writes);
    }

    public Task Clear() => counter.ClearStateAsync();

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task<bool> AddAndCatch()
    {
        try
        {
            await Add(1);
            return false;
        }
        catch (InconsistentStateException)
        {
            await counter.ReadStateAsync();
            return true;
        }
    }
}

[GrainType("state-caller")]
public sealed class CallerGrain : Grain, ICallerGrain
{
    private readonly Guid _instance = Guid.NewGuid();

    public Task<Guid> Instance() => Task.FromResult(_instance);

    public Task AddThrough(string key) => GrainFactory.GetGrain<IStateGrain>(key).Add(1);
}

public interface INoStoreGrain : IGrainWithStringKey
{
    Task Nothing();
}

[GrainType("state-nowhere")]
public sealed class NoStoreGrain([PersistentState("x", "no such store")] IPersistentState<CounterState> state) : Grain, INoStoreGrain
{
    public Task Nothing() => Task.FromResult(state.State);
}

public sealed class StateTests : ClusterTest
{
    private IStateGrain Grain => Grains.GetGrain<IStateGrain>("a");

    private CountingStorage Storage => (CountingStorage)Cluster.Services.GetRequiredKeyedService<IGrainStorage>("counting");

    [Fact]
    public async Task State_outlives_the_activation()
    {
        Assert.Equal((0, false, false), await Grain.Read());
        Assert.Equal(3, await Grain.Add(3));
        var before = await Grain.Instance();
        await Grain.Deactivate();
        Assert.NotEqual(before, await Grain.Instance());
        Assert.Equal((3, true, true), await Grain.Read());
    }

    [Fact]
    public async Task Cleared_state_does_not_exist()
    {
        await Grain.Add(3);
        await Grain.Clear();
        await Grain.Deactivate();
        Assert.Equal((0, false, false), await Grain.Read());
    }

    [Fact]
    public async Task Writes_that_wait_for_a_write_share_one()
    {
        await Grain.Add(1);
        await Grain.AddTenTimesAtOnce();
        Assert.Equal(2, Storage.Writes);
        Assert.Equal((11, true, true), await Grain.Read());
    }

    [Fact]
    public async Task An_escaping_InconsistentStateException_ends_the_activation()
    {
        await Grain.Add(1);
        var before = await Grain.Instance();
        Storage.Touch(Grain.GetGrainId());
        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.Add(1));
        Assert.NotEqual(before, await Grain.Instance());
        Assert.Equal(2, await Grain.Add(1));
    }

    [Fact]
    public async Task A_caught_InconsistentStateException_does_not_end_the_activation()
    {
        await Grain.Add(1);
        var before = await Grain.Instance();
        Storage.Touch(Grain.GetGrainId());
        Assert.True(await Grain.AddAndCatch());
        Assert.Equal(before, await Grain.Instance());
    }

    [Fact]
    public async Task Someone_elses_InconsistentStateException_does_not_end_the_activation_it_passes_through()
    {
        await Grain.Add(1);
        var caller = Grains.GetGrain<ICallerGrain>("c");
        var before = await caller.Instance();
        Storage.Touch(Grain.GetGrainId());
        await Assert.ThrowsAsync<InconsistentStateException>(() => caller.AddThrough("a"));
        Assert.Equal(before, await caller.Instance());
    }

    [Fact]
    public async Task A_store_that_is_not_registered_is_named()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(Grains.GetGrain<INoStoreGrain>("a").Nothing);
        Assert.Contains("no such store", error.ToString(), StringComparison.Ordinal);
    }
}
