using System.Collections.Immutable;
using Orleans;

namespace DataGrid.Runtime.Tests.Conformance;

#pragma warning disable ORLEANS0004 // A member without [Id] is what a test is about.
[GenerateSerializer]
public sealed class MutableMessage
{
    [Id(0)]
    public List<string> Names { get; set; } = [];

    [Id(1)]
    public Dictionary<string, int[]> Map { get; set; } = [];

    [Id(2)]
    public MutableMessage? Next { get; set; }

    public string? NotOnTheWire { get; set; }
}
#pragma warning restore ORLEANS0004

[GenerateSerializer]
public abstract record Shape;

[GenerateSerializer]
public sealed record Circle([property: Id(0)] double Radius) : Shape;

[GenerateSerializer]
public sealed record ImmutableMessage([property: Id(0)] string Name, [property: Id(1)] ImmutableArray<Shape> Shapes, [property: Id(2)] ImmutableDictionary<string, long?> Counts);

public sealed record NotMarked(string Name);

public interface INotMarkedGrain : IGrainWithStringKey
{
    Task<NotMarked> Echo(NotMarked message);
}

[GrainType("copy-not-marked")]
public sealed class NotMarkedGrain : Grain, INotMarkedGrain
{
    public Task<NotMarked> Echo(NotMarked message) => Task.FromResult(message);
}

public interface IRunnerGrain : IGrainWithStringKey
{
    Task Run(Func<int> function);
}

[GrainType("copy-runner")]
public sealed class RunnerGrain : Grain, IRunnerGrain
{
    public Task Run(Func<int> function) => Task.FromResult(function());
}

public interface ICopyGrain : IGrainWithStringKey
{
    Task<MutableMessage> Keep(MutableMessage message);

    Task<bool> KeepsTheSame([Immutable] MutableMessage message);

    Task<string> First();

    Task<ImmutableMessage> Echo(ImmutableMessage message);

    Task<ICopyGrain> Myself();
}

[GrainType("copy")]
public sealed class CopyGrain : Grain, ICopyGrain
{
    private MutableMessage? _kept;

    public static object? LastSent { get; set; }

    public Task<MutableMessage> Keep(MutableMessage message)
    {
        _kept = message;
        return Task.FromResult(message);
    }

    public Task<bool> KeepsTheSame(MutableMessage message) => Task.FromResult(ReferenceEquals(message, LastSent));

    public Task<string> First() => Task.FromResult(_kept!.Names[0] + _kept.Map["m"][0]);

    public Task<ImmutableMessage> Echo(ImmutableMessage message) => Task.FromResult(message);

    public Task<ICopyGrain> Myself() => Task.FromResult(this.AsReference<ICopyGrain>());
}

public sealed class CopyTests
{
    private static readonly ImmutableMessage Unchanging = new(
        "n", [new Circle(1.5), new Circle(2)], ImmutableDictionary<string, long?>.Empty.Add("a", 1).Add("b", null));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_caller_changes_after_the_call_does_not_reach_the_grain(bool serialize)
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { SerializeEveryCall = serialize });
        var grain = cluster.Grains.GetGrain<ICopyGrain>("a");
        var message = new MutableMessage { Names = ["one"], Map = { ["m"] = [1] } };
        await grain.Keep(message);
        message.Names[0] = "two";
        message.Map["m"][0] = 2;
        Assert.Equal("one1", await grain.First());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_caller_changes_in_the_result_does_not_reach_the_grain(bool serialize)
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { SerializeEveryCall = serialize });
        var grain = cluster.Grains.GetGrain<ICopyGrain>("a");
        var result = await grain.Keep(new MutableMessage { Names = ["one"], Map = { ["m"] = [1] } });
        result.Names[0] = "two";
        Assert.Equal("one1", await grain.First());
    }

    [Fact]
    public async Task A_cycle_stays_a_cycle()
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { IsAlone = true });
        var message = new MutableMessage();
        message.Next = message;
        var result = await cluster.Grains.GetGrain<ICopyGrain>("a").Keep(message);
        Assert.NotSame(message, result);
        Assert.Same(result, result.Next);
    }

    [Fact]
    public async Task An_immutable_argument_is_not_copied()
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { SerializeEveryCall = false, IsAlone = true });
        var message = new MutableMessage();
        CopyGrain.LastSent = message;
        Assert.True(await cluster.Grains.GetGrain<ICopyGrain>("a").KeepsTheSame(message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reference_travels(bool serialize)
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { SerializeEveryCall = serialize });
        var grain = cluster.Grains.GetGrain<ICopyGrain>("a");
        Assert.Equal(grain, await grain.Myself());
    }

    [Fact]
    public async Task On_a_wire_everything_with_an_id_survives_and_derived_types_stay_what_they_are()
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { SerializeEveryCall = true });
        var result = await cluster.Grains.GetGrain<ICopyGrain>("a").Echo(Unchanging);
        Assert.NotSame(Unchanging, result);
        Assert.Equal(Unchanging.Name, result.Name);
        Assert.Equal(Unchanging.Shapes.AsEnumerable(), result.Shapes.AsEnumerable());
        Assert.Equal(Unchanging.Counts, result.Counts);
        Assert.Equal(1, result.Counts["a"]);
    }

    [Fact]
    public async Task On_a_wire_a_member_without_an_id_is_lost()
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { SerializeEveryCall = true });
        var result = await cluster.Grains.GetGrain<ICopyGrain>("a").Keep(new MutableMessage { NotOnTheWire = "lost", Names = ["kept"] });
        Assert.Null(result.NotOnTheWire);
        Assert.Equal(["kept"], result.Names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_type_without_a_serializer_is_refused(bool serialize)
    {
        await using var cluster = await TestCluster.StartAsync(new TestCluster.Settings { SerializeEveryCall = serialize });
        var error = await Assert.ThrowsAnyAsync<Exception>(() => cluster.Grains.GetGrain<INotMarkedGrain>("a").Echo(new NotMarked("n")));
        Assert.Contains(nameof(NotMarked), error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_cannot_be_sent()
    {
        await using var cluster = await TestCluster.StartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Grains.GetGrain<IRunnerGrain>("a").Run(() => 1));
    }
}
