using DataGrid.Contracts.Datasets;

namespace DataGrid.Cli.Hosting;

/// <summary>The column graph of a workspace, to walk along.</summary>
internal sealed class LineageGraph
{
    private readonly ILookup<DatasetName, LineageEdge> _into;
    private readonly ILookup<DatasetName, LineageEdge> _outOf;
    private readonly IReadOnlyList<LineageEdge> _edges;

    public LineageGraph(IReadOnlyList<LineageEdge> edges)
    {
        _edges = edges;
        _into = edges.ToLookup(static edge => edge.To.Dataset);
        _outOf = edges.ToLookup(static edge => edge.From.Dataset);
    }

    /// <summary>A dataset that has edges, and its column as the dataset spells it; null when nothing is known of it.</summary>
    public (DatasetName Dataset, string? Column)? Find(DatasetName dataset, string? column)
    {
        if (column is null) return _into.Contains(dataset) || _outOf.Contains(dataset) ? (dataset, null) : null;
        var spelled = _edges.SelectMany(static edge => new[] { edge.From, edge.To })
            .FirstOrDefault(end => end.Dataset == dataset && string.Equals(end.Column, column, StringComparison.OrdinalIgnoreCase));
        return spelled.Column is null ? null : (dataset, spelled.Column);
    }

    /// <summary>Edges one step away, towards the sources or away from them. For a column, filters and joins of its dataset count too: they decide its rows.</summary>
    public IEnumerable<LineageEdge> Step(DatasetName dataset, string? column, bool isDownstream) => isDownstream
        ? _outOf[dataset].Where(edge => column is null || edge.From.Column == column)
        : _into[dataset].Where(edge => column is null || edge.To.Column == column);

    /// <summary>Every edge within a number of steps, each once, nearest first.</summary>
    public IReadOnlyList<LineageEdge> Walk(DatasetName dataset, string? column, bool isDownstream, int depth)
    {
        var found = new List<LineageEdge>();
        var seen = new HashSet<LineageEdge>();
        var visited = new HashSet<(DatasetName, string?)> { (dataset, column) };
        var frontier = new List<(DatasetName Dataset, string? Column)> { (dataset, column) };
        for (var step = 0; step < depth && frontier.Count > 0; step++)
        {
            var next = new List<(DatasetName, string?)>();
            foreach (var node in frontier)
            {
                foreach (var edge in Step(node.Dataset, node.Column, isDownstream))
                {
                    if (seen.Add(edge)) found.Add(edge);
                    var end = isDownstream ? edge.To : edge.From;
                    var key = (end.Dataset, column is null ? null : end.Column);
                    if (visited.Add(key)) next.Add(key);
                }
            }
            frontier = next;
        }
        return found;
    }
}
