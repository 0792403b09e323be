using DataGrid.Contracts.Quality;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Inputs;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>Row checks as SQL. A row passes when the predicate is true; false and NULL both fail.</summary>
internal static class RowPredicate
{
    /// <summary>The column that says where a row goes.</summary>
    public const string VerdictColumn = "__verdict";

    /// <summary>The row belongs to the table.</summary>
    public const string Keep = "0";

    /// <summary>The row is left out.</summary>
    public const string Drop = "1";

    /// <summary>The row goes to the quarantine.</summary>
    public const string Quarantine = "2";

    /// <summary>true for a good row; over a relation called <paramref name="rows"/>.</summary>
    public static string Passes(CheckSpec check, string rows)
    {
        if (check.Kind != CheckKind.References)
            return $"({check.Expression ?? throw new InvalidOperationException($"The check '{check.Name}' has no expression.")}\n)";
        var column = $"{rows}.{SqlText.QuoteIdentifier(check.Columns.Single())}";
        var (referenced, referencedColumn) = Referenced(check);
        return $"({column} IS NULL OR {column} IN (SELECT \"__referenced\".{referencedColumn} FROM {referenced} AS \"__referenced\"))";
    }

    /// <summary>The rows of a SELECT that fail a check. For references an anti join: unlike a predicate it can stop at the first rows found.</summary>
    public static string SelectFailing(CheckSpec check, string select, string rows)
    {
        if (check.Kind != CheckKind.References)
            return $"SELECT * FROM ({select}) AS {rows} WHERE {Passes(check, rows)} IS NOT TRUE";
        var column = $"{rows}.{SqlText.QuoteIdentifier(check.Columns.Single())}";
        var (referenced, referencedColumn) = Referenced(check);
        return $"SELECT {rows}.* FROM ({select}) AS {rows} ANTI JOIN {referenced} AS \"__referenced\" ON {column} = \"__referenced\".{referencedColumn} WHERE {column} IS NOT NULL";
    }

    private static (string Dataset, string Column) Referenced(CheckSpec check) =>
        check is { ReferencedDataset: { } dataset, ReferencedColumn: { } column }
            ? (InputView.Quote(dataset), SqlText.QuoteIdentifier(column))
            : throw new InvalidOperationException($"The check '{check.Name}' references nothing.");

    /// <summary>A row that fails a drop check is dropped, whatever else it fails; of the others those go to the quarantine that fail a quarantine check.</summary>
    public static string Verdict(IEnumerable<CheckSpec> checks, string rows)
    {
        var removing = checks.Where(c => c is { IsRowCheck: true, RemovesRows: true }).ToList();
        var cases = new[] { (CheckAction.Drop, Drop), (CheckAction.Quarantine, Quarantine) }
            .Select(kind => (kind.Item2, Checks: removing.Where(c => c.Otherwise == kind.Item1).Select(c => $"{Passes(c, rows)} IS NOT TRUE").ToList()))
            .Where(kind => kind.Checks.Count > 0)
            .Select(kind => $"WHEN {string.Join(" OR ", kind.Checks)} THEN {kind.Item1}");
        return $"CASE {string.Join(' ', cases)} ELSE {Keep} END";
    }
}
