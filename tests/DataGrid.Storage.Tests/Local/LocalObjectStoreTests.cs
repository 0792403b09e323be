using System.Runtime.Versioning;
using DataGrid.Contracts.Storage;
using DataGrid.Storage.Local;
using DataGrid.Storage.Tests.Conformance;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Local;

public sealed class LocalObjectStoreTests : ObjectStoreConformance
{
    private readonly TemporaryFolder _root = new();

    protected override IObjectStore Open() => LocalObjectStore.Open(_root.Path);

    protected override void CleanUp() => _root.Dispose();

    [Fact]
    public async Task An_object_is_a_plain_file_that_the_engine_can_open_in_place()
    {
        var store = Open();
        await store.PutAsync(Path("t/x.parquet"), Bytes("rows"), default);

        Assert.Equal("rows", await File.ReadAllTextAsync(store.LocalPath(Path("t/x.parquet"))!));
    }

    [Fact]
    public async Task A_file_written_under_its_final_name_is_adopted_where_it_lies()
    {
        var store = Open();
        var file = store.LocalPath(Path("t/part-1.parquet"))!;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "rows");

        Assert.Equal(4, (await store.AdoptAsync(file, Path("t/part-1.parquet"), default)).SizeBytes);
    }

    [Fact]
    public async Task An_unfinished_write_is_never_listed_and_cannot_be_asked_for_but_can_be_cleaned_up()
    {
        var store = Open();
        await store.PutAsync(Path("t/x"), Bytes("1"), default);
        await File.WriteAllTextAsync(_root.File("t/" + DurableFiles.TemporaryPrefix + "dead"), "half");

        var listed = new List<string>();
        await foreach (var entry in store.ListAsync(Path("t"), ListScope.Tree, default)) listed.Add(entry.Path.Value);

        Assert.Equal(["t/x"], listed);
        await Assert.ThrowsAsync<ArgumentException>(() => store.ReadAsync(Path("t/" + DurableFiles.TemporaryPrefix + "dead"), default));
        Assert.Equal(0, await store.DeleteUnfinishedAsync(Path("t"), DateTimeOffset.UnixEpoch, default));
        Assert.Equal(1, await store.DeleteUnfinishedAsync(Path("t"), DateTimeOffset.MaxValue, default));
        Assert.Equal(["x"], Directory.EnumerateFiles(_root.File("t")).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public async Task A_list_neither_shows_nor_follows_links()
    {
        using var outside = new TemporaryFolder();
        await File.WriteAllTextAsync(outside.File("secret"), "x");
        var store = Open();
        await store.PutAsync(Path("t/x"), Bytes("1"), default);
        Directory.CreateSymbolicLink(_root.File("t/folder"), outside.Path);
        File.CreateSymbolicLink(_root.File("t/file"), outside.File("secret"));

        var listed = new List<string>();
        await foreach (var entry in store.ListAsync(Path("t"), ListScope.Tree, default)) listed.Add(entry.Path.Value);

        Assert.Equal(["t/x"], listed);
    }

    [Fact]
    public async Task Losing_a_race_leaves_no_temporary_file()
    {
        var store = Open();
        await store.PutIfAbsentAsync(Path("log/1"), Bytes("a"), default);
        await store.PutIfAbsentAsync(Path("log/1"), Bytes("b"), default);

        Assert.Equal(["1"], Directory.EnumerateFiles(_root.File("log")).Select(System.IO.Path.GetFileName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public void A_path_that_could_leave_the_store_is_no_path(string text) => Assert.False(ObjectPath.TryParse(text, out _, out _));

    [Fact]
    public async Task A_name_too_long_for_the_file_system_is_refused_with_advice()
    {
        var fault = await Assert.ThrowsAsync<ObjectStoreException>(() => Open().PutAsync(Path(new string('n', 300)), Bytes("x"), default));

        Assert.Equal(StoreFault.Unsupported, fault.Fault);
        Assert.Contains("too long", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_way_of_publishing_that_this_volume_offers_keeps_the_first(bool link)
    {
        if (!OperatingSystem.IsLinux()) return;
        var (from, to) = (_root.File("from"), _root.File("to"));
        File.WriteAllText(from, "first");
        Assert.Equal(0, Publish(link, from, to));
        File.WriteAllText(from, "second");
        Assert.Equal(NativeFiles.Exists, Publish(link, from, to));
    }

    [SupportedOSPlatform("linux")]
    private static int Publish(bool link, string from, string to)
    {
        var error = link ? NativeFiles.Link(from, to) : NativeFiles.RenameNoReplaceLinux(from, to);
        if (link) File.Delete(from);
        return error;
    }
}
