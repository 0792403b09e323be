using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Quality.Proofs;
using DataGrid.Core.Sql;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>
/// Finds row checks that hold by the statistics of the written files alone, so that nobody needs to read the rows. The engine parses the predicates and
/// compares bounds with constants itself, so its types and casts decide. Where anything is in doubt nothing is proven, and the rows are read.
/// </summary>
internal sealed class StatisticsProof(DuckDbConnection connection, CancellationToken cancellation)
{
    /// <summary>Bounds of more files than this are not worth their text.</summary>
    private const int MostFiles = 1_000;

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = SqlTreeReader.MaxJsonDepth };

    /// <summary>The checks that hold for all rows of the files.</summary>
    /// <param name="checks">Row checks.</param>
    /// <param name="files">All files with rows that they look at.</param>
    /// <param name="columns">The files' columns.</param>
    public IReadOnlySet<CheckSpec> Holding(IEnumerable<CheckSpec> checks, IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns)
    {
        var candidates = checks.Where(c => c is { IsRowCheck: true, Expression: not null }).ToList();
        if (candidates.Count == 0 || files.Count is 0 or > MostFiles || Parse(candidates) is not { } predicates)
            return ImmutableHashSet<CheckSpec>.Empty;
        var facts = columns.ToDictionary(c => c.Name, c => FileFacts.Of(c, files), StringComparer.OrdinalIgnoreCase);
        if (Locate(predicates.SelectMany(PredicateProof.Comparisons), facts) is not { } known)
            return ImmutableHashSet<CheckSpec>.Empty;
        return candidates.Where((_, i) => PredicateProof.AlwaysTrue(predicates[i], known)).ToHashSet();
    }

    private List<PredicateNode>? Parse(List<CheckSpec> checks)
    {
        // The line breaks end trailing comments.
        var select = $"SELECT {string.Join(", ", checks.Select(c => $"(\n{c.Expression}\n)"))}";
        try
        {
            var json = connection.ExecuteScalar<string>("SELECT json_serialize_sql($sql::VARCHAR, skip_null := true)::VARCHAR", new Dictionary<string, object?> { ["sql"] = select }, cancellation);
            using var tree = JsonDocument.Parse(json ?? "{}", JsonOptions);
            if (!tree.RootElement.TryGetProperty("statements", out var statements) || statements.GetArrayLength() != 1)
                return null;
            var list = statements[0].GetProperty("node").GetProperty("select_list");
            return list.GetArrayLength() == checks.Count ? [.. list.EnumerateArray().Select(PredicateReader.Read)] : null;
        }
        catch (Exception e) when (e is DuckDbException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Completes the facts by where the bounds lie from the constants; null when the engine cannot compare them.</summary>
    private Dictionary<string, ColumnFacts>? Locate(IEnumerable<PredicateNode.Compare> comparisons, Dictionary<string, FileFacts> facts)
    {
        var known = facts.ToDictionary(f => f.Key, f => f.Value.Facts, StringComparer.OrdinalIgnoreCase);
        var asked = comparisons.Where(c => facts.TryGetValue(c.Column, out var column) && !column.Bounds.IsEmpty && c.Constant.KeepsOrderOf(column.Type))
            .Select(c => (Column: facts[c.Column], c.Constant)).Distinct().ToList();
        if (asked.Count == 0)
            return known;
        var columns = asked.Select(a => a.Column).Distinct().ToList();
        var bounds = columns.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"min(CAST(l{i} AS {c.Type})) AS l{i}, max(CAST(g{i} AS {c.Type})) AS g{i}"));
        var names = columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"l{i}, g{i}"));
        var rows = Enumerable.Range(0, columns.Max(c => c.Bounds.Length)).Select(row => $"({string.Join(", ", columns.Select(c => c.Row(row)))})");
        var signs = asked.Select(a => (Place: columns.IndexOf(a.Column), a.Constant.Sql)).SelectMany(a => new[] { Sign($"l{a.Place}", a.Sql), Sign($"g{a.Place}", a.Sql) });
        try
        {
            using var result = connection.Query($"SELECT {string.Join(", ", signs)} FROM (SELECT {string.Join(", ", bounds)} FROM (VALUES {string.Join(", ", rows)}) AS files({string.Join(", ", names)}))", cancellation);
            var found = result.ReadRows(cancellation).Single();
            for (var i = 0; i < asked.Count; i++)
            {
                if ((found[2 * i], found[(2 * i) + 1]) is not (int least, int greatest))
                    continue;
                var column = known[asked[i].Column.Name];
                known[asked[i].Column.Name] = column with { Bearings = column.Bearings.Add(asked[i].Constant, new Bearing(least, greatest)) };
            }
            return known;
        }
        catch (DuckDbException)
        {
            return null;
        }
    }

    private static string Sign(string bound, string constant) => $"CASE WHEN {bound} < {constant} THEN -1 WHEN {bound} = {constant} THEN 0 WHEN {bound} > {constant} THEN 1 END";
}
