using Microsoft.Playwright;

namespace DataGrid.Dashboard.Tests.Support;

/// <summary>One browser and one silo with the tutorial's tables, for all tests that only look.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const int PatienceMs = 30_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Site Site { get; private set; } = null!;

    /// <summary>The run that made the tables.</summary>
    public string Run { get; private set; } = "";

    public async Task InitializeAsync()
    {
        // Without a browser every test is skipped, and nothing need be started for them.
        if (BrowserFactAttribute.Chromium is not { } file) return;
        // What is waited for is there within a second; a busy machine may take its time.
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = file, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
        Site = await Site.StartAsync();
        Run = await Site.RunTutorialAsync();
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (Site is not null) await Site.DisposeAsync();
    }

    /// <summary>A window of its own, with nothing kept from others.</summary>
    public async Task<Window> OpenAsync(Site? site = null, int width = 1280, int height = 800, ColorScheme colours = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = (site ?? Site).Address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colours,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(PatienceMs);
        return new Window(context, await context.NewPageAsync());
    }
}

/// <summary>All browser tests, one after another: they share a browser and a silo.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Chromium>
{
    public const string Name = "in Chromium";
}
