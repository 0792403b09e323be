using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Checks;
using DataGrid.Engine.Tasks.Inputs;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>What a merge came to.</summary>
/// <param name="Files">New files: incoming rows, and rows carried over from the files that they touch.</param>
/// <param name="Replaced">Names of the base files that they replace.</param>
/// <param name="RowsUpdated">Incoming rows whose key was there.</param>
/// <param name="RowsInserted">Incoming rows whose key was not.</param>
/// <param name="Untouched">The base without the replaced files.</param>
internal sealed record MergeOutcome(IReadOnlyList<WrittenFile> Files, ImmutableArray<string> Replaced, long RowsUpdated, long RowsInserted, TaskInput Untouched);

/// <summary>
/// Copy-on-write by key: base files that hold a key of the incoming rows are written again without those rows, the others are left alone.
/// A row that is there is replaced whole; a row that no incoming key names stays.
/// </summary>
internal sealed class MergeWriter(DuckDbConnection connection, long targetBytes, long memoryBytes, CancellationToken cancellation)
{
    private const string Incoming = "\"__incoming\"";
    private const string Base = "\"__base\"";

    /// <exception cref="DataGridException">Incoming keys are NULL or occur twice.</exception>
    public MergeOutcome Merge(StagedRows staged, IReadOnlyList<string> keys, TaskInput baseTable, string file, string folder)
    {
        connection.Execute($"CREATE OR REPLACE TEMP VIEW {Incoming} AS {ReadBack.Select(staged.Kept, staged.Columns, staged.PartitionBy, asStored: true)}", cancellation);
        var quoted = keys.Select(SqlText.QuoteIdentifier).ToList();
        CheckKeys(keys, quoted, staged.RowsKept, file);
        if (staged.RowsKept == 0)
            return new MergeOutcome([], [], 0, 0, baseTable);
        if (baseTable.Files.IsEmpty)
            return new MergeOutcome(staged.Kept, [], 0, staged.RowsKept, baseTable);

        var touched = Touched(baseTable, quoted, out var updated);
        var untouched = baseTable with { Files = [.. baseTable.Files.Where(f => !touched.Contains(f))] };
        if (touched.Count == 0)
            return new MergeOutcome(staged.Kept, [], 0, staged.RowsKept, untouched);
        var files = Rewrite(staged, baseTable with { Files = [.. touched] }, quoted, folder);
        return new MergeOutcome(files, [.. touched.Select(f => f.Name)], updated, staged.RowsKept - updated, untouched);
    }

    private void CheckKeys(IReadOnlyList<string> keys, List<string> quoted, long rows, string file)
    {
        var list = string.Join(", ", quoted);
        var isNull = string.Join(" OR ", quoted.Select(k => $"{k} IS NULL"));
        var nulls = connection.ExecuteScalar<long>($"SELECT count(*) FROM {Incoming} WHERE {isNull}", cancellation);
        if (nulls > 0)
            throw Fail(string.Create(CultureInfo.InvariantCulture, $"{nulls} rows have NULL in a merge key ({string.Join(", ", keys)})"), "leave such rows out in the SQL, or choose other keys", file);
        if (RepeatedKeys.Select(connection, Incoming, quoted, rows, memoryBytes, cancellation) is not { } groups)
            return;
        var twice = connection.ExecuteScalar<long>($"SELECT count(*) FROM ({groups})", cancellation);
        if (twice == 0)
            return;
        using var sample = connection.Query($"SELECT {list} FROM ({groups}) ORDER BY {list} LIMIT 3", cancellation);
        var shown = string.Join(", ", sample.ReadRows(cancellation).Select(row => RowJson.Object(sample.Columns, row)));
        throw Fail(string.Create(CultureInfo.InvariantCulture, $"{twice} merge keys occur more than once among the new rows, for example {shown}"), "let the SQL give one row per key, or choose other keys", file);
    }

    private static DataGridException Fail(string message, string help, string file) =>
        new(new Problem { Code = ErrorCodes.MergeKeysInvalid, Message = message, Help = help, Position = new SourcePosition { File = file } });

    private List<TaskFile> Touched(TaskInput baseTable, List<string> keys, out long updated)
    {
        connection.Execute($"CREATE OR REPLACE TEMP VIEW {Base} AS {TableFiles.Select(connection, baseTable, withFile: true, cancellation)}", cancellation);
        var list = string.Join(", ", keys);
        using var result = connection.Query($"SELECT DISTINCT {TableFiles.FileColumn} FROM {Base} SEMI JOIN {Incoming} USING ({list})", cancellation);
        var paths = result.ReadRows(cancellation).Select(row => (string)row[0]!).ToHashSet(StringComparer.Ordinal);
        updated = paths.Count == 0 ? 0 : connection.ExecuteScalar<long>($"SELECT count(*) FROM {Incoming} SEMI JOIN {Base} USING ({list})", cancellation);
        var touched = baseTable.Files.Where(f => paths.Contains(f.Path)).ToList();
        return touched.Count == paths.Count ? touched : throw new InvalidOperationException($"The engine names files that the table does not have: {string.Join(", ", paths)}.");
    }

    private IReadOnlyList<WrittenFile> Rewrite(StagedRows staged, TaskInput touched, List<string> keys, string folder)
    {
        var known = touched.Columns.ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
        var carried = staged.Columns.Select(c => known.TryGetValue(c.Name, out var old)
            ? $"CAST({SqlText.QuoteIdentifier(old.Name)} AS {c.StoredType}) AS {c.Quoted}"
            : $"CAST(NULL AS {c.StoredType}) AS {c.Quoted}");
        var select = $"SELECT {string.Join(", ", carried)} FROM ({TableFiles.Select(connection, touched, withFile: false, cancellation)}) AS __carried " +
            $"ANTI JOIN {Incoming} USING ({string.Join(", ", keys)}) UNION ALL SELECT {string.Join(", ", staged.Columns.Select(c => c.Quoted))} FROM {Incoming}";
        return ParquetWriter.Write(connection, ComposedSql.Own(select), folder, staged.PartitionBy, targetBytes, null, cancellation);
    }
}
