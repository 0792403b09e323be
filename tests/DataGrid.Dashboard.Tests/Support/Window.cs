using Microsoft.Playwright;

namespace DataGrid.Dashboard.Tests.Support;

/// <summary>A page that notes what goes wrong in it: whoever closes it learns of it.</summary>
public sealed class Window : IAsyncDisposable
{
    private static readonly string Shots = Path.Combine(Site.RepositoryRoot, "artifacts", "dashboard");

    private readonly IBrowserContext _context;
    private readonly List<string> _wrong = [];

    public Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Note(true, error);
        page.Request += (_, request) => Note(IsForeign(request.Url), $"asked another host: {request.Url}");
        page.Response += (_, response) => Note(response.Status >= 500, $"{response.Status} from {response.Url}");
    }

    public IPage Page { get; }

    /// <summary>What stands in the console that may: a request that a test makes fail.</summary>
    public bool MayFail { get; set; }

    public async Task GoToAsync(string path) => await Page.GotoAsync(path);

    /// <summary>Keeps a picture in <c>artifacts/dashboard</c>.</summary>
    public async Task KeepAsync(string name)
    {
        Directory.CreateDirectory(Shots);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Shots, name + ".png"), FullPage = true });
    }

    public async Task SeesAsync(string text) => await Assertions.Expect(Page.GetByText(text).First).ToBeVisibleAsync();

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = name });

    public ILocator Tab(string name) => Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = name });

    /// <summary>Nothing was said in the console, nothing failed, and no other host was asked.</summary>
    public void IsClean()
    {
        lock (_wrong) Assert.True(_wrong.Count == 0, string.Join("\n", _wrong));
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private static bool IsForeign(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", IsLoopback: false };

    private void Note(bool isWrong, string what)
    {
        if (isWrong && !MayFail) lock (_wrong) _wrong.Add(what);
    }
}
