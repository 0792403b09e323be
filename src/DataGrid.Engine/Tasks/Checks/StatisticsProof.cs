using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts.Quality;
using DataGrid.Core.Quality.Proofs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>
/// Finds row checks that hold without looking at each row: by the statistics of the written files, and by those that one scan takes of what several checks speak
/// about. The engine parses the predicates and compares bounds with constants itself, so its types and casts decide. Where anything is in doubt nothing is proven,
/// and the rows are read.
/// </summary>
internal sealed class StatisticsProof(DuckDbConnection connection, CancellationToken cancellation)
{
    /// <summary>Bounds of more files than this are not worth their text.</summary>
    private const int MostFiles = 1_000;

    private readonly PredicateTrees _trees = new(connection, cancellation);

    /// <summary>The checks that hold for all rows of the files.</summary>
    /// <param name="checks">Row checks.</param>
    /// <param name="files">All files with rows that they look at.</param>
    /// <param name="columns">The files' columns.</param>
    /// <param name="scan">Reads the rows for what the files' statistics do not tell, if that is worth it; null: they are not read.</param>
    public IReadOnlySet<CheckSpec> Holding(IEnumerable<CheckSpec> checks, IReadOnlyList<WrittenFile> files, IReadOnlyList<OutputColumn> columns, SubjectScan? scan = null)
    {
        var candidates = checks.Where(c => c is { IsRowCheck: true, Expression: not null }).ToList();
        if (candidates.Count == 0 || files.Count is 0 or > MostFiles || _trees.Parse(candidates) is not { } predicates)
            return ImmutableHashSet<CheckSpec>.Empty;
        var facts = columns.ToDictionary(c => RowSubject.Column(c.Name), c => FileFacts.Of(c, files));
        if (Locate(predicates.SelectMany(PredicateProof.Comparisons), facts) is not { } known)
            return ImmutableHashSet<CheckSpec>.Empty;
        var open = new List<int>();
        var holding = new HashSet<CheckSpec>();
        foreach (var (i, check) in candidates.Index())
        {
            if (Holds(predicates[i], known))
                holding.Add(check);
            else
                open.Add(i);
        }
        if (open.Count > 0 && scan?.Complete(known, [.. open.Select(i => predicates[i])]) is { } more)
            holding.UnionWith(open.Where(i => Holds(predicates[i], more)).Select(i => candidates[i]));
        return holding;
    }

    /// <summary>A check that fails when rows are read is to fail without them too.</summary>
    private static bool Holds(PredicateNode predicate, Dictionary<RowSubject, SubjectFacts> facts) => PredicateProof.IsSettled(predicate, facts) && PredicateProof.AlwaysTrue(predicate, facts);

    /// <summary>Completes the facts by where the bounds lie from the constants; null when the engine cannot compare them.</summary>
    private Dictionary<RowSubject, SubjectFacts>? Locate(IEnumerable<PredicateNode.Compare> comparisons, Dictionary<RowSubject, FileFacts> facts)
    {
        var known = facts.ToDictionary(f => f.Key, f => f.Value.Facts);
        var asked = comparisons.Where(c => facts.TryGetValue(c.Subject, out var column) && !column.Bounds.IsEmpty && c.Constant.KeepsOrderOf(column.Type))
            .Select(c => (c.Subject, c.Constant)).Distinct().ToList();
        if (asked.Count == 0)
            return known;
        var subjects = asked.Select(a => a.Subject).Distinct().ToList();
        var columns = subjects.Select(s => facts[s]).ToList();
        var bounds = columns.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"min(CAST(l{i} AS {c.Type})) AS l{i}, max(CAST(g{i} AS {c.Type})) AS g{i}"));
        var names = columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"l{i}, g{i}"));
        var rows = Enumerable.Range(0, columns.Max(c => c.Bounds.Length)).Select(row => $"({string.Join(", ", columns.Select(c => c.Row(row)))})");
        var signs = asked.Select(a => (Place: subjects.IndexOf(a.Subject), a.Constant)).Select(a => Bearings.Select($"l{a.Place}", $"g{a.Place}", a.Constant));
        try
        {
            using var result = connection.Query($"SELECT {string.Join(", ", signs)} FROM (SELECT {string.Join(", ", bounds)} FROM (VALUES {string.Join(", ", rows)}) AS files({string.Join(", ", names)}))", cancellation);
            var found = result.ReadRows(cancellation).Single();
            foreach (var (i, (subject, constant)) in asked.Index())
                known[subject] = known[subject].With(constant, found[2 * i], found[(2 * i) + 1]);
            return known;
        }
        catch (DuckDbException)
        {
            return null;
        }
    }
}
