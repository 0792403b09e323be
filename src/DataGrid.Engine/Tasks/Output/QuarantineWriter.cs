using DataGrid.Contracts;
using DataGrid.Contracts.Quality;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Checks;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Writes the rows that were held back, each with the names of the checks that it failed and the run.</summary>
internal static class QuarantineWriter
{
    private const string Rows = "\"__rows\"";

    /// <returns>The files, and the quarantine's columns: the table's, then <c>check_names</c> and <c>run_id</c> (with underscores before where the table has such a column).</returns>
    public static (IReadOnlyList<WrittenFile> Files, IReadOnlyList<OutputColumn> Columns) Write(
        DuckDbConnection connection, StagedRows staged, IReadOnlyList<CheckSpec> checks, RunId run, string folder, long targetBytes, ParameterBinding parameters, CancellationToken cancellation)
    {
        var (names, runId) = (FreeName(staged, "check_names"), FreeName(staged, "run_id"));
        var failed = checks.Where(c => c is { IsRowCheck: true, Otherwise: CheckAction.Quarantine })
            .Select(c => $"CASE WHEN {RowPredicate.Passes(c, Rows)} IS NOT TRUE THEN {SqlText.QuoteLiteral(c.Name)} END");
        var listed = $"SELECT *, list_filter([{string.Join(", ", failed)}], lambda x: x IS NOT NULL) AS {names.Quoted}, {SqlText.QuoteLiteral(run.ToString())} AS {runId.Quoted} " +
            $"FROM ({ReadBack.Select(staged.Quarantined, staged.Columns, staged.PartitionBy)}) AS {Rows}";
        IReadOnlyList<OutputColumn> columns = [.. staged.Columns, names, runId];
        var select = $"SELECT {string.Join(", ", columns.Select(c => c.ToStored))} FROM ({listed})";
        return (ParquetWriter.Write(connection, ComposedSql.Own(select), folder, [], targetBytes, parameters, cancellation), columns);
    }

    private static OutputColumn FreeName(StagedRows staged, string name)
    {
        while (staged.Columns.Any(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)))
            name = "_" + name;
        return name.EndsWith("check_names", StringComparison.Ordinal)
            ? new OutputColumn(name, "VARCHAR[]", "VARCHAR[]", "The checks that the row failed")
            : new OutputColumn(name, "VARCHAR", "VARCHAR", "The run that held the row back");
    }
}
