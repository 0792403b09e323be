using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.DeletionVectors;
using DataGrid.Core.DeltaLog.Schema;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Delta;

/// <summary>
/// The rows of a version as SQL over its files, whoever wrote them: partition values from the log, columns by the table's mapping, deleted rows left out, narrower types widened,
/// columns that a file does not have as NULL. Copies of remote files live as long as this object.
/// </summary>
public sealed class DeltaScan : IDisposable
{
    private readonly List<LocalCopy> _copies;

    private readonly List<ScanFile> _files;

    private DeltaScan(string sql, List<LocalCopy> copies, List<ScanFile> files) => (Sql, _copies, _files) = (sql, copies, files);

    /// <summary>A SELECT of all columns in the schema's order. It names files of this machine.</summary>
    public string Sql { get; }

    /// <summary>The same with other names for its files.</summary>
    internal string SqlOf(Func<AddFile, string> name) =>
        _files.Aggregate(Sql, (sql, file) => sql.Replace(SqlText.QuoteLiteral(file.File), SqlText.QuoteLiteral(name(file.Add)), StringComparison.Ordinal));

    /// <summary>Prepares to read files of a version.</summary>
    /// <param name="store">The table's store.</param>
    /// <param name="paths">The table's paths.</param>
    /// <param name="snapshot">The version.</param>
    /// <param name="files">Which of its files; <c>null</c> for all.</param>
    /// <param name="engine">Looks into the files' footers.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    /// <exception cref="Contracts.Errors.DataGridException">A file is missing, damaged or lies outside the table's folder; the message names it.</exception>
    public static async Task<DeltaScan> PrepareAsync(IObjectStore store, TablePaths paths, Snapshot snapshot, IReadOnlyCollection<AddFile>? files, LogEngine engine, CancellationToken cancellationToken)
    {
        var copies = new List<LocalCopy>();
        try
        {
            var local = new List<ScanFile>();
            foreach (var file in files ?? [.. snapshot.OrderedFiles])
            {
                var copy = await LocalCopy.OfAsync(store, PathOf(paths, file), engine, cancellationToken).ConfigureAwait(false);
                copies.Add(copy);
                local.Add(new ScanFile(file, copy.File, await DeletedRowsAsync(store, paths, file, cancellationToken).ConfigureAwait(false)));
            }
            var sql = await engine.RunAsync(connection => Build(connection, snapshot, local, cancellationToken), cancellationToken).ConfigureAwait(false);
            return new DeltaScan(sql, copies, local);
        }
        catch (DuckDbException damaged)
        {
            copies.ForEach(static copy => copy.Dispose());
            throw DeltaFaults.Corrupt($"A data file of {paths.Table} cannot be read: {damaged.Message}", inner: damaged);
        }
        catch
        {
            copies.ForEach(static copy => copy.Dispose());
            throw;
        }
    }

    /// <summary>The rows of a file that its deletion vector hides, in ascending order; empty without one.</summary>
    /// <exception cref="Contracts.Errors.DataGridException">The vector is missing or damaged.</exception>
    public static async Task<ImmutableArray<long>> DeletedRowsAsync(IObjectStore store, TablePaths paths, AddFile file, CancellationToken cancellationToken)
    {
        if (file.DeletionVector is not { } vector) return [];
        if (vector.StorageType == 'i') return DeletionVectorFile.ReadInline(vector);
        var relative = DeletionVectorFile.RelativePath(vector) ?? throw DeltaFaults.Unsupported($"The deletion vector of '{file.Path}' lies outside the table's folder", "Move it into the table's folder");
        var framed = await store.ReadRangeAsync(paths.File(relative), vector.Offset ?? 1, DeletionVectorFile.FramedLength(vector), cancellationToken).ConfigureAwait(false)
            ?? throw DeltaFaults.Corrupt($"The deletion vector '{relative}' of '{file.Path}' is not there");
        return DeletionVectorFile.ReadFramed(vector, framed, relative);
    }

    /// <summary>Where a file of the log lies in the store.</summary>
    /// <exception cref="Contracts.Errors.DataGridException">It lies outside the table's folder: what a log says must not lead anywhere else.</exception>
    public static ObjectPath PathOf(TablePaths paths, AddFile file)
    {
        var plain = DataPath.Canonical(file.Path);
        if (DataPath.IsOutsideTable(plain) || !ObjectPath.TryParse($"{paths.Table}/{plain}", out var path, out _))
            throw DeltaFaults.Unsupported($"The file '{file.Path}' lies outside the table's folder", "Copy the file into the table's folder and register it there, or read the table where it was made");
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => _copies.ForEach(static copy => copy.Dispose());

    private sealed record ScanFile(AddFile Add, string File, ImmutableArray<long> DeletedRows);

    private static string Build(DuckDbConnection connection, Snapshot snapshot, List<ScanFile> files, CancellationToken cancellationToken)
    {
        var mode = ProtocolSupport.ColumnMappingMode(snapshot.Protocol, snapshot.Metadata);
        if (files.Count == 0)
            return $"SELECT {string.Join(", ", snapshot.Schema.Fields.Select(static field => $"CAST(NULL AS {DuckDbTypes.FromDelta(field.Type)}) AS {SqlText.QuoteIdentifier(field.Name)}"))} WHERE false";
        // Files of one partition are read together; those whose rows or columns must be looked up one by one are read alone.
        var groups = files.GroupBy(file => file.DeletedRows.IsEmpty && mode != "id" ? string.Join('\u0001', file.Add.PartitionValues.Select(static pair => $"{pair.Key}\u0002{pair.Value}\u0003")) : file.File);
        return string.Join("\nUNION ALL\n", groups.Select(group => Group(connection, snapshot, [.. group], mode, cancellationToken)));
    }

    private static string Group(DuckDbConnection connection, Snapshot snapshot, List<ScanFile> files, string mode, CancellationToken cancellationToken)
    {
        var deleted = files[0].DeletedRows;
        var source = $"read_parquet({SqlText.QuoteLiteralList(files.Select(static file => file.File))}, union_by_name = true, hive_partitioning = false, file_row_number = {(deleted.IsEmpty ? "false" : "true")})";
        using var shape = connection.Query($"SELECT * FROM {source} LIMIT 0", cancellationToken);
        var columns = shape.Columns.Select(static column => new DuckDbField(column.Name, column.Type)).ToList();
        var scan = new ScanColumn(NamesInFile(connection, files[0].File, mode, cancellationToken));
        var partition = files[0].Add.PartitionValues;
        var selected = snapshot.Schema.Fields.Select(field =>
        {
            var isPartition = snapshot.Metadata.PartitionColumns.Contains(field.Name, StringComparer.OrdinalIgnoreCase);
            var expression = isPartition ? PartitionValue(field, partition) : scan.Expression(field, columns, "t.");
            return $"{expression} AS {SqlText.QuoteIdentifier(field.Name)}";
        });
        var where = deleted.IsEmpty ? "" : $" WHERE t.file_row_number NOT IN (SELECT unnest([{string.Join(",", deleted.Select(static row => row.ToString(CultureInfo.InvariantCulture)))}]::BIGINT[]))";
        return $"SELECT {string.Join(", ", selected)} FROM {source} AS t{where}";
    }

    private static Func<StructField, string?> NamesInFile(DuckDbConnection connection, string file, string mode, CancellationToken cancellationToken)
    {
        switch (mode)
        {
            case "none":
                return static field => field.Name;
            case "name":
                return static field => field.PhysicalName;
        }
        using var rows = connection.Query($"SELECT field_id, name FROM parquet_schema({SqlText.QuoteLiteral(file)}) WHERE field_id IS NOT NULL", cancellationToken);
        var names = new Dictionary<long, string>();
        foreach (var row in rows.ReadRows(cancellationToken)) names[Convert.ToInt64(row[0], CultureInfo.InvariantCulture)] = (string)row[1]!; // Every node has a name.
        if (names.Count == 0) throw DeltaFaults.Unsupported($"The file '{Path.GetFileName(file)}' has no field ids, but the table finds its columns by them", "Rewrite the file with an engine that writes field ids");
        return field => field.ColumnId is { } id && names.TryGetValue(id, out var name) ? name : null;
    }

    private static string PartitionValue(StructField field, ImmutableSortedDictionary<string, string?> values)
    {
        var type = DuckDbTypes.FromDelta(field.Type);
        var value = values.GetValueOrDefault(field.PhysicalName) ?? values.FirstOrDefault(pair => string.Equals(pair.Key, field.PhysicalName, StringComparison.OrdinalIgnoreCase)).Value;
        if (string.IsNullOrEmpty(value)) return $"CAST(NULL AS {type})";
        return field.Type == PrimitiveType.Binary ? $"encode({SqlText.QuoteLiteral(value)})" : $"CAST({SqlText.QuoteLiteral(value)} AS {type})";
    }
}
