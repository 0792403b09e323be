using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;

namespace DataGrid.Storage.Delta;

/// <summary>Every path of a table, built here and nowhere else.</summary>
public sealed class TablePaths
{
    private const string Log = "_delta_log";

    /// <summary>Paths of a table in any folder of a store.</summary>
    public TablePaths(ObjectPath table)
    {
        Table = table;
        LogFolder = table.Join(Log);
        LastCheckpoint = LogFolder.Join("_last_checkpoint");
        Boundary = LogFolder.Join("_datagrid_boundary");
    }

    /// <summary>The table's folder.</summary>
    public ObjectPath Table { get; }

    /// <summary>The folder of its log.</summary>
    public ObjectPath LogFolder { get; }

    /// <summary>The hint that says where the newest checkpoint is.</summary>
    public ObjectPath LastCheckpoint { get; }

    /// <summary>Up to which version entries may have been cleaned up.</summary>
    public ObjectPath Boundary { get; }

    /// <summary>Where a dataset's table lies: <c>&lt;workspace&gt;/tables/&lt;namespace&gt;/&lt;name&gt;</c>.</summary>
    public static TablePaths Of(WorkspaceId workspace, DatasetName dataset) => new(ObjectPath.Parse($"{workspace.Value}/tables/{dataset.Namespace}/{dataset.Name}"));

    /// <summary>The entry of a version.</summary>
    public ObjectPath Entry(long version) => LogFolder.Join(LogFile.EntryName(version));

    /// <summary>The classic checkpoint of a version.</summary>
    public ObjectPath Checkpoint(long version) => LogFolder.Join(LogFile.CheckpointName(version));

    /// <summary>A file in the log's folder.</summary>
    public ObjectPath InLog(string name) => LogFolder.Join(name);

    /// <summary>A part of a checkpoint of the second specification.</summary>
    public ObjectPath Sidecar(string name) => LogFolder.Join($"_sidecars/{name}");

    /// <summary>A file of the table by its plain path (as <see cref="DataPath.Canonical"/> gives it).</summary>
    public ObjectPath File(string plainPath) => Table.Join(plainPath);

    /// <summary>Where a step's cursor lies: an immutable file, named by the commit that owns it.</summary>
    public ObjectPath Cursor(Guid commitId) => Table.Join($"_datagrid/cursor-{commitId:N}.json");

    /// <summary>The plain path of a data file: its partition's folders, then the attempt that wrote it and a number.</summary>
    /// <param name="attempt">The attempt; a losing one's files are found by it.</param>
    /// <param name="number">Unique among the attempt's files.</param>
    /// <param name="partition">Partition columns in the table's order with their serialized values.</param>
    public static string DataFile(AttemptId attempt, int number, IEnumerable<KeyValuePair<string, string?>> partition)
    {
        var folders = partition.Select(static part => $"{Escape(part.Key)}={(string.IsNullOrEmpty(part.Value) ? "__HIVE_DEFAULT_PARTITION__" : Escape(part.Value))}/");
        return $"{string.Concat(folders)}part-{attempt.Value}-{number}.parquet";
    }

    /// <summary>What all files of an attempt begin with, after their folders.</summary>
    public static string AttemptPrefix(AttemptId attempt) => $"part-{attempt.Value}-";

    // As other engines name partition folders: letters that a path or a file system could mistake are written as %XX.
    private static string Escape(string text)
    {
        const string Plain = "-_.~ !@$()+,;";
        return string.Concat(text.Select(static letter =>
            char.IsLetterOrDigit(letter) || Plain.Contains(letter, StringComparison.Ordinal) || letter > 127 ? letter.ToString() : $"%{(int)letter:X2}"));
    }
}
