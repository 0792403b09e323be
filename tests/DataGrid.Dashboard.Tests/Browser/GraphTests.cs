using DataGrid.Dashboard.Tests.Support;
using Microsoft.Playwright;

namespace DataGrid.Dashboard.Tests.Browser;

[Collection(BrowserTests.Name)]
public sealed class GraphTests(Chromium chromium)
{
    private const int Models = 1000;
    private const int Layers = 10;

    [BrowserFact]
    public async Task A_graph_of_a_thousand_nodes_moves_without_being_drawn_anew()
    {
        await using var site = await Site.StartAsync();
        await site.SubmitAsync(Project());
        await using var window = await chromium.OpenAsync(site);
        await window.GoToAsync("/lineage");
        var nodes = window.Page.Locator(".node");
        await Assertions.Expect(nodes).ToHaveCountAsync(Models);
        await window.KeepAsync("thousand");
        await WatchAsync(window);
        await DragAsync(window, 120, 60);

        Assert.Equal(0, await ChangesAsync(window));

        // Near enough to read, only what is near the window is in the document.
        await window.Page.GetByLabel("Dataset or column").FillAsync("layer5.m550");
        await Assertions.Expect(window.Page.Locator("[data-node='layer5.m550']")).ToBeInViewportAsync();
        await Assertions.Expect(nodes).Not.ToHaveCountAsync(Models);
        Assert.InRange(await nodes.CountAsync(), 1, Models / 2);
        await WatchAsync(window);
        await DragAsync(window, 60, 40);

        Assert.Equal(0, await ChangesAsync(window));
        window.IsClean();
    }

    /// <summary>Counts elements that come and go, and attributes other than the world's place.</summary>
    private static async Task WatchAsync(Window window) => await window.Page.EvaluateAsync(
        "() => { window.changes = 0; window.watch?.disconnect(); window.watch = new MutationObserver((list) => window.changes += list.filter((one) => !one.target.matches('.world, .graph')).length); "
        + "window.watch.observe(document.querySelector('.graph'), { childList: true, subtree: true, attributes: true }); }");

    private static Task<int> ChangesAsync(Window window) => window.Page.EvaluateAsync<int>("() => window.changes");

    private static async Task DragAsync(Window window, int right, int down)
    {
        var frame = await window.Page.Locator(".graph").BoundingBoxAsync();
        Assert.NotNull(frame);
        var before = await PlaceAsync(window);
        var mouse = window.Page.Mouse;
        await mouse.MoveAsync(frame.X + 6, frame.Y + 6);
        await mouse.DownAsync();
        await mouse.MoveAsync(frame.X + 6 + right, frame.Y + 6 + down, new MouseMoveOptions { Steps = 12 });
        await mouse.UpAsync();
        Assert.NotEqual(before, await PlaceAsync(window));
    }

    private static Task<string> PlaceAsync(Window window) => window.Page.Locator(".world").EvaluateAsync<string>("(world) => world.style.transform");

    /// <summary>Layers of models, each of which reads three of the layer before.</summary>
    private static Dictionary<string, string> Project()
    {
        const int Wide = Models / Layers;
        var files = new Dictionary<string, string> { ["datagrid.yaml"] = "pipeline: thousand\n" };
        for (var layer = 0; layer < Layers; layer++)
        {
            for (var index = 0; index < Wide; index++)
            {
                string Before(int step) => $"layer{layer - 1}.m{((layer - 1) * Wide) + ((index + step) % Wide)}";
                files[$"models/layer{layer}/m{(layer * Wide) + index}.sql"] = layer == 0
                    ? $"select {index} as a, 'x' as b\n"
                    : $"select p.a, q.b from {Before(0)} p join {Before(1)} q on p.a = q.a join {Before(7)} r on r.a = q.a\n";
            }
        }
        return files;
    }
}
