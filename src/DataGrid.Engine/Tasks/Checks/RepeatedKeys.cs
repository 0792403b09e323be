using System.Globalization;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Sql;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>Finds keys that occur more than once. As SQL has it, keys with a NULL in them are never equal.</summary>
internal static class RepeatedKeys
{
    /// <summary>Grouping fewer rows than this is done before hashes are fetched.</summary>
    private const long FewRows = 20_000;

    /// <summary>With more repeated hashes than this, all rows are grouped: most of them would have to be anyway.</summary>
    private const int ManyRepeated = 10_000;

    private const long LeastMemoryBytes = 1L << 20;
    private const long MostMemoryBytes = 1L << 30;

    /// <param name="connection">Where the rows can be read.</param>
    /// <param name="from">A quoted table or view.</param>
    /// <param name="columns">The quoted key columns.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="memoryBytes">About how much memory may be used beside the engine's.</param>
    /// <param name="cancellation">Stops looking.</param>
    /// <returns>A SELECT of the key columns and their count as <c>rows</c>, one row for each repeated key; null when no key is repeated.</returns>
    public static string? Select(DuckDbConnection connection, string from, IReadOnlyList<string> columns, long rows, long memoryBytes, CancellationToken cancellation)
    {
        var list = string.Join(", ", columns);
        var isKnown = string.Join(" AND ", columns.Select(c => $"{c} IS NOT NULL"));
        string Groups(string likely) => $"SELECT {list}, count(*) AS rows FROM {from} WHERE {isKnown}{likely} GROUP BY {list} HAVING count(*) > 1";
        if (rows < FewRows)
            return rows == 0 ? null : Groups("");
        // Equal keys have equal hashes, so where no hash is repeated no key is; the few rows whose hashes are get grouped by their keys.
        var repeated = new HashSet<ulong>();
        var parts = 1 + rows * sizeof(ulong) / Math.Clamp(memoryBytes, LeastMemoryBytes, MostMemoryBytes);
        for (var part = 0L; part < parts; part++)
        {
            var hashes = new RepeatedHashes(rows / parts);
            var some = parts == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" AND hash({list}) % {parts} = {part}");
            // Not streamed: the engine's threads would wait for the one that takes the hashes in. They are held twice for a moment.
            using var result = StatementRunner.Query(connection, ComposedSql.Own($"SELECT hash({list}) FROM {from} WHERE {isKnown}{some}"), null, cancellation);
            while (result.ReadChunk(cancellation) is { } chunk)
            {
                using (chunk)
                    hashes.Add(chunk[0].GetSpan<ulong>());
            }
            if (hashes.Find(ManyRepeated, Environment.ProcessorCount) is not { } found || repeated.Count + found.Count > ManyRepeated)
                return Groups("");
            repeated.UnionWith(found);
        }
        return repeated.Count == 0 ? null : Groups($" AND hash({list}) IN (SELECT unnest([{string.Join(", ", repeated)}]::UBIGINT[]))");
    }
}
