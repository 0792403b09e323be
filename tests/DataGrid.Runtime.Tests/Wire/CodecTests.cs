using System.Collections.Frozen;
using System.Collections.Immutable;
using DataGrid.Runtime.Wire;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace DataGrid.Runtime.Tests.Wire;

[GenerateSerializer, Alias("CodecMessage")]
public sealed record CodecMessage
{
    [Id(0)]
    public string? Text { get; init; }

    [Id(1)]
    public ImmutableArray<CodecShape> Shapes { get; init; } = [];

    [Id(2)]
    public CodecMessage? Inner { get; init; }

    [Id(3)]
    public object? Anything { get; init; }
}

[GenerateSerializer]
public abstract record CodecShape([property: Id(0)] string Name);

[GenerateSerializer]
public sealed record CodecCircle(string Name, [property: Id(0)] double Radius) : CodecShape(Name);

/// <summary>What <see cref="CodecMessage"/> was one version ago, and will be.</summary>
[GenerateSerializer]
public sealed record CodecMessageBefore([property: Id(0)] string? Text);

[GenerateSerializer]
public sealed record CodecMessageAfter
{
    [Id(0)]
    public string? Text { get; init; }

    [Id(9)]
    public ImmutableArray<int> Added { get; init; } = [7];
}

[GenerateSerializer]
public sealed record CodecWithoutConstructor([property: Id(0)] string? Text, [property: Id(5)] ImmutableArray<int> Added);

public sealed class CodecTests : IAsyncLifetime
{
    private TestCluster _cluster = null!;
    private CodecCatalog _codecs = null!;

    public async Task InitializeAsync()
    {
        _cluster = await TestCluster.StartAsync();
        _codecs = new CodecCatalog(_cluster.Services.GetRequiredService<Silo>());
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public void Values_survive()
    {
        Same(long.MinValue);
        Same(ulong.MaxValue);
        Same((sbyte)-1);
        Same(double.NaN);
        Same(float.Epsilon);
        Same(decimal.MinValue);
        Same(Int128.MinValue);
        Same('ß');
        Same(true);
        Same("Grüße, 你好, \uD83D\uDE00");
        Same("a lone \uD800 surrogate\0");
        Same(Guid.Parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff"));
        Same(new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Same(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(-5)));
        Same(TimeSpan.FromTicks(-1));
        Same(new DateOnly(2026, 2, 3));
        Same(TimeOnly.MaxValue);
        Same(new Uri("grid:relative", UriKind.RelativeOrAbsolute));
        Same(DayOfWeek.Friday);
        Same<int?>(null);
        Same<int?>(3);
        Same<DayOfWeek?>(DayOfWeek.Monday);
        Same(GrainId.Create("dataset", "default/a/b"));
        Same((1, "two", (long?)3));
        Same(KeyValuePair.Create("key", 1));
    }

    [Fact]
    public void Collections_survive_with_their_comparers()
    {
        Assert.Equal([1, 2, 3], RoundTrip<int[]>([1, 2, 3]));
        Assert.Equal([1, 2, 3], RoundTrip<List<int>>([1, 2, 3]));
        Assert.Equal([1, 2, 3], RoundTrip<IReadOnlyList<int>>([1, 2, 3]));
        Assert.Equal(["a", null], RoundTrip<ImmutableArray<string?>>(["a", null]).AsEnumerable());
        Assert.True(RoundTrip(default(ImmutableArray<int>)).IsDefault);
        Assert.Empty(RoundTrip(ImmutableArray<int>.Empty));
        Assert.Equal(1, RoundTrip(ImmutableDictionary.Create<string, int>(StringComparer.OrdinalIgnoreCase).Add("A", 1))["a"]);
        Assert.Equal(1, RoundTrip(ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal).Add("A", 1))["A"]);
        Assert.Equal(1, RoundTrip(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["A"] = 1 })["a"]);
        Assert.Contains(2, RoundTrip(ImmutableHashSet.Create(1, 2)));
        Assert.Contains(2, RoundTrip<HashSet<int>>([1, 2]));
        Assert.Equal([1, 2], RoundTrip(ImmutableSortedSet.Create(2, 1)));
        Assert.Equal(2, RoundTrip(new Dictionary<string, int> { ["b"] = 2 }.ToFrozenDictionary())["b"]);
        Assert.Equal([1, 2], RoundTrip<byte[]>([1, 2]));
    }

    [Fact]
    public void Messages_survive_with_derived_types_and_themselves_inside()
    {
        var message = new CodecMessage { Text = "outer", Shapes = [new CodecCircle("c", 1.5)], Inner = new CodecMessage { Anything = 5L }, Anything = new CodecCircle("d", 2) };
        var read = RoundTrip(message);
        Assert.Equal(message.Shapes.AsEnumerable(), read.Shapes.AsEnumerable());
        Assert.Equal(message.Anything, read.Anything);
        Assert.Equal(5L, read.Inner!.Anything);
        Assert.Equal("outer", read.Text);
        Assert.NotSame(message, read);
    }

    [Fact]
    public void A_member_that_only_the_sender_knows_is_skipped() =>
        Assert.Equal("t", Read<CodecMessageBefore>(Write(new CodecMessage { Text = "t", Shapes = [new CodecCircle("c", 1)], Inner = new(), Anything = 1.5 })).Text);

    [Fact]
    public void A_member_that_only_the_receiver_knows_has_its_default()
    {
        var read = Read<CodecMessageAfter>(Write(new CodecMessageBefore("t")));
        Assert.Equal("t", read.Text);
        Assert.Equal([7], read.Added.AsEnumerable());
        Assert.Empty(Read<CodecWithoutConstructor>(Write(new CodecMessageBefore("t"))).Added);
    }

    [Fact]
    public void A_message_that_contains_itself_is_refused()
    {
        var loop = new Conformance.MutableMessage();
        loop.Next = loop;
        Assert.Contains("does it contain itself", Assert.Throws<NotSupportedException>(() => Write(loop)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_data_is_refused()
    {
        Assert.Throws<NotSupportedException>(() => _codecs.For(typeof(Func<int>)));
        Assert.Throws<NotSupportedException>(() => _codecs.For(typeof(Stream)));
        Assert.Contains("GenerateSerializer", Assert.Throws<NotSupportedException>(() => _codecs.For(typeof(Conformance.NotMarked))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("List<int,int>")]
    [InlineData("List<")]
    [InlineData("DataGrid.Runtime.Tests.Probe")]
    public void A_type_that_is_no_message_cannot_be_named(string name) => Assert.ThrowsAny<Exception>(() => _codecs.Names.Find(name));

    [Fact]
    public void Bytes_that_are_no_message_are_an_error_and_nothing_else()
    {
        var good = Write(new CodecMessage { Text = "text", Shapes = [new CodecCircle("c", 1)], Anything = new List<int> { 1, 2 } });
        var random = new Random(17);
        for (var i = 0; i < 3000; i++)
        {
            var bad = good.ToArray();
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                Read<CodecMessage>(bad[..random.Next(1, bad.Length + 1)]);
            }
            catch (Exception error) when (error is WireException or NotSupportedException or ArgumentException or OverflowException or FormatException or InvalidCastException)
            {
                continue;
            }
        }

        Assert.Equal("text", Read<CodecMessage>(good).Text);
    }

    private void Same<T>(T value) => Assert.Equal(value, RoundTrip(value));

    private T RoundTrip<T>(T value) => Read<T>(Write(value));

    private byte[] Write<T>(T value)
    {
        using var writer = new WireWriter(1 << 20);
        _codecs.For(typeof(T)).WriteSlot(writer, value);
        return writer.Written.ToArray();
    }

    private T Read<T>(byte[] bytes)
    {
        var reader = new WireReader(bytes);
        return (T)_codecs.For(typeof(T)).ReadSlot(ref reader)!;
    }
}
