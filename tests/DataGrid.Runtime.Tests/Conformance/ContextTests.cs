using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Conformance;

public interface IContextGrain : IGrainWithStringKey
{
    Task TouchStateOffTurn();

    Task UseFactoryOffTurn();

    Task StartTimerOffTurn();
}

public sealed class ContextState
{
    public int Value { get; set; }
}

[GrainType("context")]
public sealed class ContextGrain([PersistentState("state")] IPersistentState<ContextState> state) : Grain, IContextGrain
{
    public Task TouchStateOffTurn() => Task.Run(() => state.State.Value++);

    public Task UseFactoryOffTurn() => Task.Run(() => GrainFactory.GetGrain<IContextGrain>("other"));

    public Task StartTimerOffTurn() => Task.Run(() => this.RegisterGrainTimer(() => Task.CompletedTask, TimeSpan.Zero, TimeSpan.FromMinutes(1)));
}

public sealed class ContextTests : ClusterTest
{
    private IContextGrain Grain => Grains.GetGrain<IContextGrain>("a");

    [Fact]
    public async Task State_throws_off_the_turn() => await Assert.ThrowsAsync<InvalidOperationException>(Grain.TouchStateOffTurn);

    [Fact]
    public async Task The_grain_factory_throws_off_the_turn() => await Assert.ThrowsAsync<InvalidOperationException>(Grain.UseFactoryOffTurn);

    [Fact]
    public async Task Starting_a_timer_throws_off_the_turn() => await Assert.ThrowsAnyAsync<Exception>(Grain.StartTimerOffTurn);
}
