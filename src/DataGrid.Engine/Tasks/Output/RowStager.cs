using DataGrid.Contracts.Quality;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Checks;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>
/// Writes a model's rows once. Where checks remove rows, the verdict is one more partition column of the same write: measured on three million flights this
/// costs 15 % over the plain partitioned write (less where <see cref="FoldedVerdict"/> can be used), a second pass over the model would cost its whole time again and could see other rows.
/// </summary>
internal sealed class RowStager(DuckDbConnection connection, ParameterBinding parameters, long targetBytes, CancellationToken cancellation)
{
    private const string Rows = "\"__rows\"";

    /// <param name="model">The SELECT; its text is the user's.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="partitionBy">Columns that become folders.</param>
    /// <param name="checks">All checks of the step.</param>
    /// <param name="keepsOrder">Whether the rows' order was asked for.</param>
    /// <param name="folder">A folder that does not exist yet.</param>
    public StagedRows Stage(
        ComposedSql model, IReadOnlyList<OutputColumn> columns, IReadOnlyList<string> partitionBy, IReadOnlyList<CheckSpec> checks, bool keepsOrder, string folder)
    {
        if (!checks.Any(c => c is { IsRowCheck: true, RemovesRows: true }))
        {
            var plain = model.Wrap($"SELECT {string.Join(", ", columns.Select(c => c.ToStored))} FROM (", $"\n) AS {Rows}");
            return new StagedRows(columns, partitionBy, Write(plain, folder, partitionBy, keepsOrder), [], []);
        }
        var judged = model.Wrap($"SELECT *, {RowPredicate.Verdict(checks, Rows)} AS {RowPredicate.VerdictColumn} FROM (", $"\n) AS {Rows}");
        if (keepsOrder && partitionBy.Count == 0)
            return StageInOrder(Stored(judged, columns, RowPredicate.VerdictColumn), columns, folder);
        if (FoldedVerdict.Of(connection, columns, partitionBy) is not { } folded)
            return ByVerdict(columns, partitionBy, Write(Stored(judged, columns, RowPredicate.VerdictColumn), folder, [RowPredicate.VerdictColumn, .. partitionBy], keepsOrder: false));
        var rows = Stored(judged, columns.Where(c => c != folded.Column), $"{folded.Key} AS {RowPredicate.VerdictColumn}");
        return ByVerdict(columns, partitionBy, folded.Unfold(Write(rows, folder, [RowPredicate.VerdictColumn, .. partitionBy.Skip(1)], keepsOrder: false), folder));
    }

    private static ComposedSql Stored(ComposedSql judged, IEnumerable<OutputColumn> columns, string verdict) =>
        judged.Wrap($"SELECT {string.Join(", ", columns.Select(c => c.ToStored).Append(verdict))} FROM (", "\n) AS \"__judged\"");

    private static StagedRows ByVerdict(IReadOnlyList<OutputColumn> columns, IReadOnlyList<string> partitionBy, IReadOnlyList<WrittenFile> written)
    {
        var files = written.ToLookup(f => f.PartitionValues[RowPredicate.VerdictColumn]);
        WrittenFile[] Of(string verdict) => [.. files[verdict].Select(f => f with { PartitionValues = f.PartitionValues.Remove(RowPredicate.VerdictColumn) })];
        return new StagedRows(columns, partitionBy, Of(RowPredicate.Keep), Of(RowPredicate.Drop), Of(RowPredicate.Quarantine));
    }

    /// <summary>Folders mix the order a little; where it was asked for, all rows are written in order and then taken apart.</summary>
    private StagedRows StageInOrder(ComposedSql judged, IReadOnlyList<OutputColumn> columns, string folder)
    {
        var all = Write(judged, Path.Combine(folder, "all"), [], keepsOrder: true);
        WrittenFile[] Of(string verdict, string name)
        {
            if (all.Count == 0)
                return [];
            var from = $"read_parquet({SqlText.QuoteLiteralList(all.Select(f => FilePattern.Of(f.Path)))}, hive_partitioning = false)";
            var select = $"SELECT * EXCLUDE ({RowPredicate.VerdictColumn}) FROM {from} WHERE {RowPredicate.VerdictColumn} = {verdict}";
            return [.. Write(ComposedSql.Own(select), Path.Combine(folder, name), [], keepsOrder: true)];
        }
        return new StagedRows(columns, [], Of(RowPredicate.Keep, "kept"), Of(RowPredicate.Drop, "dropped"), Of(RowPredicate.Quarantine, "quarantined"));
    }

    private IReadOnlyList<WrittenFile> Write(ComposedSql rows, string folder, IReadOnlyList<string> partitionBy, bool keepsOrder) =>
        ParquetWriter.Write(connection, rows, folder, partitionBy, keepsOrder ? null : targetBytes, parameters, cancellation);
}
