using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Clustering;

public interface IPlaceGrain : IGrainWithStringKey
{
    /// <summary>The silo that it is on, and how often this activation was asked.</summary>
    Task<PlaceReply> Where();

    Task<string> Ask(string otherKey);

    Task<long> Add(long number);

    Task Block(string name);

    Task<string> BlockWithToken(string name, CancellationToken cancellationToken);

    Task Fail(string how);

    Task<int> Length(byte[] data);

    Task<byte[]> Make(int length);

    Task<string?> Context(string key);

    [OneWay]
    Task Note(string text);
}

[GenerateSerializer, Alias("PlaceReply")]
public sealed record PlaceReply([property: Id(0)] string Silo, [property: Id(1)] int Calls);

public sealed class PlaceState
{
    public long Sum { get; set; }
}

[GrainType("place")]
internal sealed class PlaceGrain([PersistentState("sum")] IPersistentState<PlaceState> state, ILocalSiloDetails silo, Probe probe) : Grain, IPlaceGrain
{
    private int _calls;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Events.Enqueue($"{this.GetPrimaryKeyString()} on {silo.Name}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Events.Enqueue($"{this.GetPrimaryKeyString()} off {silo.Name}");
        return Task.CompletedTask;
    }

    public Task<PlaceReply> Where() => Task.FromResult(new PlaceReply(silo.Name, ++_calls));

    public async Task<string> Ask(string otherKey) => (await GrainFactory.GetGrain<IPlaceGrain>(otherKey).Where()).Silo;

    public async Task<long> Add(long number)
    {
        state.State.Sum += number;
        await state.WriteStateAsync();
        return state.State.Sum;
    }

    public async Task Block(string name)
    {
        probe.Set($"in {name}");
        await probe.Wait(name);
        probe.Events.Enqueue($"out {name}");
    }

    public async Task<string> BlockWithToken(string name, CancellationToken cancellationToken)
    {
        await using var told = cancellationToken.Register(() => probe.Set($"token {name}"));
        probe.Set($"in {name}");
        await probe.Wait(name);
        return "done";
    }

    public Task Fail(string how) => how switch
    {
        "known" => throw new InvalidOperationException("It does not work.", new FormatException("That is why.")),
        "unknown" => throw new OwnException("It is our own.") { Data = { ["key"] = "value", ["number"] = 7 } },
        _ => throw new NotSupportedException(how),
    };

    public Task<int> Length(byte[] data) => Task.FromResult(data.Length);

    public Task<byte[]> Make(int length) => Task.FromResult(new byte[length]);

    public Task<string?> Context(string key) => Task.FromResult(RequestContext.Get(key)?.ToString());

    public Task Note(string text)
    {
        probe.Events.Enqueue($"{text} on {silo.Name}");
        probe.Set(text);
        return Task.CompletedTask;
    }
}

public sealed class OwnException(string message) : Exception(message);
