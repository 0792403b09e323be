using System.Globalization;
using DataGrid.Core.Quality.Proofs;
using DataGrid.DuckDb;
using DataGrid.Engine.Tasks.Output;

namespace DataGrid.Engine.Tasks.Checks;

/// <summary>
/// Reads rows once for the bounds of what several predicates speak about: ten checks of <c>length(origin)</c> need its least and greatest value, not ten counts.
/// Whatever fails here fails nothing: the predicates are then counted as they stand.
/// </summary>
/// <param name="connection">The engine.</param>
/// <param name="rows">The rows.</param>
/// <param name="columns">Their columns.</param>
/// <param name="leastSaved">The least number of predicates times rows that must be saved to read them.</param>
/// <param name="cancellation">Stops it.</param>
internal sealed class SubjectScan(DuckDbConnection connection, CheckedRows rows, IReadOnlyList<OutputColumn> columns, long leastSaved, CancellationToken cancellation)
{
    /// <summary>A subject costs about what a predicate costs, and what it gives may still not prove anything.</summary>
    private const int LeastPredicatesPerSubject = 2;

    private readonly Dictionary<RowSubject, OutputColumn> _columns = columns.ToDictionary(c => RowSubject.Column(c.Name));

    /// <summary>Facts with those about more subjects; null when reading the rows is not worth it, or tells nothing.</summary>
    /// <param name="known">What is known already.</param>
    /// <param name="open">Predicates that this does not prove.</param>
    public Dictionary<RowSubject, SubjectFacts>? Complete(IReadOnlyDictionary<RowSubject, SubjectFacts> known, IReadOnlyList<PredicateNode> open)
    {
        var (hopeful, subjects) = Worthwhile(known, open);
        var texts = subjects.Count == 0 ? [] : new PredicateTrees(connection, cancellation).Render(subjects);
        if (texts.Count == 0)
            return null;
        var comparisons = hopeful.SelectMany(PredicateProof.Comparisons).Where(c => texts.ContainsKey(c.Subject)).Select(c => (c.Subject, c.Constant)).ToHashSet();
        try
        {
            return Scan(known, [.. texts.Select(t => (t.Key, t.Value))], comparisons);
        }
        catch (DuckDbException)
        {
            return null;
        }
    }

    /// <summary>Predicates that could be proven if more were known about subjects that they share, and these subjects; nothing when they are too few.</summary>
    private (List<PredicateNode> Predicates, HashSet<RowSubject> Subjects) Worthwhile(IReadOnlyDictionary<RowSubject, SubjectFacts> known, IReadOnlyList<PredicateNode> open)
    {
        var hopeful = open.Select(predicate => (Predicate: predicate, Unknown: Unknown(known, predicate)))
            .Where(p => p.Unknown.Count > 0 && PredicateProof.IsSettled(p.Predicate, known, p.Unknown) && PredicateProof.MayBeProven(p.Predicate, known, p.Unknown)).ToList();
        while (true)
        {
            var shared = hopeful.SelectMany(p => p.Unknown).GroupBy(s => s).Where(s => s.Count() >= LeastPredicatesPerSubject).Select(s => s.Key).ToHashSet();
            // A predicate that speaks about something else besides remains open, and so no reason for the scan.
            if (hopeful.RemoveAll(p => !p.Unknown.IsSubsetOf(shared)) > 0)
                continue;
            return hopeful.Count >= LeastPredicatesPerSubject * shared.Count && (hopeful.Count - shared.Count) * rows.Count >= leastSaved
                ? ([.. hopeful.Select(p => p.Predicate)], shared)
                : ([], []);
        }
    }

    /// <summary>What a predicate speaks about and a scan could tell more of.</summary>
    private HashSet<RowSubject> Unknown(IReadOnlyDictionary<RowSubject, SubjectFacts> known, PredicateNode predicate)
    {
        bool IsOfRow(RowSubject subject) => subject.Columns.All(name => _columns.ContainsKey(RowSubject.Column(name)));
        bool IsReadable(PredicateNode.Compare compare) => !compare.Subject.IsColumn || compare.Constant.KeepsOrderOf(_columns[compare.Subject].Type);
        return
        [
            .. PredicateProof.Comparisons(predicate).Where(c => !PredicateProof.IsLocated(c, known) && IsOfRow(c.Subject) && IsReadable(c)).Select(c => c.Subject),
            .. PredicateProof.Subjects(predicate).Where(s => !known.ContainsKey(s) && IsOfRow(s)),
        ];
    }

    private Dictionary<RowSubject, SubjectFacts>? Scan(
        IReadOnlyDictionary<RowSubject, SubjectFacts> known, IReadOnlyList<(RowSubject Subject, string Sql)> subjects, IReadOnlySet<(RowSubject Subject, PredicateConstant Constant)> comparisons)
    {
        var select = $"SELECT {string.Join(", ", subjects.Select((s, i) => $"{s.Sql} AS {Name(i)}"))} FROM ";
        // The types are those of the expressions over any rows; none are read for them.
        using var statement = connection.Prepare($"{select}({ReadBack.Select([], columns, [])}) AS \"__rows\"", cancellation);
        var types = statement.Columns.Select(c => c.Type.Sql).ToList();
        if (types.Count != subjects.Count)
            return null;
        var located = subjects.SelectMany((s, i) => comparisons.Where(c => c.Subject.Equals(s.Subject) && c.Constant.KeepsOrderOf(types[i])).Select(c => (Place: i, c.Constant))).ToList();
        var bounded = located.Select(l => l.Place).ToHashSet();
        var inner = subjects.Select((_, i) => bounded.Contains(i) ? $"count({Name(i)}) AS c{i}, min({Name(i)}) AS l{i}, max({Name(i)}) AS g{i}" : $"count({Name(i)}) AS c{i}");
        var outer = subjects.Select((_, i) => $"c{i}").Concat(located.Select(l => Bearings.Select($"l{l.Place}", $"g{l.Place}", l.Constant)));
        using var result = connection.Query($"SELECT n, {string.Join(", ", outer)} FROM (SELECT count(*) AS n, {string.Join(", ", inner)} FROM ({select}({rows.Select}) AS \"__rows\"))", cancellation);
        var found = result.ReadRows(cancellation).Single();
        // An expression that gives more or fewer rows than there are is none of the row.
        if ((long)found[0]! != rows.Count)
            return null;
        var complete = new Dictionary<RowSubject, SubjectFacts>(known);
        foreach (var (i, (subject, _)) in subjects.Index())
        {
            var values = (long)found[1 + i]!;
            complete[subject] = complete.GetValueOrDefault(subject, SubjectFacts.Nothing) with { MayBeNull = values < rows.Count, MayHaveValue = values > 0 };
        }
        foreach (var (i, (place, constant)) in located.Index())
        {
            var (subject, at) = (subjects[place].Subject, 1 + subjects.Count + (2 * i));
            complete[subject] = complete[subject].With(constant, found[at], found[at + 1]);
        }
        return complete;
    }

    private static string Name(int place) => string.Create(CultureInfo.InvariantCulture, $"\"__s{place}\"");
}
