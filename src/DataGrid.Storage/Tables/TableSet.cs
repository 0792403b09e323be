using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Storage;
using DataGrid.Core.Datasets;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;
using DataGrid.Core.Runs;
using DataGrid.Storage.Delta;
using DataGrid.Storage.Mirror;

namespace DataGrid.Storage.Tables;

/// <summary>A table as it stands, with what DataGrid keeps in it.</summary>
/// <param name="Table">Its version, columns and files.</param>
/// <param name="Owner">The pipeline that writes it; null when no pipeline of DataGrid made it.</param>
/// <param name="CursorFile">append: the name of its cursor file.</param>
/// <param name="Cursor">append: what the cursor file says.</param>
/// <param name="Snapshot">The version in the protocol's own terms.</param>
public sealed record TableHead(PinnedTable Table, PipelineId? Owner, string? CursorFile, IncrementalCursor? Cursor, Snapshot Snapshot);

/// <summary>The tables of a workspace, by the names of their datasets.</summary>
/// <param name="store">Where they lie.</param>
/// <param name="paths">How the workspace names things.</param>
/// <param name="options">Limits of tables.</param>
/// <param name="clock">Time.</param>
/// <param name="mirror">Copies of the store's files on this machine; null where the store is a folder of it.</param>
/// <param name="share">What others in this process have read of the same store; null when there are none.</param>
public sealed class TableSet(IObjectStore store, WorkspacePaths paths, DeltaTableOptions options, TimeProvider clock, FileMirror? mirror = null, SnapshotShare? share = null) : IAsyncDisposable, IDisposable
{
    /// <summary>The domain that names an append table's cursor file.</summary>
    public const string CursorDomain = "datagrid.cursor";

    /// <summary>The domain that names the owning pipeline.</summary>
    public const string OwnerDomain = "datagrid.owner";

    private readonly ConcurrentDictionary<DatasetName, DeltaTable> _tables = new();
    private readonly LogEngine _engine = new(options);

    /// <summary>Whether files must be brought here before they can be read, and sent away when they are written.</summary>
    public bool IsRemote => mirror is not null;

    /// <summary>The same inputs with all their files on this machine.</summary>
    /// <param name="inputs">What is read.</param>
    /// <param name="baseTable">The table that a task changes; null for none.</param>
    /// <param name="reads">How the inputs are read, so that only what is needed is brought; null for all of every file.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    public Task<LocalInputs> BringAsync(ImmutableArray<TaskInput> inputs, TaskInput? baseTable, InputReads? reads, CancellationToken cancellationToken) =>
        LocalInputs.PrepareAsync(mirror, _engine, inputs, baseTable, reads, cancellationToken);

    /// <summary>The table of a dataset, whether or not it exists yet.</summary>
    public DeltaTable Open(DatasetName name) => _tables.GetOrAdd(name, Make);

    /// <summary>The paths inside a table's folder.</summary>
    public TablePaths PathsOf(DatasetName name) => TablePaths.Of(paths.Workspace, name);

    /// <summary>The newest version; null when there is no table.</summary>
    public async Task<TableHead?> HeadAsync(DatasetName name, CancellationToken cancellationToken)
    {
        if (await Open(name).ReadHeadAsync(cancellationToken).ConfigureAwait(false) is not { } snapshot) return null;
        share?.Tell(PathsOf(name), snapshot);
        return await HeadOfAsync(name, snapshot, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A version; null when there is no table.</summary>
    public async Task<PinnedTable?> AtVersionAsync(DatasetName name, long? version, CancellationToken cancellationToken)
    {
        var table = Open(name);
        var snapshot = version is { } wanted
            ? await table.ReadVersionAsync(wanted, cancellationToken).ConfigureAwait(false)
            : await table.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        return snapshot is null ? null : await PinAsync(name, snapshot, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What versions (<paramref name="after"/>, <paramref name="to"/>] did, in order.</summary>
    public async Task<IReadOnlyList<TableChange>> ChangesAsync(DatasetName name, long after, long to, CancellationToken cancellationToken)
    {
        var changes = new List<TableChange>();
        foreach (var entry in await Open(name).ReadChangesAsync(after, to, cancellationToken).ConfigureAwait(false))
            changes.Add(new TableChange(
                entry.Version,
                entry.OnlyAppends,
                entry.ChangesData,
                [.. entry.Actions.OfType<TransactionAction>().Select(static transaction => transaction.AppId)],
                await FilesOfAsync(name, entry.Actions.OfType<AddFile>().Where(static add => add.DataChange), cancellationToken).ConfigureAwait(false)));
        return changes;
    }

    /// <summary>The names of all tables, quarantines among them.</summary>
    public async IAsyncEnumerable<DatasetName> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (store.LocalPath(paths.Tables) is { } folder)
        {
            // Listing the folders alone: a table may have very many files.
            if (!Directory.Exists(folder)) yield break;
            foreach (var space in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
                foreach (var table in Directory.EnumerateDirectories(space).Order(StringComparer.Ordinal))
                    if (Directory.Exists(Path.Combine(table, "_delta_log")) && NameOf(Path.GetFileName(space), Path.GetFileName(table)) is { } name) yield return name;
            yield break;
        }
        var seen = new HashSet<DatasetName>();
        await foreach (var entry in store.ListAsync(paths.Tables, ListScope.Tree, cancellationToken).ConfigureAwait(false))
        {
            var parts = entry.Path.RelativeTo(paths.Tables).Split('/');
            if (parts.Length > 3 && parts[2] == "_delta_log" && NameOf(parts[0], parts[1]) is { } name && seen.Add(name)) yield return name;
        }
    }

    /// <summary>Moves a staged file to its final name in a table's folder.</summary>
    public async Task<AdoptedFile> AdoptAsync(DatasetName name, AttemptId attempt, int number, string localFile, ManifestFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        var plain = TablePaths.DataFile(attempt, number, file.PartitionValues);
        var adopted = await store.AdoptAsync(localFile, PathsOf(name).File(plain), cancellationToken).ConfigureAwait(false);
        return new AdoptedFile { File = file, TablePath = plain, WrittenAt = adopted.LastModified };
    }

    /// <summary>Adopted files as inputs of further tasks.</summary>
    public ImmutableArray<TaskFile> FilesOf(DatasetName name, ImmutableArray<AdoptedFile> files) =>
    [
        .. files.Where(static file => file.File.Role == ManifestFileRole.Data).Select(file => new TaskFile
        {
            Path = NameOf(PathsOf(name).File(file.TablePath)),
            Name = file.TablePath,
            Bytes = file.File.Bytes,
            Rows = file.File.Rows,
            PartitionValues = file.File.PartitionValues,
        }),
    ];

    /// <summary>Deletes files of an attempt that no version names.</summary>
    /// <param name="stage">The step.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="isData">Whether a version names this file (its dataset, and its path in the table's folder).</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    public async Task DeleteAttemptAsync(DatasetName stage, AttemptId attempt, Func<DatasetName, string, bool> isData, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isData);
        foreach (var name in new[] { stage, stage.Quarantine })
            await foreach (var entry in store.ListAsync(PathsOf(name).Table, ListScope.Tree, cancellationToken).ConfigureAwait(false))
                if (entry.Path.Name.StartsWith(TablePaths.AttemptPrefix(attempt), StringComparison.Ordinal) && !isData(name, entry.Path.RelativeTo(PathsOf(name).Table)))
                    await store.DeleteAsync(entry.Path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps what made a table beside it, named by its content.</summary>
    /// <returns>The name in the table's folder.</returns>
    public async Task<string> WriteLineageAsync(DatasetName name, TableLineage lineage, CancellationToken cancellationToken)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(lineage, StorageJson.Options);
        var file = $"_datagrid/lineage-{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}.json";
        // Its name tells its content: a put whose outcome is not known may be made again.
        if (await store.PutIfAbsentAsync(PathsOf(name).File(file), content, cancellationToken).ConfigureAwait(false) == PutOutcome.Unknown)
            await store.PutAsync(PathsOf(name).File(file), content, cancellationToken).ConfigureAwait(false);
        return file;
    }

    /// <summary>What made a version; null when the file is not there.</summary>
    public Task<TableLineage?> ReadLineageAsync(DatasetName name, string file, CancellationToken cancellationToken) =>
        ReadJsonAsync<TableLineage>(PathsOf(name).File(file), cancellationToken);

    /// <summary>Keeps a cursor beside its table. Writing the same again is harmless.</summary>
    /// <returns>The name in the table's folder.</returns>
    public async Task<string> WriteCursorAsync(DatasetName name, RunId run, int plan, IncrementalCursor cursor, CancellationToken cancellationToken)
    {
        var file = $"_datagrid/{CursorPrefix(run)}{plan}.json";
        await store.PutAsync(PathsOf(name).File(file), JsonSerializer.SerializeToUtf8Bytes(cursor, StorageJson.Options), cancellationToken).ConfigureAwait(false);
        return file;
    }

    /// <summary>Deletes the cursor files of a run that committed nothing to a table.</summary>
    public async Task DeleteCursorsAsync(DatasetName name, RunId run, CancellationToken cancellationToken)
    {
        var folder = PathsOf(name).Table.Join("_datagrid");
        var prefix = CursorPrefix(run);
        await foreach (var entry in store.ListAsync(folder, new ListScope(prefix, Recursive: false), cancellationToken).ConfigureAwait(false))
        {
            if (!entry.Path.Name.StartsWith(prefix, StringComparison.Ordinal)) break;
            await store.DeleteAsync(entry.Path, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string CursorPrefix(RunId run) => $"cursor-{run}-";

    /// <summary>Where a table lies, for people.</summary>
    public string LocationOf(DatasetName name) => store.LocalPath(PathsOf(name).Table) ?? $"{store.Description}: {PathsOf(name).Table}";

    /// <summary>Waits for checkpoints that are under way and closes the tables.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_tables.Values.Select(static table => table.DisposeAsync().AsTask())).ConfigureAwait(false);
        _engine.Dispose();
    }

    /// <summary>Closes the tables; checkpoints that are under way are given up.</summary>
    public void Dispose()
    {
        foreach (var table in _tables.Values) table.Dispose();
        _engine.Dispose();
    }

    private DeltaTable Make(DatasetName name) => new(store, PathsOf(name), _engine, options, clock, share?.Find(PathsOf(name)));

    private async Task<TableHead> HeadOfAsync(DatasetName name, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var cursorFile = snapshot.Domain(CursorDomain);
        var cursor = cursorFile is null ? null : await ReadJsonAsync<IncrementalCursor>(PathsOf(name).File(cursorFile), cancellationToken).ConfigureAwait(false)
            ?? throw DeltaFaults.Corrupt($"{name} names the cursor {cursorFile}, which is not there", "run with --full-refresh to read everything again");
        return new TableHead(
            await PinAsync(name, snapshot, cancellationToken).ConfigureAwait(false),
            snapshot.Domain(OwnerDomain) is { } owner ? PipelineId.Parse(owner) : null,
            cursorFile,
            cursor,
            snapshot);
    }

    private async Task<PinnedTable> PinAsync(DatasetName name, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var files = await FilesOfAsync(name, snapshot.OrderedFiles, cancellationToken).ConfigureAwait(false);
        var pinned = new PinnedTable(name, snapshot.Version, DuckDbTypes.ToColumns(snapshot.Schema), snapshot.Metadata.PartitionColumns, files);
        if (ProtocolSupport.ColumnMappingMode(snapshot.Protocol, snapshot.Metadata) == "none") return pinned;
        using var scan = await DeltaScan.PrepareAsync(store, PathsOf(name), snapshot, null, _engine, cancellationToken).ConfigureAwait(false);
        return pinned with { ScanSql = IsRemote ? scan.SqlOf(file => RemoteFileName.Of(DeltaScan.PathOf(PathsOf(name), file))) : scan.Sql };
    }

    private async Task<ImmutableArray<TaskFile>> FilesOfAsync(DatasetName name, IEnumerable<AddFile> adds, CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<TaskFile>();
        foreach (var add in adds)
        {
            var file = FileOf(name, add);
            files.Add(add.DeletionVector is null ? file : file with { DeletedRows = await DeltaScan.DeletedRowsAsync(store, PathsOf(name), add, cancellationToken).ConfigureAwait(false) });
        }
        return files.DrainToImmutable();
    }

    private TaskFile FileOf(DatasetName name, AddFile file)
    {
        var path = DeltaScan.PathOf(PathsOf(name), file);
        return new TaskFile
        {
            Path = NameOf(path),
            Name = path.RelativeTo(PathsOf(name).Table),
            Bytes = file.SizeBytes,
            Rows = FileStatistics.RowsOf(file) is { } rows ? rows - (file.DeletionVector?.Cardinality ?? 0) : null,
            PartitionValues = file.PartitionValues,
        };
    }

    private string NameOf(ObjectPath path) => store.LocalPath(path)
        ?? (IsRemote ? RemoteFileName.Of(path) : throw new ObjectStoreException(StoreFault.Unsupported, $"{path} cannot be read in place: {store.Description} is not a folder of this machine", null));

    private async Task<T?> ReadJsonAsync<T>(ObjectPath path, CancellationToken cancellationToken) where T : class
    {
        var bytes = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return bytes is null ? null : JsonSerializer.Deserialize<T>(bytes, StorageJson.Options);
    }

    private static DatasetName? NameOf(string space, string name) => DatasetName.TryParse($"{space}.{name}", out var parsed, out _) ? parsed : null;
}
