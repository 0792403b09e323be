using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;

namespace DataGrid.Core.Lineage;

/// <summary>A column, or a dataset as a whole.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Column">The column as the dataset spells it; null for the whole dataset.</param>
public readonly record struct LineageNode(DatasetName Dataset, string? Column)
{
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

/// <summary>The column graph of a workspace, to walk along. Pure.</summary>
public sealed class LineageGraph
{
    private readonly ImmutableArray<LineageEdge> _edges;
    private readonly ILookup<DatasetName, LineageEdge> _into;
    private readonly ILookup<DatasetName, LineageEdge> _outOf;

    /// <summary>A graph of these edges.</summary>
    public LineageGraph(IEnumerable<LineageEdge> edges)
    {
        _edges = [.. edges];
        _into = _edges.ToLookup(static edge => edge.To.Dataset);
        _outOf = _edges.ToLookup(static edge => edge.From.Dataset);
    }

    /// <summary>The graph of what is known about these datasets.</summary>
    public static LineageGraph Of(IEnumerable<DatasetLineage> datasets) => new(datasets.SelectMany(EdgesOf));

    /// <summary>A dataset that has edges, and its column as the dataset spells it; null when nothing is known of it.</summary>
    public LineageNode? Find(DatasetName dataset, string? column)
    {
        if (column is null) return _into.Contains(dataset) || _outOf.Contains(dataset) ? new LineageNode(dataset, null) : null;
        var ends = _into[dataset].Select(static edge => edge.To).Concat(_outOf[dataset].Select(static edge => edge.From));
        return ends.Cast<LineageNode?>().FirstOrDefault(end => string.Equals(end!.Value.Column, column, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Edges one step away, towards the sources or away from them. Of a whole dataset: those of all its columns.</summary>
    public IEnumerable<LineageEdge> Step(LineageNode node, bool isDownstream) => isDownstream
        ? _outOf[node.Dataset].Where(edge => node.Column is null || edge.From.Column == node.Column)
        : _into[node.Dataset].Where(edge => node.Column is null || edge.To.Column == node.Column);

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
}
