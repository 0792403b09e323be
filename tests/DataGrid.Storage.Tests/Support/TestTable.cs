using System.Globalization;
using System.Text;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Commits;
using DataGrid.Core.DeltaLog.Schema;
using DataGrid.Storage.Delta;

namespace DataGrid.Storage.Tests.Support;

/// <summary>A table whose data files are lists of row ids as text: all that the rules of commits need to see, without an engine.</summary>
internal sealed class TestTable : IDisposable
{
    private static int _files;

    private readonly List<DeltaTable> _open = [];
    private readonly bool _ownsEngine;

    public TestTable(IObjectStore? store = null, DeltaTableOptions? options = null, TestClock? clock = null, LogEngine? engine = null)
    {
        Clock = clock ?? new TestClock();
        Store = store ?? new MemoryObjectStore(Clock);
        Options = options ?? new DeltaTableOptions();
        (Engine, _ownsEngine) = (engine ?? new LogEngine(Options), engine is null);
        Paths = TablePaths.Of(WorkspaceId.Default, DatasetName.Parse("test.events"));
    }

    public TestClock Clock { get; }

    public IObjectStore Store { get; }

    public DeltaTableOptions Options { get; }

    public LogEngine Engine { get; }

    public TablePaths Paths { get; }

    public static StructType Schema { get; } = new([new StructField { Name = "id", Type = PrimitiveType.Long }]);

    /// <summary>Another writer, with its own view of the table; as another process would have it.</summary>
    public DeltaTable Open(IObjectStore? through = null, DeltaTableOptions? options = null, Snapshot? known = null)
    {
        var table = new DeltaTable(through ?? Store, Paths, Engine, options ?? Options, Clock, known);
        _open.Add(table);
        return table;
    }

    /// <summary>Writes a durable data file that nothing names yet.</summary>
    public async Task<AddFile> WriteAsync(params long[] rows)
    {
        var path = $"part-{Interlocked.Increment(ref _files):D8}.parquet";
        var content = Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(static row => row.ToString(CultureInfo.InvariantCulture))) + "\n");
        await Store.PutAsync(Paths.File(path), content, default);
        return new AddFile
        {
            Path = path,
            SizeBytes = content.Length,
            ModificationTime = Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            DataChange = true,
            Statistics = $$"""{"numRecords":{{rows.Length}}}""",
        };
    }

    public async Task<CommitRequest> AppendAsync(string run, params long[] rows) => Request(CommitKind.Append, run, null, await WriteAsync(rows));

    public static CommitRequest Request(CommitKind kind, string run, long? basedOn, params AddFile[] adds) => new()
    {
        CommitId = Guid.NewGuid(),
        Kind = kind,
        BaseVersion = basedOn,
        Transaction = CommitTransaction.OfRun(run, "test.events"),
        Adds = [.. adds],
        Schema = Schema,
        ExpectedRows = adds.Sum(static add => FileStatistics.RowsOf(add)),
    };

    /// <summary>The rows of a version, sorted, read from its files through nothing but the store.</summary>
    public async Task<List<long>> RowsAsync(Snapshot? snapshot)
    {
        if (snapshot is null) return [];
        var rows = new List<long>();
        foreach (var file in snapshot.Files.Values)
        {
            var content = await Store.ReadAsync(Paths.File(DataPath.Canonical(file.Path)), default) ?? throw new InvalidOperationException($"{file.Path} is referenced but not there");
            Assert.Equal(file.SizeBytes, content.Length);
            rows.AddRange(Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static row => long.Parse(row, CultureInfo.InvariantCulture)));
        }
        return [.. rows.Order()];
    }

    /// <summary>The rows as a reader that has never seen the table finds them.</summary>
    public async Task<List<long>> FreshRowsAsync()
    {
        using var reader = new DeltaTable(Store, Paths, Engine, Options, Clock);
        return await RowsAsync(await reader.ReadHeadAsync(default));
    }

    /// <summary>Names of the log's entries.</summary>
    public async Task<List<string>> EntriesAsync()
    {
        var names = new List<string>();
        await foreach (var entry in Store.ListAsync(Paths.LogFolder, ListScope.Folder, default))
            if (LogFile.Parse(entry.Path.Name)?.Kind == LogFileKind.Entry) names.Add(entry.Path.Name);
        return names;
    }

    public void Dispose()
    {
        _open.ForEach(static table => table.Dispose());
        if (_ownsEngine) Engine.Dispose();
    }
}
