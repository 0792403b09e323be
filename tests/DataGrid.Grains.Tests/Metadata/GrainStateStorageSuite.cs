using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace DataGrid.Grains.Tests.Metadata;

public abstract class GrainStateStorageSuite : MetadataSuite
{
    private static readonly GrainId Grain = GrainId.Create("dataset", "default/main.flights");

    [Fact]
    public async Task State_is_read_as_it_was_written()
    {
        var written = await WriteAsync(new Person { Name = "Åsa \"x\" 東京", Tags = ["a", "b"] });
        var read = await ReadAsync<Person>();
        Assert.Equal("Åsa \"x\" 東京", read.State!.Name);
        Assert.Equal<string>(["a", "b"], read.State.Tags.AsEnumerable());
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
    }

    [Fact]
    public async Task State_outlives_the_process()
    {
        await WriteAsync(new Person { Name = "kept" });
        await Bed.ReopenAsync();
        Assert.Equal("kept", (await ReadAsync<Person>()).State!.Name);
    }

    [Fact]
    public async Task Without_a_record_state_is_new_and_has_no_version()
    {
        var state = new GrainState<Person>(new Person { Name = "old" }, "etag") { RecordExists = true };
        await Bed.States.ReadStateAsync("state", Grain, state);
        Assert.Equal("", state.State!.Name);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task Of_two_first_writes_one_wins()
    {
        await WriteAsync(new Person { Name = "first" });
        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(new Person { Name = "second" }));
        Assert.NotNull(error.StoredEtag);
        Assert.Null(error.CurrentEtag);
        Assert.Equal("first", (await ReadAsync<Person>()).State!.Name);
    }

    [Fact]
    public async Task Of_a_hundred_first_writes_at_once_one_wins()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            try
            {
                await WriteAsync(new Person { Name = $"{i}" });
                return 1;
            }
            catch (InconsistentStateException)
            {
                return 0;
            }
        }));
        Assert.Equal(1, results.Sum());
    }

    [Fact]
    public async Task A_write_with_an_old_version_loses()
    {
        var one = await WriteAsync(new Person { Name = "one" });
        var other = await ReadAsync<Person>();
        one.State!.Name = "two";
        await Bed.States.WriteStateAsync("state", Grain, one);
        other.State!.Name = "three";
        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => Bed.States.WriteStateAsync("state", Grain, other));
        Assert.Equal(one.ETag, error.StoredEtag);
        Assert.Equal(other.ETag, error.CurrentEtag);
        Assert.Equal("two", (await ReadAsync<Person>()).State!.Name);
    }

    [Fact]
    public async Task Writes_that_share_a_statement_are_fenced_one_by_one()
    {
        var current = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            var state = new GrainState<Person>(new Person { Name = "first" });
            await Bed.States.WriteStateAsync("state", GrainId.Create("g", $"k{i}"), state);
            return state;
        }));
        var hold = await Bed.HoldAsync();
        var stale = Enumerable.Range(0, 60).Where(i => i % 3 == 0).ToHashSet();
        var writes = current.Select((state, i) => Bed.States.WriteStateAsync(
            "state", GrainId.Create("g", $"k{i}"), new GrainState<Person>(new Person { Name = "second" }, stale.Contains(i) ? "0.0" : state.ETag))).ToArray();
        var inserts = Enumerable.Range(50, 20).Select(i => Bed.States.WriteStateAsync(
            "state", GrainId.Create("g", $"k{i}"), new GrainState<Person>(new Person { Name = "inserted" }))).ToArray();
        await hold.DisposeAsync();
        for (var i = 0; i < writes.Length; i++)
            Assert.Equal(stale.Contains(i), await IsLostAsync(writes[i]));
        for (var i = 0; i < inserts.Length; i++)
            Assert.Equal(i < 10, await IsLostAsync(inserts[i]));
        for (var i = 0; i < 70; i++)
        {
            var read = new GrainState<Person>();
            await Bed.States.ReadStateAsync("state", GrainId.Create("g", $"k{i}"), read);
            Assert.Equal(i >= 60 ? "inserted" : stale.Contains(i) ? "first" : "second", read.State!.Name);
        }
    }

    [Fact]
    public async Task A_write_to_a_removed_record_loses()
    {
        var one = await WriteAsync(new Person { Name = "one" });
        var other = await ReadAsync<Person>();
        await Bed.States.ClearStateAsync("state", Grain, one);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Bed.States.WriteStateAsync("state", Grain, other));
    }

    [Fact]
    public async Task A_removed_record_can_be_written_anew_and_never_has_an_earlier_version()
    {
        var state = await WriteAsync(new Person { Name = "one" });
        var before = state.ETag;
        await Bed.States.ClearStateAsync("state", Grain, state);
        Assert.False(state.RecordExists);
        await Bed.ReopenAsync();
        var again = await WriteAsync(new Person { Name = "two" });
        Assert.NotEqual(before, again.ETag);
    }

    [Fact]
    public async Task Removing_with_an_old_version_loses_and_removing_nothing_is_fine()
    {
        var state = await WriteAsync(new Person { Name = "one" });
        var stale = new GrainState<Person>(new Person(), "0.0");
        await Assert.ThrowsAsync<InconsistentStateException>(() => Bed.States.ClearStateAsync("state", Grain, stale));
        await Bed.States.ClearStateAsync("state", Grain, state);
        await Bed.States.ClearStateAsync("state", Grain, new GrainState<Person>());
    }

    [Fact]
    public async Task Of_many_writers_of_one_version_one_wins()
    {
        var first = await WriteAsync(new Person { Name = "first" });
        for (var round = 0; round < 5; round++)
        {
            var held = (await ReadAsync<Person>()).ETag;
            var lost = await Task.WhenAll(Enumerable.Range(0, 64).Select(i =>
                IsLostAsync(Bed.States.WriteStateAsync("state", Grain, new GrainState<Person>(new Person { Name = $"{i}" }, held)))));
            Assert.Equal(63, lost.Count(static isLost => isLost));
        }

        Assert.NotEqual(first.ETag, (await ReadAsync<Person>()).ETag);
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\u202eright to left, e\u0301 and \u00e9, \ud83d\ude00")]
    [InlineData("quotes ' \" \\ and\nlines")]
    public async Task Any_text_comes_back_as_it_was(string text)
    {
        await WriteAsync(new Person { Name = text });
        Assert.Equal(text, (await ReadAsync<Person>()).State!.Name);
    }

    [Fact]
    public async Task Names_of_one_grain_are_apart()
    {
        await WriteAsync(new Person { Name = "one" });
        var other = new GrainState<Person>();
        await Bed.States.ReadStateAsync("other", Grain, other);
        Assert.False(other.RecordExists);
    }

    [Fact]
    public async Task Members_that_this_version_does_not_know_are_written_back()
    {
        await WriteAsync(new NewerPerson { Name = "n", Shoe = 42, Home = new NewerHome { City = "c", Zip = "z" }, Homes = { ["x"] = new NewerHome { City = "d", Zip = "y" } } });
        var older = await ReadAsync<Person>();
        older.State!.Name = "changed";
        older.State.Home!.City = "moved";
        await Bed.States.WriteStateAsync("state", Grain, older);
        var newer = (await ReadAsync<NewerPerson>()).State!;
        Assert.Equal(("changed", 42, "moved", "z", "y"), (newer.Name, newer.Shoe, newer.Home!.City, newer.Home.Zip, newer.Homes["x"].Zip));
    }

    [Fact]
    public async Task An_unknown_member_goes_with_the_object_that_it_was_in()
    {
        await WriteAsync(new NewerPerson { Name = "n", Home = new NewerHome { City = "c", Zip = "z" } });
        var older = await ReadAsync<Person>();
        older.State!.Home = null;
        await Bed.States.WriteStateAsync("state", Grain, older);
        Assert.Null((await ReadAsync<NewerPerson>()).State!.Home);
    }

    [Fact]
    public async Task State_over_the_limit_is_refused_with_its_size()
    {
        var error = await Assert.ThrowsAsync<OrleansException>(() => WriteAsync(new Person { Name = new string('x', 65_536) }));
        Assert.Contains("65536 are allowed", error.Message, StringComparison.Ordinal);
        Assert.Contains(Grain.ToString(), error.Message, StringComparison.Ordinal);
        await WriteAsync(new Person { Name = new string('x', 65_000) });
    }

    private static async Task<bool> IsLostAsync(Task write)
    {
        try
        {
            await write;
            return false;
        }
        catch (InconsistentStateException)
        {
            return true;
        }
    }

    private async Task<GrainState<T>> WriteAsync<T>(T value)
    {
        var state = new GrainState<T>(value);
        await Bed.States.WriteStateAsync("state", Grain, state);
        return state;
    }

    private async Task<GrainState<T>> ReadAsync<T>()
    {
        var state = new GrainState<T>();
        await Bed.States.ReadStateAsync("state", Grain, state);
        return state;
    }

    internal sealed class Person
    {
        public string Name { get; set; } = "";

        public ImmutableArray<string> Tags { get; set; } = [];

        public Home? Home { get; set; }

        public Dictionary<string, Home> Homes { get; set; } = [];
    }

    internal sealed class Home
    {
        public string City { get; set; } = "";
    }

    internal sealed class NewerPerson
    {
        public string Name { get; set; } = "";

        public int? Shoe { get; set; }

        public NewerHome? Home { get; set; }

        public Dictionary<string, NewerHome> Homes { get; set; } = [];
    }

    internal sealed class NewerHome
    {
        public string City { get; set; } = "";

        public string? Zip { get; set; }
    }
}
