using System.Net;
using System.Text.Json;

namespace DataGrid.Gateway.Tests.Lineage;

/// <summary>Where data comes from and where it goes.</summary>
public sealed class LineageTests(Bed bed) : IClassFixture<Bed>, IAsyncLifetime
{
    private string _run = "";

    public async Task InitializeAsync() => _run = await bed.RunAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_column_is_walked_back_to_its_source()
    {
        var graph = await bed.GetAsync("/api/v1/lineage?target=gold.by_sku.total");
        Assert.Equal("gold.by_sku.total", graph.GetProperty("target").GetString());
        Assert.Contains(("silver.orders.amount", "gold.by_sku.total", "aggregation"), Edges(graph));
        Assert.Contains(("raw.orders.amount", "silver.orders.amount", "identity"), Edges(graph));
        Assert.DoesNotContain(graph.GetProperty("nodes").EnumerateArray(), static node => node.GetProperty("id").GetString() == "gold.by_sku.orders");
    }

    [Fact]
    public async Task A_walk_has_a_direction_and_a_depth()
    {
        Assert.DoesNotContain(Edges(await bed.GetAsync("/api/v1/lineage?target=gold.by_sku.total&depth=1")), static edge => edge.From.StartsWith("raw.", StringComparison.Ordinal));
        var down = Edges(await bed.GetAsync("/api/v1/lineage?target=raw.orders.amount&direction=downstream"));
        Assert.Contains(("silver.orders.amount", "gold.by_sku.total", "aggregation"), down);
        Assert.Empty(Edges(await bed.GetAsync("/api/v1/lineage?target=gold.by_sku&direction=downstream")));
    }

    [Fact]
    public async Task A_version_is_told_as_it_was_made()
    {
        var version = (await bed.GetAsync("/api/v1/datasets/gold.by_sku")).GetProperty("summary").GetProperty("version").GetInt64();
        var now = Edges(await bed.GetAsync("/api/v1/lineage?target=gold.by_sku.total"));
        Assert.Equal(now.Order(), Edges(await bed.GetAsync($"/api/v1/lineage?target=gold.by_sku.total&version={version}")).Order());
    }

    [Fact]
    public async Task An_impact_names_datasets_with_their_owners_and_columns()
    {
        var impact = await bed.GetAsync("/api/v1/lineage/impact?target=raw.orders.amount");
        var datasets = impact.GetProperty("datasets").EnumerateArray().ToList();
        Assert.Equal([("silver.orders", 1), ("gold.by_sku", 2)], datasets.Select(static dataset => (dataset.GetProperty("dataset").GetString(), dataset.GetProperty("distance").GetInt32())));
        Assert.Equal(["total"], datasets[1].GetProperty("values").EnumerateArray().Select(static column => column.GetString()));
        Assert.Equal(("shop", "shop@example.com"), (datasets[1].GetProperty("pipeline").GetString(), datasets[1].GetProperty("owner").GetString()));
    }

    [Fact]
    public async Task A_path_leads_from_one_column_to_another_or_is_empty()
    {
        var path = await bed.GetAsync("/api/v1/lineage/path?from=raw.orders.amount&to=gold.by_sku.total");
        Assert.Equal(["silver.orders.amount", "gold.by_sku.total"], Edges(path).Select(static edge => edge.To));
        Assert.Empty(Edges(await bed.GetAsync("/api/v1/lineage/path?from=gold.by_sku.total&to=raw.orders.amount")));
    }

    [Fact]
    public async Task A_run_tells_what_its_steps_read()
    {
        var edges = Edges(await bed.GetAsync($"/api/v1/runs/{_run}/lineage"));
        Assert.Contains(("raw.orders.sku", "silver.orders.sku", "identity"), edges);
        Assert.Contains(("silver.orders.amount", "gold.by_sku.total", "aggregation"), edges);
    }

    [Theory]
    [InlineData("/api/v1/lineage", HttpStatusCode.BadRequest, "usage_invalid")]
    [InlineData("/api/v1/lineage?target=gold", HttpStatusCode.BadRequest, "name_invalid")]
    [InlineData("/api/v1/lineage?target=gold.nothing", HttpStatusCode.NotFound, "dataset_unknown")]
    [InlineData("/api/v1/lineage?target=gold.by_sku.totl", HttpStatusCode.BadRequest, "column_unknown")]
    [InlineData("/api/v1/lineage?target=gold.by_sku&direction=sideways", HttpStatusCode.BadRequest, "usage_invalid")]
    [InlineData("/api/v1/lineage?target=gold.by_sku&depth=101", HttpStatusCode.BadRequest, "usage_invalid")]
    [InlineData("/api/v1/lineage/path?from=gold.by_sku.total&to=raw.orders", HttpStatusCode.BadRequest, "usage_invalid")]
    public async Task What_is_not_there_or_not_right_is_told(string path, HttpStatusCode status, string code)
    {
        using var response = await bed.Http.GetAsync(new Uri(path, UriKind.Relative));
        await Bed.ProblemAsync(response, status, code);
    }

    private static List<(string From, string To, string? Kind)> Edges(JsonElement graph) =>
        [.. graph.GetProperty("edges").EnumerateArray().Select(static edge => (edge.GetProperty("from").GetString()!, edge.GetProperty("to").GetString()!, edge.TryGetProperty("kind", out var kind) ? kind.GetString() : null))];
}
