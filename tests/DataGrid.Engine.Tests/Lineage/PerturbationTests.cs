using DataGrid.Contracts.Lineage;
using DataGrid.Core.Lineage;
using DataGrid.Engine.Tests.SqlGate;
using Xunit.Abstractions;

namespace DataGrid.Engine.Tests.Lineage;

/// <summary>The proof of lineage: change one column of one table and look which columns of the result change. Each that does must list that column.</summary>
public sealed class PerturbationTests
{
    private readonly ITestOutputHelper _output;

    public PerturbationTests(ITestOutputHelper output) => _output = output;

    [Fact]
    public void Every_column_that_changes_with_a_source_column_lists_it()
    {
        using var binder = BenignQueries.Binder();
        using var data = new PerturbationData();
        var queries = BenignQueries.All.Select(entry =>
        {
            var binding = BenignQueries.Bind(binder, entry.Value);
            return new Query(entry.Key, entry.Value, binding.Lineage!, [.. binding.Reads.Select(static read => read.ToString())], data.Run(entry.Value)!);
        }).ToList();
        Assert.DoesNotContain(queries, static query => query.Before is null);

        var missing = new List<string>();
        var changed = new HashSet<(string, int, ColumnRef)>();
        foreach (var (table, columns) in BenignQueries.Schema)
        {
            foreach (var column in columns)
            {
                var source = new ColumnRef(table, column.Name);
                var open = queries.Where(query => query.Reads.Contains(table.ToString())).ToList();
                foreach (var change in PerturbationData.Changes(column.Type))
                {
                    data.Change(table, column, change);
                    foreach (var query in open) Compare(query, data.Run(query.Sql), source, changed, missing);
                    // A query of which every column has changed has no more to tell about this source column.
                    open.RemoveAll(query => Enumerable.Range(0, query.Before.Count).All(index => changed.Contains((query.Name, index, source))));
                }
            }
            data.Restore(table);
        }

        var listed = queries.Sum(static query => query.Lineage.Columns.Sum(static column => column.Sources.Select(static source => source.Column).Distinct().Count()));
        _output.WriteLine($"{queries.Count} queries, {changed.Count} pairs (result column, source column) seen to change, {listed} listed");
        Assert.Empty(missing);
        // The proof is worth nothing if the data cannot show influence.
        Assert.True(changed.Count > 800, $"only {changed.Count} pairs changed");
        Assert.True(queries.Count(query => changed.Any(pair => pair.Item1 == query.Name)) >= 80);
    }

    private static void Compare(Query query, IReadOnlyList<string>? after, ColumnRef source, HashSet<(string, int, ColumnRef)> changed, List<string> missing)
    {
        if (after is null) return;
        for (var i = 0; i < after.Count; i++)
        {
            if (after[i] == query.Before[i] || !changed.Add((query.Name, i, source))) continue;
            if (!query.Lineage.Columns[i].Sources.Any(listed => listed.Column == source))
                missing.Add($"{query.Name}: {query.Lineage.Columns[i].Column} changes with {source}");
        }
    }

    private sealed record Query(string Name, string Sql, QueryLineage Lineage, HashSet<string> Reads, IReadOnlyList<string> Before);
}
