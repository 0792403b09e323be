using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Quality;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>What a row check found.</summary>
/// <param name="Count">Rows that failed.</param>
/// <param name="Samples">The first of them, as JSON.</param>
internal sealed record FailedRows(long Count, ImmutableArray<string> Samples);

/// <summary>Counts the rows that fail row checks, and shows the first ones.</summary>
internal sealed class FailingRows(DuckDbConnection connection, ParameterBinding parameters, int maxSamples, CancellationToken cancellation)
{
    private const string Rows = "\"__rows\"";

    /// <summary>One pass for all checks: it counts, and notes the places of the first failing rows, which are then read whole.</summary>
    public IReadOnlyList<FailedRows> Find(IReadOnlyList<CheckSpec> checks, CheckedRows rows)
    {
        var placed = maxSamples > 0 ? rows.SelectWithPlace : null;
        // The predicates stand in a projection, because a lookup in another dataset may not stand inside an aggregate. Only rows that fail one of them
        // reach the aggregates.
        var predicates = string.Join(", ", checks.Select((c, i) => $"{RowPredicate.Passes(c, Rows)} AS p{i}"));
        var counts = checks.Select((_, i) => $"count_if(p{i} IS NOT TRUE)::BIGINT");
        var firsts = checks.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"min(CASE WHEN p{i} IS NOT TRUE THEN {ReadBack.PlaceColumn} END, {maxSamples})"));
        var select = placed is null
            ? $"SELECT {string.Join(", ", counts)} FROM (SELECT {predicates} FROM ({rows.Select}) AS {Rows})"
            : $"SELECT {string.Join(", ", counts)}, {string.Join(", ", firsts)} FROM (SELECT {ReadBack.PlaceColumn}, {predicates} FROM ({placed}) AS {Rows}) " +
              $"WHERE ({string.Join(" AND ", checks.Select((_, i) => $"p{i}"))}) IS NOT TRUE";
        var row = StatementRunner.Rows(connection, ComposedSql.Own(select), parameters, cancellation).Single();
        // Where no row reaches them, the counts are NULL.
        var failed = checks.Select((_, i) => (long)(row[i] ?? 0L)).ToList();
        if (placed is null)
            return [.. checks.Select((c, i) => new FailedRows(failed[i], failed[i] == 0 ? [] : Samples(c, rows)))];
        var places = checks.Select((_, i) => ((object?[]?)row[checks.Count + i] ?? []).OfType<long>().ToList()).ToList();
        var shown = Show(places.SelectMany(p => p).Distinct().Order().ToList(), rows);
        return [.. checks.Select((_, i) => new FailedRows(failed[i], [.. places[i].Order().Select(place => shown[place])]))];
    }

    private Dictionary<long, string> Show(List<long> places, CheckedRows rows)
    {
        if (places.Count == 0 || rows.SelectAt is null)
            return [];
        using var result = StatementRunner.Query(connection, ComposedSql.Own(rows.SelectAt(places)), null, cancellation);
        IReadOnlyList<DuckDbColumn> columns = [.. result.Columns.SkipLast(1)];
        return result.ReadRows(cancellation).ToDictionary(row => (long)row[^1]!, row => RowJson.Object(columns, row[..^1]));
    }

    private ImmutableArray<string> Samples(CheckSpec check, CheckedRows rows)
    {
        if (maxSamples == 0)
            return [];
        var select = string.Create(CultureInfo.InvariantCulture, $"{RowPredicate.SelectFailing(check, rows.Select, Rows)}\nLIMIT {maxSamples}");
        using var result = StatementRunner.Query(connection, ComposedSql.Own(select), parameters, cancellation);
        return [.. result.ReadRows(cancellation).Select(row => RowJson.Object(result.Columns, row))];
    }
}
