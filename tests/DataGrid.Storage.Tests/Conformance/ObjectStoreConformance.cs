using System.Text;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Conformance;

/// <summary>What every <see cref="IObjectStore"/> promises. A store's test class derives from this one and makes empty stores.</summary>
public abstract class ObjectStoreConformance : IDisposable
{
    private readonly TemporaryFolder _staging = new();

    protected static ObjectPath Path(string text) => ObjectPath.Parse(text);

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>An empty store.</summary>
    protected abstract IObjectStore Open();

    /// <summary>How many writers race in the race tests; a remote store may ask for fewer.</summary>
    protected virtual int Racers => 20;

    public void Dispose()
    {
        _staging.Dispose();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected virtual void CleanUp() { }

    [Fact]
    public async Task An_object_reads_back_as_it_was_put()
    {
        var store = Open();
        await store.PutAsync(Path("a/b c/%20é=1/x.json"), Bytes("hello"), default);

        Assert.Equal("hello", Encoding.UTF8.GetString((await store.ReadAsync(Path("a/b c/%20é=1/x.json"), default))!));
        Assert.Equal(5, (await store.StatAsync(Path("a/b c/%20é=1/x.json"), default))!.SizeBytes);
    }

    [Fact]
    public async Task What_is_not_there_reads_as_nothing()
    {
        var store = Open();
        await store.PutAsync(Path("folder/x"), Bytes("1"), default);

        foreach (var absent in new[] { Path("nothing"), Path("folder"), Path("folder/y"), Path("folder/x/z") })
        {
            Assert.Null(await store.ReadAsync(absent, default));
            Assert.Null(await store.ReadRangeAsync(absent, 0, 1, default));
            Assert.Null(await store.OpenReadAsync(absent, default));
            Assert.Null(await store.StatAsync(absent, default));
            Assert.False(await store.DeleteAsync(absent, default));
        }
    }

    [Fact]
    public async Task Put_if_absent_creates_once_and_never_changes_what_is_there()
    {
        var store = Open();

        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync(Path("log/1"), Bytes("first"), default));
        Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync(Path("log/1"), Bytes("second"), default));

        Assert.Equal(Bytes("first"), await store.ReadAsync(Path("log/1"), default));
    }

    [Fact]
    public async Task Of_many_racing_writers_exactly_one_creates_and_its_content_stays()
    {
        var store = Open();
        for (var round = 0; round < 40; round++)
        {
            var path = Path($"log/{round:D20}.json");
            using var start = new SemaphoreSlim(0);
            var racers = Enumerable.Range(0, Racers).Select(async racer =>
            {
                await start.WaitAsync();
                return await store.PutIfAbsentAsync(path, Bytes($"writer {racer}"), default);
            }).ToArray();
            start.Release(Racers);
            var outcomes = await Task.WhenAll(racers);

            var winner = Assert.Single(outcomes.Select((outcome, racer) => (outcome, racer)), one => one.outcome == PutOutcome.Created).racer;
            Assert.All(outcomes.Where((_, racer) => racer != winner), outcome => Assert.Equal(PutOutcome.Exists, outcome));
            Assert.Equal($"writer {winner}", Encoding.UTF8.GetString((await store.ReadAsync(path, default))!));
        }
    }

    [Fact]
    public async Task A_reader_never_sees_part_of_an_object_that_is_being_replaced()
    {
        var store = Open();
        var (left, right) = (new byte[200_000], new byte[300_000]);
        Array.Fill(left, (byte)'l');
        Array.Fill(right, (byte)'r');
        await store.PutAsync(Path("shared"), left, default);

        var writing = Task.Run(async () =>
        {
            for (var turn = 0; turn < 20; turn++) await store.PutAsync(Path("shared"), turn % 2 == 0 ? right : left, default);
        });
        var seen = 0;
        do
        {
            var content = (await store.ReadAsync(Path("shared"), default))!;
            Assert.True(content.SequenceEqual(left) || content.SequenceEqual(right), $"a mixture of {content.Length} bytes was read");
            seen++;
        }
        while (!writing.IsCompleted);
        await writing;
        Assert.True(seen > 0);
    }

    [Fact]
    public async Task Lists_are_in_ordinal_order_start_where_asked_and_end_at_the_folder()
    {
        var store = Open();
        foreach (var name in new[] { "t/b", "t/a", "t/B", "t/a-1", "t/sub/deep/x", "t/sub/y", "tt/other", "t.json" })
            await store.PutAsync(Path(name), Bytes(name), default);

        Assert.Equal(["t/B", "t/a", "t/a-1", "t/b"], await Names(store, "t", ListScope.Folder));
        Assert.Equal(["t/a-1", "t/b"], await Names(store, "t", new ListScope("a-", Recursive: false)));
        Assert.Equal(["t/B", "t/a", "t/a-1", "t/b", "t/sub/deep/x", "t/sub/y"], await Names(store, "t", ListScope.Tree));
        Assert.Equal(["t/sub/deep/x", "t/sub/y"], await Names(store, "t", new ListScope("sub/", Recursive: true)));
        Assert.Empty(await Names(store, "nowhere", ListScope.Tree));
        Assert.Equal("t/B".Length, (await First(store, "t")).SizeBytes);
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_can_be_created_again()
    {
        var store = Open();
        await store.PutAsync(Path("x"), Bytes("1"), default);

        Assert.True(await store.DeleteAsync(Path("x"), default));
        Assert.False(await store.DeleteAsync(Path("x"), default));
        Assert.Null(await store.ReadAsync(Path("x"), default));
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync(Path("x"), Bytes("2"), default));
    }

    [Fact]
    public async Task Ranges_end_at_the_end_of_the_object()
    {
        var store = Open();
        await store.PutAsync(Path("x"), Bytes("0123456789"), default);

        Assert.Equal(Bytes("345"), await store.ReadRangeAsync(Path("x"), 3, 3, default));
        Assert.Equal(Bytes("89"), await store.ReadRangeAsync(Path("x"), 8, 100, default));
        Assert.Empty((await store.ReadRangeAsync(Path("x"), 10, 5, default))!);
        Assert.Empty((await store.ReadRangeAsync(Path("x"), 3, 0, default))!);
        await using var stream = (await store.OpenReadAsync(Path("x"), default))!;
        using var reader = new StreamReader(stream);
        Assert.Equal("0123456789", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_staged_file_is_adopted_once_however_often_it_is_asked_for()
    {
        var store = Open();
        var staged = _staging.File("part.parquet");
        await File.WriteAllTextAsync(staged, "rows");

        var first = await store.AdoptAsync(staged, Path("table/part-1.parquet"), default);
        var again = await store.AdoptAsync(staged, Path("table/part-1.parquet"), default);

        Assert.Equal(4, first.SizeBytes);
        Assert.Equal(first.SizeBytes, again.SizeBytes);
        Assert.False(File.Exists(staged));
        Assert.Equal(Bytes("rows"), await store.ReadAsync(Path("table/part-1.parquet"), default));
    }

    [Fact]
    public async Task Adopting_what_never_was_says_so()
    {
        var fault = await Assert.ThrowsAsync<ObjectStoreException>(() => Open().AdoptAsync(_staging.File("never"), Path("table/x"), default));

        Assert.Equal(StoreFault.NotFound, fault.Fault);
        Assert.False(fault.IsTransient);
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        var store = Open();
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync(Path("empty"), default, default));
        Assert.Equal(0, (await store.StatAsync(Path("empty"), default))!.SizeBytes);
        Assert.Empty((await store.ReadAsync(Path("empty"), default))!);
    }

    [Fact]
    public async Task A_cancelled_call_changes_nothing()
    {
        var store = Open();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutIfAbsentAsync(Path("x"), Bytes("1"), cancelled.Token));
        Assert.Null(await store.StatAsync(Path("x"), default));
    }

    [Theory]
    [InlineData("with space/and  two")]
    [InlineData("percent/100%/%41%2F%00")]
    [InlineData("equals/month=2026-01/a=b=c")]
    [InlineData("unicode/Grüße/日本語/🦆")]
    [InlineData("signs/!$&'()+,;@[]{}~#?*.x")]
    [InlineData("quotes/\"double\" 'single' `back`")]
    [InlineData("dots/.hidden/..double/trailing.")]
    public async Task Odd_names_are_kept_as_they_are(string name)
    {
        var store = Open();
        var path = Path($"odd/{name}");
        Assert.Equal(PutOutcome.Created, await store.PutIfAbsentAsync(path, Bytes(name), default));
        Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync(path, Bytes("other"), default));

        Assert.Equal(name, Encoding.UTF8.GetString((await store.ReadAsync(path, default))!));
        Assert.Equal([path.Value], await Names(store, "odd", ListScope.Tree));
        Assert.True(await store.DeleteAsync(path, default));
        Assert.Empty(await Names(store, "odd", ListScope.Tree));
    }

    [Fact]
    public async Task A_long_name_is_a_name()
    {
        var store = Open();
        var path = Path($"long/{string.Join('/', Enumerable.Range(0, 4).Select(static part => new string((char)('a' + part), 200)))}");
        await store.PutAsync(path, Bytes("1"), default);

        Assert.Equal([path.Value], await Names(store, "long", ListScope.Tree));
    }

    [Fact]
    public async Task What_was_put_is_listed_at_once_with_its_size_however_many_there_are()
    {
        var store = Open();
        for (var number = 0; number < 30; number++)
        {
            await store.PutAsync(Path($"many/{number:D4}"), Bytes(new string('x', number)), default);
            Assert.Equal(number + 1, (await Names(store, "many", ListScope.Folder)).Count);
        }
        var sizes = new List<long>();
        await foreach (var entry in store.ListAsync(Path("many"), ListScope.Tree, default)) sizes.Add(entry.SizeBytes);
        Assert.Equal(Enumerable.Range(0, 30).Select(static size => (long)size), sizes);
    }

    [Fact]
    public async Task A_big_file_is_adopted_whole()
    {
        var store = Open();
        var content = new byte[64 << 20];
        new Random(7).NextBytes(content);
        var staged = _staging.File("big");
        await File.WriteAllBytesAsync(staged, content);

        var entry = await store.AdoptAsync(staged, Path("table/big"), default);

        Assert.Equal(content.Length, entry.SizeBytes);
        Assert.Equal(content[^1000..], await store.ReadRangeAsync(Path("table/big"), content.Length - 1000, 5000, default));
        var hash = System.Security.Cryptography.SHA256.HashData(content);
        await using var stream = (await store.OpenReadAsync(Path("table/big"), default))!;
        Assert.Equal(hash, await System.Security.Cryptography.SHA256.HashDataAsync(stream));
    }

    [Fact]
    public async Task An_adoption_that_is_given_up_leaves_nothing_to_see()
    {
        var store = Open();
        var staged = _staging.File("big");
        await File.WriteAllBytesAsync(staged, new byte[24 << 20]);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.AdoptAsync(staged, Path("table/big"), cancelled.Token));

        Assert.Null(await store.StatAsync(Path("table/big"), default));
        Assert.Empty(await Names(store, "table", ListScope.Tree));
        Assert.True(File.Exists(staged));
    }

    [Fact]
    public async Task An_object_that_many_delete_is_gone_and_somebody_deleted_it()
    {
        var store = Open();
        await store.PutAsync(Path("x"), Bytes("1"), default);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.DeleteAsync(Path("x"), default)));

        Assert.Contains(true, outcomes);
        Assert.Null(await store.StatAsync(Path("x"), default));
        Assert.False(await store.DeleteAsync(Path("x"), default));
    }

    [Fact]
    public async Task Many_are_deleted_at_once_whether_they_are_there_or_not()
    {
        var store = Open();
        foreach (var number in Enumerable.Range(0, 12)) await store.PutAsync(Path($"many/{number:D2} %é"), Bytes("1"), default);
        await store.PutAsync(Path("kept"), Bytes("1"), default);

        await store.DeleteManyAsync([.. Enumerable.Range(0, 15).Select(static number => Path($"many/{number:D2} %é"))], default);
        await store.DeleteManyAsync([], default);

        Assert.Empty(await Names(store, "many", ListScope.Tree));
        Assert.NotNull(await store.StatAsync(Path("kept"), default));
    }

    private static async Task<List<string>> Names(IObjectStore store, string folder, ListScope scope)
    {
        var names = new List<string>();
        await foreach (var entry in store.ListAsync(Path(folder), scope, default)) names.Add(entry.Path.Value);
        return names;
    }

    private static async Task<ObjectEntry> First(IObjectStore store, string folder)
    {
        await foreach (var entry in store.ListAsync(Path(folder), ListScope.Folder, default)) return entry;
        throw new InvalidOperationException("nothing listed");
    }
}
