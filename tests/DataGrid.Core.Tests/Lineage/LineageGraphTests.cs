using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;
using DataGrid.Core.Lineage;

namespace DataGrid.Core.Tests.Lineage;

public sealed class LineageGraphTests
{
    private static readonly DatasetName Gold = DatasetName.Parse("gold.sales");
    private readonly LineageGraph _graph = new(
    [
        Edge("raw.orders.price", "silver.orders.amount", LineageKind.Transformation),
        Edge("raw.orders.quantity", "silver.orders.amount", LineageKind.Transformation),
        Edge("raw.orders.id", "silver.orders.id", LineageKind.Identity),
        Edge("silver.orders.amount", "gold.sales.takings", LineageKind.Aggregation),
        Edge("silver.orders.day", "gold.sales.day", LineageKind.Identity),
        // Two that read each other's columns must not be walked for ever.
        Edge("gold.sales.takings", "raw.orders.price", LineageKind.Identity),
    ]);

    [Fact]
    public void A_column_is_followed_to_its_sources_only()
    {
        var found = _graph.Walk(Node("gold.sales.takings"), isDownstream: false, depth: 2).Select(static edge => edge.From.ToString());

        Assert.Equal(["silver.orders.amount", "raw.orders.price", "raw.orders.quantity"], found);
    }

    [Fact]
    public void A_circle_is_walked_once()
    {
        var found = _graph.Walk(Node("gold.sales.takings"), isDownstream: false, depth: 100);

        Assert.Equal(found.Distinct().Count(), found.Count);
        Assert.Equal(4, found.Count);
    }

    [Fact]
    public void Depth_limits_the_walk() => Assert.Single(_graph.Walk(Node("gold.sales.takings"), isDownstream: false, depth: 1));

    [Fact]
    public void Downstream_goes_the_other_way()
    {
        var found = _graph.Walk(Node("raw.orders.quantity"), isDownstream: true, depth: 2).Select(static edge => edge.To.ToString());

        Assert.Equal(["silver.orders.amount", "gold.sales.takings"], found);
    }

    [Fact]
    public void A_column_is_found_without_regard_to_case_and_spelled_as_the_dataset_does() =>
        Assert.Equal("takings", _graph.Find(Gold, "TAKINGS")?.Column);

    [Fact]
    public void What_has_no_edges_is_not_found()
    {
        Assert.Null(_graph.Find(Gold, "nothing"));
        Assert.Null(_graph.Find(DatasetName.Parse("gold.other"), null));
    }

    [Fact]
    public void A_walk_from_a_whole_dataset_stays_with_whole_datasets()
    {
        var found = _graph.Walk(Node("gold.sales"), isDownstream: false, depth: 1);

        Assert.Equal(["gold.sales.takings", "gold.sales.day"], found.Select(static edge => edge.To.ToString()));
        Assert.Equal(5, _graph.Walk(Node("gold.sales"), isDownstream: false, depth: 2).Count);
    }

    [Fact]
    public void A_path_goes_from_a_source_to_what_is_made_of_it()
    {
        var path = _graph.FindPath(Node("raw.orders.quantity"), Node("gold.sales.takings"));

        Assert.Equal(["raw.orders.quantity", "silver.orders.amount"], path.Select(static edge => edge.From.ToString()));
        Assert.Equal(2, _graph.FindPath(Node("raw.orders"), Node("gold.sales")).Count);
        Assert.Empty(_graph.FindPath(Node("gold.sales.day"), Node("raw.orders.price")));
    }

    [Fact]
    public void A_dataset_of_which_no_column_counts_is_an_edge_all_the_same()
    {
        var raw = DatasetName.Parse("raw.orders");
        var graph = LineageGraph.Of([new DatasetLineage(Gold, [raw], [new ColumnLineage { Column = "n", Sources = [] }])]);

        var edge = Assert.Single(graph.Walk(new LineageNode(Gold, null), isDownstream: false, depth: 9));
        Assert.Equal((new LineageNode(raw, null), new LineageNode(Gold, null), null), (edge.From, edge.To, edge.Kind));
        Assert.False(edge.IsDirect);
        Assert.Equal(edge, Assert.Single(graph.Walk(new LineageNode(raw, null), isDownstream: true, depth: 9)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_graph_that_was_brought_up_to_date_answers_as_one_that_was_made_anew(int seed)
    {
        var random = new Random(seed);
        var names = Enumerable.Range(0, 12).Select(static number => DatasetName.Parse($"s.d{number}")).ToArray();
        var now = new Dictionary<DatasetName, DatasetLineage>();
        var kept = new LineageGraph([]);
        for (var change = 0; change < 300; change++)
        {
            var name = names[random.Next(names.Length)];
            if (random.Next(4) == 0)
            {
                now.Remove(name);
                kept.Forget(name);
            }
            else
            {
                kept.Replace(now[name] = Any(random, name, names));
            }
            var anew = LineageGraph.Of(now.Values);
            Assert.Equal(anew.Count, kept.Count);
            foreach (var start in names.SelectMany(static dataset => new[] { new LineageNode(dataset, null), new LineageNode(dataset, "c1") }))
            {
                Assert.Equal(anew.Find(start.Dataset, start.Column), kept.Find(start.Dataset, start.Column));
                foreach (var isDownstream in new[] { false, true }) Assert.Equal(anew.Walk(start, isDownstream, 4), kept.Walk(start, isDownstream, 4));
                Assert.Equal(anew.Reach(start, static edge => edge.IsDirect), kept.Reach(start, static edge => edge.IsDirect));
            }
        }
    }

    private static DatasetLineage Any(Random random, DatasetName name, DatasetName[] names)
    {
        var reads = names.OrderBy(_ => random.Next()).Take(random.Next(4)).ToImmutableArray();
        var columns = Enumerable.Range(0, random.Next(4)).Select(column => new ColumnLineage
        {
            Column = $"c{column}",
            Sources = [.. reads.Where(_ => random.Next(3) > 0).Select(read => new LineageSource(new ColumnRef(read, $"c{random.Next(3)}"), (LineageKind)random.Next(9)))],
        });
        return new DatasetLineage(name, reads, [.. columns]);
    }

    private static LineageEdge Edge(string from, string to, LineageKind kind) => new(Node(from), Node(to), kind);

    private static LineageNode Node(string text)
    {
        var parts = text.Split('.');
        return new LineageNode(DatasetName.Of(parts[0], parts[1]), parts.Length == 3 ? parts[2] : null);
    }
}
