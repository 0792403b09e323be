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
        var referenced = check.ReferencedDataset ?? throw new InvalidOperationException($"The check '{check.Name}' references nothing.");
        var referencedColumn = SqlText.QuoteIdentifier(check.ReferencedColumn ?? throw new InvalidOperationException($"The check '{check.Name}' references no column."));
        return $"({column} IS NULL OR {column} IN (SELECT \"__referenced\".{referencedColumn} FROM {InputView.Quote(referenced)} AS \"__referenced\"))";
    }

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
