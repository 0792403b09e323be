using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Inputs;

/// <summary>
/// Parquet files of a table under its declared columns: a column that an old file lacks is NULL, a narrower one is widened, partition columns come from
/// the log's values, rows of deletion vectors are left out.
/// </summary>
internal static class TableFiles
{
    private const string NullPartition = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>Name of the extra column that tells each row's file.</summary>
    public const string FileColumn = "__file";

    /// <param name="connection">To look into the files.</param>
    /// <param name="input">The table.</param>
    /// <param name="withFile">Whether <see cref="FileColumn"/> is added.</param>
    /// <param name="cancellation">Stops looking.</param>
    public static string Select(DuckDbConnection connection, TaskInput input, bool withFile, CancellationToken cancellation)
    {
        var whole = input.Files.Where(f => f.DeletedRows.IsEmpty).ToList();
        var parts = new List<string>();
        if (whole.Count > 0 && (input.PartitionColumns.IsEmpty || whole.TrueForAll(f => FoldersTellPartition(f, input.PartitionColumns))))
        {
            parts.Add(Scan(connection, input, whole, null, withFile, cancellation));
        }
        else
        {
            var groups = whole.GroupBy(f => string.Join('\0', f.PartitionValues.Select(p => $"{p.Key}\0{p.Value is null}\0{p.Value}")), StringComparer.Ordinal);
            parts.AddRange(groups.Select(g => Scan(connection, input, [.. g], g.First().PartitionValues, withFile, cancellation)));
        }
        parts.AddRange(input.Files.Where(f => !f.DeletedRows.IsEmpty).Select(f => Scan(connection, input, [f], f.PartitionValues, withFile, cancellation)));
        return string.Join("\nUNION ALL\n", parts);
    }

    /// <param name="connection">To look into the files.</param>
    /// <param name="input">The table.</param>
    /// <param name="files">Files to read together; all alike in deleted rows.</param>
    /// <param name="partition">Values of the partition columns for all of them; null when the folders tell them.</param>
    /// <param name="withFile">Whether <see cref="FileColumn"/> is added.</param>
    /// <param name="cancellation">Stops looking.</param>
    private static string Scan(
        DuckDbConnection connection, TaskInput input, List<TaskFile> files, ImmutableSortedDictionary<string, string?>? partition, bool withFile, CancellationToken cancellation)
    {
        var byFolder = partition is null && !input.PartitionColumns.IsEmpty;
        var types = input.Columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.OrdinalIgnoreCase);
        var options = new List<string> { $"hive_partitioning = {(byFolder ? "true" : "false")}" };
        if (byFolder)
            options.Add($"hive_types = {{{string.Join(", ", input.PartitionColumns.Select(c => $"{SqlText.QuoteLiteral(c)}: {types[c]}"))}}}");
        if (files.Count > 1)
            options.Add("union_by_name = true");
        var deleted = files[0].DeletedRows;
        if (!deleted.IsEmpty)
            options.Add("file_row_number = true");

        var from = $"read_parquet({SqlText.QuoteLiteralList(files.Select(f => FilePattern.Of(f.Path)))}, {string.Join(", ", options)})";
        var found = FileSchema.Describe(connection, from, cancellation);
        var columns = input.Columns.Select(column => Column(column, found, byFolder ? null : partition, input.PartitionColumns));
        if (withFile)
            columns = columns.Append($"filename AS {SqlText.QuoteIdentifier(FileColumn)}");
        var where = deleted.IsEmpty ? "" : $" WHERE file_row_number NOT IN ({string.Join(", ", deleted)})";
        return $"SELECT {string.Join(", ", columns)} FROM {from}{where}";
    }

    private static string Column(
        ColumnSpec column, Dictionary<string, (string Name, string Type)> found, ImmutableSortedDictionary<string, string?>? partition, ImmutableArray<string> partitionColumns)
    {
        var key = partition is null ? null : partitionColumns.FirstOrDefault(p => string.Equals(p, column.Name, StringComparison.OrdinalIgnoreCase));
        if (key is not null)
        {
            // In Delta the empty text is NULL too.
            var value = partition!.FirstOrDefault(p => string.Equals(p.Key, key, StringComparison.OrdinalIgnoreCase)).Value;
            return string.IsNullOrEmpty(value) ? InputView.Absent(column) : $"CAST({SqlText.QuoteLiteral(value)} AS {column.Type}) AS {SqlText.QuoteIdentifier(column.Name)}";
        }
        return found.TryGetValue(column.Name, out var file) ? InputView.Present(column, file.Name, file.Type) : InputView.Absent(column);
    }

    /// <summary>
    /// Whether the path's <c>name=value</c> folders are exactly the partition columns with the log's values. Then the engine can read them from the path, all
    /// files in one scan, and skip files by them. The log decides, not the path: other writers name folders as they like.
    /// </summary>
    private static bool FoldersTellPartition(TaskFile file, ImmutableArray<string> partitionColumns)
    {
        var folders = file.Path.Split('/', '\\').SkipLast(1).Where(f => f.Contains('=', StringComparison.Ordinal)).ToList();
        if (folders.Count != partitionColumns.Length)
            return false;
        foreach (var folder in folders)
        {
            var split = folder.IndexOf('=', StringComparison.Ordinal);
            // The engine takes a name as it stands in the path, and undoes the escapes of values only.
            var (name, text) = (folder[..split], Uri.UnescapeDataString(folder[(split + 1)..]));
            if (!partitionColumns.Contains(name, StringComparer.Ordinal) || !file.PartitionValues.TryGetValue(name, out var value))
                return false;
            if ((value ?? NullPartition) != text || text.Length == 0)
                return false;
        }
        return true;
    }
}
