using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;

namespace DataGrid.Core.Lineage;

/// <summary>A column, or a dataset as a whole.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Column">The column as the dataset spells it; null for the whole dataset.</param>
public readonly record struct LineageNode(DatasetName Dataset, string? Column)
{
    /// <summary>Of the parts that tell nodes apart; walks through large graphs spend much of their time here.</summary>
    public override int GetHashCode() => HashCode.Combine(Dataset.Name, Column);

    /// <summary><c>namespace.name</c> or <c>namespace.name.column</c></summary>
    public override string ToString() => Column is null ? Dataset.ToString() : $"{Dataset}.{Column}";
}

/// <summary>One column acts on another, or the rows of one dataset on another.</summary>
/// <param name="From">What acts.</param>
/// <param name="To">What it acts on.</param>
/// <param name="Kind">How; null between datasets of which no column counts.</param>
public sealed record LineageEdge(LineageNode From, LineageNode To, LineageKind? Kind)
{
    /// <summary>Whether values go along it.</summary>
    public bool IsDirect => Kind is LineageKind.Identity or LineageKind.Transformation or LineageKind.Aggregation;
}

/// <summary>
/// The column graph of a workspace, to walk along. May be kept and brought up to date dataset by dataset; whoever does that keeps readers out meanwhile. Its answers depend on what
/// is in it and not on how it got there.
/// </summary>
public sealed class LineageGraph
{
    private readonly Dictionary<DatasetName, Hub> _hubs = [];

    /// <summary>A graph of these edges.</summary>
    public LineageGraph(IEnumerable<LineageEdge> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        foreach (var made in edges.GroupBy(static edge => edge.To.Dataset)) Replace(made.Key, [.. made]);
    }

    /// <summary>The graph of what is known about these datasets.</summary>
    public static LineageGraph Of(IEnumerable<DatasetLineage> datasets) => new(datasets.SelectMany(EdgesOf));

    /// <summary>How many edges there are.</summary>
    public int Count { get; private set; }

    /// <summary>From now on a dataset comes from what this says.</summary>
    public void Replace(DatasetLineage dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        Replace(dataset.Dataset, [.. EdgesOf(dataset)]);
    }

    /// <summary>From now on nothing is known about where a dataset comes from.</summary>
    public void Forget(DatasetName dataset) => Replace(dataset, []);

    /// <summary>A dataset that has edges, and its column as the dataset spells it; null when nothing is known of it.</summary>
    public LineageNode? Find(DatasetName dataset, string? column)
    {
        if (!_hubs.TryGetValue(dataset, out var hub)) return null;
        if (column is null) return new LineageNode(dataset, null);
        var ends = hub.Into.Select(static edge => edge.To).Concat(hub.OutOf.Select(static edge => edge.From));
        return ends.Cast<LineageNode?>().FirstOrDefault(end => string.Equals(end!.Value.Column, column, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Edges one step away, towards the sources or away from them. Of a whole dataset: those of all its columns.</summary>
    public IEnumerable<LineageEdge> Step(LineageNode node, bool isDownstream)
    {
        if (!_hubs.TryGetValue(node.Dataset, out var hub)) return [];
        if (node.Column is null) return isDownstream ? hub.OutOf : hub.Into;
        return (isDownstream ? hub.OutOfColumns : hub.IntoColumns)[node.Column];
    }

    /// <summary>Every edge within a number of steps, each once, nearest first.</summary>
    public IReadOnlyList<LineageEdge> Walk(LineageNode start, bool isDownstream, int depth)
    {
        var found = new List<LineageEdge>();
        var seen = new HashSet<LineageEdge>();
        var visited = new HashSet<LineageNode> { start };
        List<LineageNode> frontier = [start];
        for (var step = 0; step < depth && frontier.Count > 0; step++)
        {
            var next = new List<LineageNode>();
            foreach (var edge in frontier.SelectMany(node => Step(node, isDownstream)))
            {
                if (seen.Add(edge)) found.Add(edge);
                var end = End(edge, isDownstream, start);
                if (visited.Add(end)) next.Add(end);
            }
            frontier = next;
        }
        return found;
    }

    /// <summary>A shortest way along which <paramref name="from"/> acts on <paramref name="to"/>, in the order of the flow; empty when there is none.</summary>
    public IReadOnlyList<LineageEdge> FindPath(LineageNode from, LineageNode to)
    {
        var cameBy = new Dictionary<LineageNode, LineageEdge>();
        var visited = new HashSet<LineageNode> { from };
        var queue = new Queue<LineageNode>([from]);
        while (queue.TryDequeue(out var node))
        {
            foreach (var edge in Step(node, isDownstream: true))
            {
                var end = End(edge, isDownstream: true, from);
                if (!visited.Add(end)) continue;
                cameBy[end] = edge;
                if (end == to) return Trace(cameBy, from, to);
                queue.Enqueue(end);
            }
        }
        return [];
    }

    /// <summary>What can be reached along some edges downstream, each with its distance; the start is at distance 0. From a whole dataset: from each of its columns.</summary>
    public IReadOnlyDictionary<LineageNode, int> Reach(LineageNode start, Func<LineageEdge, bool> follows)
    {
        ArgumentNullException.ThrowIfNull(follows);
        var distance = new Dictionary<LineageNode, int> { [start] = 0 };
        var waiting = new Queue<(LineageNode Node, int Distance)>([(start, 0)]);
        while (waiting.TryDequeue(out var at))
        {
            foreach (var edge in Step(at.Node, isDownstream: true))
                if (follows(edge) && distance.TryAdd(edge.To, at.Distance + 1)) waiting.Enqueue((edge.To, at.Distance + 1));
        }
        return distance;
    }

    private static List<LineageEdge> Trace(Dictionary<LineageNode, LineageEdge> cameBy, LineageNode from, LineageNode to)
    {
        var path = new List<LineageEdge>();
        for (var at = to; at != from;)
        {
            path.Add(cameBy[at]);
            at = cameBy[at].From with { Column = from.Column is null ? null : cameBy[at].From.Column };
        }
        path.Reverse();
        return path;
    }

    /// <summary>Where an edge leads. A walk that began at a whole dataset stays with whole datasets.</summary>
    private static LineageNode End(LineageEdge edge, bool isDownstream, LineageNode start)
    {
        var end = isDownstream ? edge.To : edge.From;
        return start.Column is null ? end with { Column = null } : end;
    }

    private static IEnumerable<LineageEdge> EdgesOf(DatasetLineage dataset)
    {
        var columns =
            from column in dataset.Columns
            from source in column.Sources
            select new LineageEdge(new LineageNode(source.Column.Dataset, source.Column.Column), new LineageNode(dataset.Dataset, column.Column), source.Kind);
        var known = dataset.Columns.SelectMany(static column => column.Sources).Select(static source => source.Column.Dataset).ToHashSet();
        var wholes = dataset.Reads.Where(read => !known.Contains(read)).Distinct()
            .Select(read => new LineageEdge(new LineageNode(read, null), new LineageNode(dataset.Dataset, null), null));
        return columns.Concat(wholes);
    }

    private void Replace(DatasetName dataset, ImmutableArray<LineageEdge> edges)
    {
        var made = HubOf(dataset);
        foreach (var source in made.Into.Select(static edge => edge.From.Dataset).Distinct())
        {
            var hub = HubOf(source);
            hub.Feed(dataset, []);
            if (source != dataset && hub.IsEmpty) _hubs.Remove(source);
        }
        Count += edges.Length - made.Into.Length;
        made.Into = edges;
        foreach (var some in edges.GroupBy(static edge => edge.From.Dataset)) HubOf(some.Key).Feed(dataset, [.. some]);
        if (made.IsEmpty) _hubs.Remove(dataset);
    }

    private Hub HubOf(DatasetName dataset)
    {
        if (!_hubs.TryGetValue(dataset, out var hub)) _hubs.Add(dataset, hub = new Hub());
        return hub;
    }

    /// <summary>A dataset with its edges. What is looked up by column is sorted when it is first asked for; readers beside each other may do that twice, and no harm is done.</summary>
    private sealed class Hub
    {
        private readonly SortedDictionary<DatasetName, ImmutableArray<LineageEdge>> _fed = [];
        private ImmutableArray<LineageEdge> _into = [];
        private IReadOnlyList<LineageEdge>? _outOf;
        private ILookup<string?, LineageEdge>? _intoColumns;
        private ILookup<string?, LineageEdge>? _outOfColumns;

        public bool IsEmpty => _into.IsEmpty && _fed.Count == 0;

        public ImmutableArray<LineageEdge> Into
        {
            get => _into;
            set => (_into, _intoColumns) = (value, null);
        }

        /// <summary>In the order of what is fed.</summary>
        public IReadOnlyList<LineageEdge> OutOf => _outOf ??= [.. _fed.Values.SelectMany(static edges => edges)];

        public ILookup<string?, LineageEdge> IntoColumns => _intoColumns ??= _into.ToLookup(static edge => edge.To.Column, StringComparer.Ordinal);

        public ILookup<string?, LineageEdge> OutOfColumns => _outOfColumns ??= OutOf.ToLookup(static edge => edge.From.Column, StringComparer.Ordinal);

        public void Feed(DatasetName dataset, ImmutableArray<LineageEdge> edges)
        {
            if (edges.IsEmpty) _fed.Remove(dataset);
            else _fed[dataset] = edges;
            (_outOf, _outOfColumns) = (null, null);
        }
    }
}
