using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.DuckDb;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Mirror;
using DataGrid.Storage.Tests.Support;

namespace DataGrid.Storage.Tests.Mirror;

public sealed class FileMirrorTests : IDisposable
{
    private static readonly ObjectPath File1 = ObjectPath.Parse("default/tables/a/b/month=1/part-1.parquet");

    private readonly TemporaryFolder _folder = new();
    private readonly MemoryObjectStore _store = new(TimeProvider.System);
    private readonly LogEngine _engine = new(new DeltaTableOptions());
    private int _reads;

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_file_is_brought_once_however_many_want_it_and_keeps_its_partition_folder()
    {
        var content = await PutAsync(File1, 300_000);
        var mirror = Open();

        var copies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => mirror.BringAsync(File1, content.Length, default)));

        Assert.All(copies, copy => Assert.Equal(content, File.ReadAllBytes(copy.LocalFile)));
        Assert.EndsWith("/month=1/part-1.parquet", copies[0].LocalFile, StringComparison.Ordinal);
        Assert.Equal(1, _reads);
        foreach (var copy in copies) copy.Dispose();

        // Another process finds what is here.
        using var again = await Open().BringAsync(File1, content.Length, default);
        Assert.Equal(content, File.ReadAllBytes(again.LocalFile));
        Assert.Equal(1, _reads);
    }

    [Fact]
    public async Task Copies_that_nobody_uses_go_when_there_are_too_many_the_oldest_first_and_those_in_use_stay()
    {
        var clock = new TestClock();
        var mirror = Open(maxBytes: 250_000, clock);
        var paths = Enumerable.Range(0, 4).Select(static number => ObjectPath.Parse($"t/part-{number}.parquet")).ToList();
        foreach (var path in paths) await PutAsync(path, 100_000);
        var held = await mirror.BringAsync(paths[0], 100_000, default);
        var names = new List<string> { held.LocalFile };
        foreach (var path in paths.Skip(1))
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            using var copy = await mirror.BringAsync(path, 100_000, default);
            names.Add(copy.LocalFile);
        }

        mirror.Trim();
        Assert.Equal([true, false, false, true], names.Select(File.Exists));

        held.Dispose();
        await PutAsync(ObjectPath.Parse("t/part-9.parquet"), 200_000);
        using (await mirror.BringAsync(ObjectPath.Parse("t/part-9.parquet"), 200_000, default)) mirror.Trim();
        Assert.Equal([false, false, false, false], names.Select(File.Exists));
        using var back = await mirror.BringAsync(paths[1], 100_000, default);
        Assert.True(File.Exists(back.LocalFile));
    }

    [Fact]
    public async Task What_a_killed_process_left_half_done_is_never_taken_for_whole()
    {
        var content = await PutAsync(File1, 300_000);
        var failing = new FaultyStore(_store, (operation, _, call) => operation == "read" && call > 2 ? Fault.Fails : Fault.None);
        var options = new MirrorOptions { Folder = _folder.Path, PieceBytes = 1 << 16 };
        await Assert.ThrowsAsync<ObjectStoreException>(() => new FileMirror(failing, options, TimeProvider.System).BringAsync(File1, content.Length, default));

        var mirror = new FileMirror(new Renamed(_store, failing.Description), options, TimeProvider.System);
        using var copy = await mirror.BringAsync(File1, content.Length, default);
        Assert.Equal(content, File.ReadAllBytes(copy.LocalFile));

        File.WriteAllText(Path.Combine(Directory.GetFiles(_folder.Path, "ranges", SearchOption.AllDirectories).Single()), "nonsense");
        File.WriteAllBytes(copy.LocalFile, new byte[content.Length]);
        using var repaired = await mirror.BringAsync(File1, content.Length, default);
        Assert.Equal(content, File.ReadAllBytes(repaired.LocalFile));
    }

    [Fact]
    public async Task A_file_that_is_missing_or_has_another_length_is_refused()
    {
        await PutAsync(File1, 100);

        Assert.Equal(ErrorCodes.TableCorrupt, (await Assert.ThrowsAsync<DataGridException>(() => Open().BringAsync(File1, 99, default))).Problem.Code);
        Assert.Equal(ErrorCodes.TableCorrupt, (await Assert.ThrowsAsync<DataGridException>(() => Open().BringAsync(ObjectPath.Parse("t/none"), 99, default))).Problem.Code);
    }

    [Fact]
    public async Task Only_the_columns_that_are_needed_are_brought_and_what_is_not_brought_cannot_be_read()
    {
        var (path, bytes) = await PutTableAsync(400_000);
        var mirror = Open(wholeBytes: 0);

        using var local = await LocalInputs.PrepareAsync(mirror, _engine, [Input(path, bytes)], null, new InputReads(["select sum(id) from t.wide where small = 3"], []), default);

        Assert.True(local.IsPartial);
        Assert.InRange(mirror.BroughtBytes, 1, bytes / 2);
        var file = local.Inputs[0].Files[0].Path;
        Assert.Equal("SUM", await ScalarAsync($"SELECT CASE WHEN sum(id) = (SELECT sum(range) FROM range(400000) WHERE range % 7 = 3) THEN 'SUM' END FROM read_parquet('{file}') WHERE small = 3"));
        await Assert.ThrowsAsync<DuckDbException>(() => ScalarAsync($"SELECT max(text) FROM read_parquet('{file}')"));
        await Assert.ThrowsAsync<DuckDbException>(() => ScalarAsync($"SELECT sum(noise % 10)::VARCHAR FROM read_parquet('{file}')"));

        using var more = await LocalInputs.PrepareAsync(mirror, _engine, [Input(path, bytes)], null, new InputReads(["select max(text) from t.wide"], []), default);
        Assert.Equal("text 99999", await ScalarAsync($"SELECT max(text) FROM read_parquet('{more.Inputs[0].Files[0].Path}')"));
        using var whole = await LocalInputs.PrepareAsync(mirror, _engine, [Input(path, bytes)], null, null, default);
        Assert.False(whole.IsPartial);
        Assert.Equal(await _store.ReadAsync(path, default), File.ReadAllBytes(whole.Inputs[0].Files[0].Path));
        Assert.Equal(bytes, mirror.BroughtBytes);
    }

    private FileMirror Open(long maxBytes = 1L << 30, TimeProvider? clock = null, long wholeBytes = 1 << 20) => new(
        new FaultyStore(_store, (operation, _, _) =>
        {
            if (operation == "read") Interlocked.Increment(ref _reads);
            return Fault.None;
        }),
        new MirrorOptions { Folder = _folder.Path, MaxBytes = maxBytes, WholeBytes = wholeBytes }, clock ?? TimeProvider.System);

    private async Task<byte[]> PutAsync(ObjectPath path, int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        await _store.PutAsync(path, content, default);
        return content;
    }

    private async Task<(ObjectPath Path, long Bytes)> PutTableAsync(int rows)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("wide.parquet");
        await _engine.RunAsync(connection => connection.Execute(
            $"COPY (SELECT range AS id, (range % 7)::INTEGER AS small, 'text ' || range AS text, hash(range) AS noise FROM range({rows})) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 50000)", default), default);
        var content = await File.ReadAllBytesAsync(file);
        var path = ObjectPath.Parse("default/tables/t/wide/part-1.parquet");
        await _store.PutAsync(path, content, default);
        return (path, content.Length);
    }

    // In an engine of its own, as each task has one: an engine remembers what it read of a file.
    private static async Task<string?> ScalarAsync(string sql)
    {
        using var engine = new LogEngine(new DeltaTableOptions());
        return await engine.RunAsync(connection =>
        {
            using var result = connection.Query(sql, default);
            using var chunk = result.ReadChunk(default);
            return chunk?[0].GetString(0);
        }, default);
    }

    private static TaskInput Input(ObjectPath path, long bytes) => new()
    {
        Name = DatasetName.Parse("t.wide"),
        Form = TaskInputForm.Table,
        Columns = [],
        Files = [new TaskFile { Path = RemoteFileName.Of(path), Bytes = bytes, Name = "part-1.parquet" }],
    };

    /// <summary>A store under the name of another.</summary>
    private sealed class Renamed(IObjectStore inner, string name) : IObjectStore
    {
        public string Description => name;

        public Task<PutOutcome> PutIfAbsentAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutIfAbsentAsync(path, content, cancellationToken);

        public Task PutAsync(ObjectPath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutAsync(path, content, cancellationToken);

        public Task<ObjectEntry> AdoptAsync(string localFile, ObjectPath path, CancellationToken cancellationToken) => inner.AdoptAsync(localFile, path, cancellationToken);

        public Task<byte[]?> ReadAsync(ObjectPath path, CancellationToken cancellationToken) => inner.ReadAsync(path, cancellationToken);

        public Task<byte[]?> ReadRangeAsync(ObjectPath path, long offset, int length, CancellationToken cancellationToken) => inner.ReadRangeAsync(path, offset, length, cancellationToken);

        public Task<Stream?> OpenReadAsync(ObjectPath path, CancellationToken cancellationToken) => inner.OpenReadAsync(path, cancellationToken);

        public Task<ObjectEntry?> StatAsync(ObjectPath path, CancellationToken cancellationToken) => inner.StatAsync(path, cancellationToken);

        public IAsyncEnumerable<ObjectEntry> ListAsync(ObjectPath folder, ListScope scope, CancellationToken cancellationToken) => inner.ListAsync(folder, scope, cancellationToken);

        public Task<bool> DeleteAsync(ObjectPath path, CancellationToken cancellationToken) => inner.DeleteAsync(path, cancellationToken);

        public Task<int> DeleteUnfinishedAsync(ObjectPath folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken) => inner.DeleteUnfinishedAsync(folder, writtenBefore, cancellationToken);

        public string? LocalPath(ObjectPath path) => inner.LocalPath(path);
    }
}
