using DataGrid.Dashboard.Tests.Support;
using Microsoft.Playwright;

namespace DataGrid.Dashboard.Tests.Browser;

/// <summary>What holds of every page: it fits, it is accessible, it works by keyboard, in both themes, with nothing said in the console.</summary>
[Collection(BrowserTests.Name)]
public sealed class PageTests(Chromium chromium)
{
    private const int Narrow = 400;

    private static readonly string Axe = Path.Combine(Site.RepositoryRoot, "src", "DataGrid.Dashboard", "node_modules", "axe-core", "axe.min.js");

    /// <summary>Each page, and what stands on it when it is there.</summary>
    private (string Path, string Shows)[] Pages =>
    [
        ("/", "What the checks found"),
        ("/start", "Run the example"),
        ("/pipelines", "What a coffee bar sells"),
        ("/pipelines/coffee", "raw.products"),
        ("/runs", chromium.Run),
        ($"/runs/{chromium.Run}", "silver.orders"),
        ($"/runs/{chromium.Run}?tab=compare", "There is no earlier run"),
        ($"/runs/{chromium.Run}?tab=quarantined&step=silver.orders", "check_names"),
        ("/datasets", "gold.best_sellers"),
        ("/datasets/silver.orders", "Description"),
        ("/datasets/silver.orders?tab=versions", "Made from"),
        ("/datasets/silver.orders?tab=checks", "Over time"),
        ("/lineage", "datasets"),
        ("/sql", "runs it"),
        ("/cluster", "Workers"),
        ("/api/docs", "/api/v1/me"),
    ];

    [BrowserFact]
    public async Task Every_page_is_accessible_in_the_light_theme() => await CheckAsync(ColorScheme.Light, 1280);

    [BrowserFact]
    public async Task Every_page_is_accessible_in_the_dark_theme_400_pixels_wide() => await CheckAsync(ColorScheme.Dark, Narrow);

    [BrowserFact]
    public async Task On_a_narrow_screen_the_pages_are_behind_a_button()
    {
        await using var window = await chromium.OpenAsync(width: Narrow);
        await window.GoToAsync("/");
        await window.Button("Pages").ClickAsync();
        await window.Link("Cluster").ClickAsync();

        await window.SeesAsync("Workers");
        await Assertions.Expect(window.Link("Cluster")).ToBeHiddenAsync();
        window.IsClean();
    }

    [BrowserFact]
    public async Task The_keyboard_alone_finds_a_dataset_and_walks_through_its_tabs_and_the_graph()
    {
        await using var window = await chromium.OpenAsync();
        var keys = window.Page.Keyboard;
        await window.GoToAsync("/");
        await window.SeesAsync("All well");
        await keys.PressAsync("/");
        await keys.TypeAsync("daily");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await keys.PressAsync("Enter");
        await window.SeesAsync("takings");
        await window.Tab("Schema").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await Assertions.Expect(window.Tab("Preview")).ToBeFocusedAsync();
        await Assertions.Expect(window.Tab("Preview")).ToHaveAttributeAsync("aria-selected", "true");

        await window.GoToAsync("/pipelines/coffee");
        await window.Page.Locator("[data-node='raw.orders'] button").FocusAsync();
        await keys.PressAsync("ArrowRight");
        await Assertions.Expect(window.Page.Locator("[data-node='silver.orders'] button")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(window.Page).ToHaveURLAsync(new Uri(chromium.Site.Address, "/datasets/silver.orders").ToString());
        window.IsClean();
    }

    [BrowserFact]
    public async Task The_theme_that_is_chosen_stays()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/cluster");
        var light = await BackgroundAsync(window);
        await window.Button("auto theme").ClickAsync();
        await window.Button("light theme").ClickAsync();
        await window.Page.ReloadAsync();
        await Assertions.Expect(window.Button("dark theme")).ToBeVisibleAsync();

        Assert.NotEqual(light, await BackgroundAsync(window));
    }

    private static Task<string> BackgroundAsync(Window window) => window.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");

    private async Task CheckAsync(ColorScheme colours, int width)
    {
        Assert.True(File.Exists(Axe), $"{Axe} is missing: npm ci in src/DataGrid.Dashboard brings it");
        var axe = await File.ReadAllTextAsync(Axe);
        var wrong = new List<string>();
        await using var window = await chromium.OpenAsync(width: width, colours: colours);
        foreach (var (path, shows) in Pages)
        {
            await window.GoToAsync(path);
            await window.Page.GetByRole(AriaRole.Main).GetByText(shows).First.WaitForAsync();
            await Assertions.Expect(window.Page.Locator(".loading")).ToHaveCountAsync(0);
            var beyond = await window.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth");
            if (beyond > 0) wrong.Add($"{path}: {beyond} pixels stand beyond {width}");
            await window.Page.EvaluateAsync(axe);
            var found = await window.Page.EvaluateAsync<string[]>(
                "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.flatMap((one) => one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.html.slice(0, 160)} ${node.any.map((check) => check.message).join(' ').slice(0, 200)}`))");
            wrong.AddRange(found.Select(what => $"{path}: {what}"));
            await window.KeepAsync($"{colours.ToString().ToUpperInvariant()[..1]}{width}-{Name(path.Replace(chromium.Run, "run", StringComparison.Ordinal))}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        window.IsClean();
    }

    private static string Name(string path) => path == "/" ? "overview" : string.Concat(path.Trim('/').Select(static letter => char.IsLetterOrDigit(letter) ? letter : '-'));
}
