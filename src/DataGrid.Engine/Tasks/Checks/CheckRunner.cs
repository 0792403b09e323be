using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Quality;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>Decides checks on what was written: row checks together in one scan per group of files, table checks one by one.</summary>
internal sealed class CheckRunner(DuckDbConnection connection, ParameterBinding parameters, int maxSamples, long memoryBytes, CancellationToken cancellation)
{
    /// <summary>Fewer rows than this are read sooner than anything is proven about them.</summary>
    private const long FewRows = 20_000;

    /// <summary>So many predicates of so many rows cost about what the statements of a scan cost before they read a row.</summary>
    private const long LeastSaved = 200_000;

    /// <summary>Decides row checks: those that remove rows by the rows that they removed, the others by the rows that stay.</summary>
    public List<CheckResult> RunRowChecks(IReadOnlyList<CheckSpec> checks, StagedRows staged)
    {
        var rowChecks = checks.Where(c => c.IsRowCheck).ToList();
        var staying = rowChecks.Where(c => !c.RemovesRows).ToList();
        var kept = staged.For(staged.Kept);
        var scan = new SubjectScan(connection, kept, staged.Columns, LeastSaved, cancellation);
        var holding = kept.Count < FewRows ? ImmutableHashSet<CheckSpec>.Empty : new StatisticsProof(connection, cancellation).Holding(staying, staged.Kept, staged.Columns, scan);
        return
        [
            .. Run([.. rowChecks.Where(c => c.Otherwise == CheckAction.Drop)], staged.For(staged.Dropped), staged.RowsRead),
            .. Run([.. rowChecks.Where(c => c.Otherwise == CheckAction.Quarantine)], staged.For(staged.Quarantined), staged.RowsRead - staged.RowsDropped),
            .. holding.Select(c => Result(c, 0, staged.RowsKept, [], null)),
            .. Run([.. staying.Where(c => !holding.Contains(c))], kept, staged.RowsKept),
        ];
    }

    /// <summary>Decides row checks over a SELECT, all in one pass.</summary>
    /// <param name="checks">The checks.</param>
    /// <param name="rows">The rows to look at.</param>
    /// <param name="checkedRows">How many rows the checks have decided about.</param>
    public IEnumerable<CheckResult> Run(IReadOnlyList<CheckSpec> checks, CheckedRows rows, long checkedRows)
    {
        if (checks.Count == 0)
            return [];
        var found = rows.Count == 0 ? [.. checks.Select(_ => new FailedRows(0, []))] : new FailingRows(connection, parameters, maxSamples, cancellation).Find(checks, rows);
        return checks.Select((check, i) => Result(
            check, found[i].Count, checkedRows, found[i].Samples, found[i].Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{found[i].Count} of {checkedRows} rows"))).ToList();
    }

    /// <summary>Decides a table check over the dataset as it would be published, which is there under its own name.</summary>
    /// <param name="check">unique, row_count or a SELECT.</param>
    /// <param name="table">The quoted name.</param>
    /// <param name="rows">How many rows it has.</param>
    public CheckResult RunTableCheck(CheckSpec check, string table, long rows) => check.Kind switch
    {
        CheckKind.Unique => Unique(check, table, rows),
        CheckKind.RowCount => RowCount(check, rows),
        CheckKind.Sql => Custom(check, rows),
        _ => throw new InvalidOperationException($"{check.Kind} is no table check."),
    };

    private CheckResult Unique(CheckSpec check, string table, long rows)
    {
        var columns = check.Columns.Select(SqlText.QuoteIdentifier).ToList();
        var repeated = RepeatedKeys.Select(connection, table, columns, rows, memoryBytes, cancellation);
        // The groups are counted and shown in one go.
        var select = string.Create(
            CultureInfo.InvariantCulture, $"SELECT *, count(*) OVER () FROM ({repeated}) ORDER BY rows DESC, {string.Join(", ", columns)} LIMIT {Math.Max(1, maxSamples)}");
        using var result = repeated is null ? null : StatementRunner.Query(connection, ComposedSql.Own(select), null, cancellation);
        var found = result?.ReadRows(cancellation).ToList() ?? [];
        var failed = found.Count == 0 ? 0 : (long)found[0][^1]!;
        ImmutableArray<string> samples = [.. found.Take(maxSamples).Select(row => RowJson.Object([.. result!.Columns.SkipLast(1)], row[..^1]))];
        var (what, verb) = failed == 1 ? ("", "occurs") : ("s", "occur");
        what = check.Columns.Length == 1 ? $"value{what} of {check.Columns[0]} {verb}" : $"combination{what} of {string.Join(", ", check.Columns)} {verb}";
        return Result(check, failed, rows, samples, failed == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{failed} {what} more than once"));
    }

    private static CheckResult RowCount(CheckSpec check, long rows)
    {
        var detail = rows < check.MinRows ? string.Create(CultureInfo.InvariantCulture, $"{rows} rows, at least {check.MinRows} are expected")
            : rows > check.MaxRows ? string.Create(CultureInfo.InvariantCulture, $"{rows} rows, at most {check.MaxRows} are expected")
            : null;
        return Result(check, detail is null ? 0 : 1, rows, [], detail);
    }

    private CheckResult Custom(CheckSpec check, long rows)
    {
        var select = SqlTail.WithoutTerminator(check.Expression ?? throw new InvalidOperationException($"The check '{check.Name}' has no SQL."));
        var failed = Count(ComposedSql.Around("SELECT count(*) FROM (", select, ")"));
        var samples = failed == 0 ? [] : Samples(ComposedSql.Around("SELECT * FROM (", select, ")"));
        return Result(check, failed, rows, samples, failed == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the query returned {failed} {(failed == 1 ? "row" : "rows")}"));
    }

    private long Count(ComposedSql sql) => (long)StatementRunner.Rows(connection, sql, parameters, cancellation).Single()[0]!;

    private ImmutableArray<string> Samples(ComposedSql select)
    {
        if (maxSamples == 0)
            return [];
        var limited = select.Wrap("", string.Create(CultureInfo.InvariantCulture, $"\nLIMIT {maxSamples}"));
        using var result = StatementRunner.Query(connection, limited, parameters, cancellation);
        return [.. result.ReadRows(cancellation).Select(row => RowJson.Object(result.Columns, row))];
    }

    private static CheckResult Result(CheckSpec check, long failed, long checkedRows, ImmutableArray<string> samples, string? detail) => new()
    {
        Name = check.Name,
        Kind = check.Kind,
        Otherwise = check.Otherwise,
        FailedRows = failed,
        CheckedRows = checkedRows,
        Samples = samples,
        Detail = detail,
    };
}
