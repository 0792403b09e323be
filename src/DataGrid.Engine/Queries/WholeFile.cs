using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Queries;

/// <summary>
/// A whole table as Parquet is its own file, where it has one that holds exactly its rows and columns: nothing has to be encoded again. A table of several files, with
/// partitions, deleted rows, or columns that the file has otherwise, is written anew.
/// </summary>
internal static class WholeFile
{
    private const int CopyBytes = 1 << 20;

    /// <summary>Copies the file, if there is such a one.</summary>
    /// <returns>What was copied; null when the table is not one file as it stands.</returns>
    public static async Task<QueryOutcome?> TryCopyAsync(QueryRun run, QuerySpec query, Stream output, CancellationToken cancellation)
    {
        if (!query.IsWholeDataset || query.MaxRows is not null || query.Inputs is not [{ Form: TaskInputForm.Table, ScanSql: null, PartitionColumns.IsEmpty: true } table]) return null;
        if (table.Files is not [{ DeletedRows.IsEmpty: true } whole]) return null;
        var from = $"read_parquet({SqlText.QuoteLiteralList([FilePattern.Of(whole.Path)])}, hive_partitioning = false)";
        if (!HasColumns(run.Connection, from, table.Columns, cancellation)) return null;
        var rows = (long)StatementRunner.Rows(run.Connection, ComposedSql.Around("", $"SELECT count(*) FROM {from}", ""), run.Parameters, cancellation).Single()[0]!;
        var file = File.OpenRead(whole.Path);
        await using (file.ConfigureAwait(false))
            await file.CopyToAsync(output, CopyBytes, cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
        run.MarkAsFound();
        return new QueryOutcome(table.Columns, rows, false, null);
    }

    private static bool HasColumns(DuckDbConnection connection, string from, ImmutableArray<ColumnSpec> declared, CancellationToken cancellation)
    {
        using var statement = connection.Prepare($"SELECT * FROM {from}", cancellation);
        return statement.Columns.Select(static column => (column.Name, column.Type.Sql)).SequenceEqual(declared.Select(static column => (column.Name, column.Type)));
    }
}
