using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Datasets;
using DataGrid.Core.Datasets;
using DataGrid.DuckDb;
using DataGrid.Engine.Binding;
using DataGrid.Engine.Tasks;
using DataGrid.Engine.Tasks.Output;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Queries;

/// <summary>A result as one Parquet file. The format ends with its index, so the file is written first and then sent.</summary>
internal static class ParquetResult
{
    public static async Task<QueryOutcome> WriteAsync(QueryRun run, SqlBinding binding, long? maxRows, Stream output, CancellationToken cancellation)
    {
        var columns = Columns(binding);
        var path = Path.Combine(run.OutputDirectory ?? throw new InvalidOperationException("A Parquet result needs a folder."), "result.parquet");
        var (rows, isTruncated) = Copy(run, columns, path, maxRows, cancellation);
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
            await file.CopyToAsync(output, cancellation).ConfigureAwait(false);
        await output.FlushAsync(cancellation).ConfigureAwait(false);
        return new QueryOutcome([.. columns.Select(ModelColumns.ToSpec)], rows, isTruncated, null);
    }

    private static (long Rows, bool IsTruncated) Copy(QueryRun run, ImmutableArray<OutputColumn> columns, string path, long? maxRows, CancellationToken cancellation)
    {
        var stored = string.Join(", ", columns.Select(c => c.ToStored));
        var limited = run.Sql.Wrap($"SELECT {stored} FROM (", ") AS \"__result\"" + (maxRows is { } max ? string.Create(CultureInfo.InvariantCulture, $" LIMIT {max}") : ""));
        var rows = Count(run, limited.Wrap("COPY (", $"\n) TO {SqlText.QuoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)"), cancellation);
        if (maxRows is not { } limit || rows < limit)
            return (rows, false);
        var more = string.Create(CultureInfo.InvariantCulture, $") AS \"__result\" LIMIT {limit + 1})");
        return (rows, Count(run, run.Sql.Wrap("SELECT count(*) FROM (SELECT 1 FROM (", more), cancellation) > limit);
    }

    private static long Count(QueryRun run, ComposedSql sql, CancellationToken cancellation) => (long)StatementRunner.Rows(run.Connection, sql, run.Parameters, cancellation).Single()[0]!;

    /// <summary>What Parquet and its readers have no type for is written as text.</summary>
    private static ImmutableArray<OutputColumn> Columns(SqlBinding binding)
    {
        var names = RowJson.UniqueNames([.. binding.Columns.Select(c => c.Name)]);
        return [.. binding.Columns.Select((column, i) => new OutputColumn(names[i], column.Type, StorableType.Map(column.Type).Type ?? "VARCHAR", null))];
    }
}
