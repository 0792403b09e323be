using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Graph;

namespace DataGrid.Core.Tests.Pipelines;

public sealed class StepGraphTests
{
    [Fact]
    public void Every_step_comes_after_what_it_reads_and_among_equals_by_name()
    {
        var graph = Graph("g.d <- g.b g.c", "g.c <- g.a", "g.b <- g.a raw.x", "g.a <- raw.x", "g.aa");
        Assert.Equal("g.a g.aa g.b g.c g.d", string.Join(' ', graph.Order));
        Assert.False(graph.HasCycle);
    }

    [Fact]
    public void Waves_hold_steps_that_can_run_side_by_side() =>
        Assert.Equal("g.a g.aa | g.b g.c | g.d",
            string.Join(" | ", Graph("g.d <- g.b g.c", "g.c <- g.a", "g.b <- g.a", "g.a", "g.aa").Waves().Select(static wave => string.Join(' ', wave))));

    [Fact]
    public void A_step_is_ready_when_all_that_it_reads_has_finished_and_it_has_not_started()
    {
        var graph = Graph("g.d <- g.b g.c", "g.c <- g.a", "g.b <- g.a", "g.a", "g.e");
        Assert.Equal("g.a g.e", Ready("", ""));
        Assert.Equal("g.b g.c", Ready("g.a", "g.a g.e"));
        Assert.Equal("", Ready("g.a g.b", "g.a g.b g.c g.e"));
        Assert.Equal("g.d", Ready("g.a g.b g.c g.e", ""));

        string Ready(string finished, string started) => string.Join(' ', graph.Ready(Names(finished), Names(started)));
    }

    [Fact]
    public void Upstream_and_downstream_reach_all_the_way()
    {
        var graph = Graph("g.d <- g.c", "g.c <- g.b", "g.b <- g.a", "g.a", "g.x <- g.a");
        Assert.Equal("g.a g.b g.c", string.Join(' ', graph.AllUpstream(Names("g.d")).Order()));
        Assert.Equal("g.c g.d", string.Join(' ', graph.AllDownstream(Names("g.b")).Order()));
    }

    [Fact]
    public void A_long_chain_needs_no_deep_stack()
    {
        var steps = Enumerable.Range(0, 20_000).Select(i => (Name(i), (IEnumerable<DatasetName>)(i == 0 ? [] : [Name(i - 1)])));
        var graph = StepGraph.Of(steps);
        Assert.Equal(20_000, graph.Order.Length);
        Assert.Equal(19_999, graph.AllUpstream([Name(19_999)]).Count);

        static DatasetName Name(int i) => DatasetName.Parse($"g.s{i}");
    }

    [Fact]
    public void Steps_on_a_cycle_and_after_it_are_missing_from_the_order()
    {
        var graph = Graph("g.a <- g.b", "g.b <- g.a", "g.c <- g.b", "g.d");
        Assert.Equal("g.d", string.Join(' ', graph.Order));
        Assert.True(graph.HasCycle);
    }

    [Theory]
    [InlineData("g.a <- g.b|g.b <- g.c|g.c", "")]
    [InlineData("g.a <- g.a", "g.a reads itself")]
    [InlineData("g.b <- g.a|g.a <- g.b", "these models read each other: g.a -> g.b -> g.a")]
    [InlineData("g.a <- g.x g.b|g.b <- g.c g.a|g.c <- g.a|g.x", "these models read each other: g.a -> g.b -> g.a")]
    [InlineData("g.z <- g.a|g.a <- g.b|g.b <- g.a|g.m <- g.n g.b|g.n <- g.m", "these models read each other: g.a -> g.b -> g.a;these models read each other: g.m -> g.n -> g.m")]
    [InlineData("g.b <- g.c|g.c <- g.b g.d|g.d <- g.e|g.e <- g.d|g.a <- g.b", "these models read each other: g.b -> g.c -> g.b;these models read each other: g.d -> g.e -> g.d")]
    public void Cycles_are_shown_as_paths(string lines, string expected) =>
        Assert.Equal(expected, string.Join(';', GraphCycles.Find(Edges(lines.Split('|'))).Select(static problem => problem.Message)));

    [Fact]
    public void A_cycle_says_at_which_places_it_can_be_broken()
    {
        var problem = Assert.Single(GraphCycles.Find(Edges(["g.b <- g.a", "g.a <- g.b"])));
        Assert.Equal("""
            error[graph_cycle]: models/g/a.sql:1:1: these models read each other: g.a -> g.b -> g.a
              1 | FROM g.b
                | ^
              Break the circle at one of these places: models/g/a.sql:1:1 reads g.b; models/g/b.sql:1:1 reads g.a.
            """.ReplaceLineEndings("\n"), ProblemText.Render(problem));
    }

    private static ImmutableHashSet<DatasetName> Names(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(DatasetName.Parse)];

    private static StepGraph Graph(params string[] lines) => StepGraph.Of(lines.Select(Line));

    private static (DatasetName Name, IEnumerable<DatasetName> Reads) Line(string line)
    {
        var parts = line.Split(" <- ");
        return (DatasetName.Parse(parts[0]), parts.Length == 1 ? [] : parts[1].Split(' ').Select(DatasetName.Parse));
    }

    private static IEnumerable<GraphEdge> Edges(IEnumerable<string> lines) => lines.Select(Line).SelectMany(static line =>
        line.Reads.Select(read => new GraphEdge(line.Name, read, new SourceText($"models/g/{line.Name.Name}.sql", $"FROM {read}"), new Spot(1, 1))));
}
