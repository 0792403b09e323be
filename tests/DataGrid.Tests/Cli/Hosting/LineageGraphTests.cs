using DataGrid.Cli.Hosting;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Lineage;

namespace DataGrid.Tests.Cli.Hosting;

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
        var found = _graph.Walk(Gold, "takings", isDownstream: false, depth: 2).Select(static edge => edge.From.ToString());

        Assert.Equal(["silver.orders.amount", "raw.orders.price", "raw.orders.quantity"], found);
    }

    [Fact]
    public void A_circle_is_walked_once()
    {
        var found = _graph.Walk(Gold, "takings", isDownstream: false, depth: 100);

        Assert.Equal(found.Distinct().Count(), found.Count);
        Assert.Equal(4, found.Count);
    }

    [Fact]
    public void Depth_limits_the_walk() => Assert.Single(_graph.Walk(Gold, "takings", isDownstream: false, depth: 1));

    [Fact]
    public void Downstream_goes_the_other_way()
    {
        var found = _graph.Walk(DatasetName.Parse("raw.orders"), "quantity", isDownstream: true, depth: 2).Select(static edge => edge.To.ToString());

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

    private static LineageEdge Edge(string from, string to, LineageKind kind) => new(Ref(from), Ref(to), kind);

    private static ColumnRef Ref(string text)
    {
        var parts = text.Split('.');
        return new ColumnRef(DatasetName.Of(parts[0], parts[1]), parts[2]);
    }
}
