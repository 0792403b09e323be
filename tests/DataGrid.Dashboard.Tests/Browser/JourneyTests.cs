using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Dashboard.Tests.Support;
using DataGrid.Gateway.Access;
using DataGrid.Silo.Web;
using Microsoft.Playwright;

namespace DataGrid.Dashboard.Tests.Browser;

/// <summary>What people come to do, done as they do it.</summary>
[Collection(BrowserTests.Name)]
public sealed class JourneyTests(Chromium chromium)
{
    [BrowserFact]
    public async Task From_the_empty_state_to_a_finished_run_without_a_manual()
    {
        await using var site = await Site.StartAsync();
        await using var window = await chromium.OpenAsync(site);
        var streams = 0;
        window.Page.Request += (_, request) => streams += request.Headers.GetValueOrDefault("accept") == "text/event-stream" ? 1 : 0;

        await window.GoToAsync("/");
        await window.SeesAsync("No pipelines yet");
        await window.KeepAsync("empty");
        await window.Link("Start with an example or your own folder").ClickAsync();
        await window.Button("Run the example").ClickAsync();
        // The page learns of the end by the events that it follows; nobody loads it again.
        await Assertions.Expect(window.Page.Locator(".page-head .pill.good")).ToHaveTextAsync("succeeded");
        Assert.True(streams > 0);
        await Assertions.Expect(window.Page.Locator(".node.good, .node.warn")).ToHaveCountAsync(3);
        await Assertions.Expect(window.Page.Locator(".lane")).ToHaveCountAsync(3);
        await window.KeepAsync("run");

        await window.Tab("Quarantined 1").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".grid tbody tr")).ToHaveCountAsync(1);
        await window.Tab("Logs").ClickAsync();
        await window.SeesAsync("everything is published");
        await window.Link("Overview").ClickAsync();
        await window.SeesAsync("All well");
        await window.KeepAsync("overview");
        window.IsClean();
    }

    [BrowserFact]
    public async Task A_mistake_in_a_model_is_shown_with_its_place_and_what_to_do()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/start");
        window.MayFail = true;
        await window.Page.GetByLabel("Its SQL").FillAsync("select 1 as a\nwhere nothing > 0");
        await window.Button("Submit").ClickAsync();

        var trouble = window.Page.GetByRole(AriaRole.Alert);
        await Assertions.Expect(trouble).ToContainTextAsync("models/gold/numbers.sql:2");
        await Assertions.Expect(trouble).ToContainTextAsync("column_unknown");
    }

    [BrowserFact]
    public async Task A_folder_that_is_chosen_becomes_a_pipeline()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/start");
        var chooser = await window.Page.RunAndWaitForFileChooserAsync(() => window.Button("Choose a folder").ClickAsync());
        await chooser.SetFilesAsync(Path.Combine(Site.RepositoryRoot, "examples", "tutorial"));

        await window.SeesAsync("Submitted:");
        await Assertions.Expect(window.Button("Run it now")).ToBeVisibleAsync();
        window.IsClean();
    }

    [BrowserFact]
    public async Task A_dataset_tells_its_columns_rows_profile_checks_versions_and_readers()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/datasets");
        await window.Page.GetByLabel("Search datasets").FillAsync("silver ord");
        await window.Link("silver.orders").ClickAsync();
        await window.SeesAsync("quantity");
        await window.Tab("Preview").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".grid tbody tr").First).ToBeVisibleAsync();
        var saved = await window.Page.RunAndWaitForDownloadAsync(() => window.Button("CSV").ClickAsync());
        Assert.StartsWith("order_id,", await File.ReadAllTextAsync((await saved.PathAsync())!), StringComparison.Ordinal);
        await window.Tab("Profile").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".profile .top-values, .profile .bars").First).ToBeVisibleAsync();
        await window.KeepAsync("profile");
        await window.Tab("Checks").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".heat .cells a").First).ToBeVisibleAsync();
        await window.Tab("Versions").ClickAsync();
        await window.SeesAsync("replace");
        await window.Tab("Who reads it").ClickAsync();
        await Assertions.Expect(window.Link("gold.daily_sales")).ToBeVisibleAsync();
        window.IsClean();
    }

    [BrowserFact]
    public async Task Lineage_shows_the_whole_way_of_a_column_and_what_a_change_would_touch()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/lineage");
        await window.Button("Show the columns of gold.daily_sales").ClickAsync();
        await window.Page.Locator(".column", new PageLocatorOptions { HasText = "takings" }).ClickAsync();
        await Assertions.Expect(window.Page.Locator(".column.lit", new PageLocatorOptions { HasText = "price" }).First).ToBeVisibleAsync();
        await Assertions.Expect(window.Page.Locator("path.edge.lit").First).ToBeAttachedAsync();
        await window.KeepAsync("lineage");
        await window.GoToAsync("/lineage?target=raw.products.price");
        await window.Button("Impact").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".node.hit", new PageLocatorOptions { HasText = "daily_sales" })).ToBeVisibleAsync();
        await window.KeepAsync("impact");
        window.IsClean();
    }

    [BrowserFact]
    public async Task The_console_completes_runs_plots_and_tells_mistakes()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/sql");
        var editor = window.Page.GetByRole(AriaRole.Textbox, new PageGetByRoleOptions { Name = "SQL" });
        await Assertions.Expect(window.Page.Locator(".tree summary", new PageLocatorOptions { HasText = "gold.daily_sales" })).ToBeVisibleAsync();
        await editor.ClickAsync();
        await window.Page.Keyboard.TypeAsync("select * from gold.dai");
        await window.Page.Locator(".cm-tooltip-autocomplete li", new PageLocatorOptions { HasText = "daily_sales" }).ClickAsync();
        await window.Page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(window.Page.Locator(".grid tbody tr")).ToHaveCountAsync(2);
        await window.Tab("Plot").ClickAsync();
        await Assertions.Expect(window.Page.Locator("svg.plot")).ToBeVisibleAsync();
        await window.KeepAsync("sql");
        var saved = await window.Page.RunAndWaitForDownloadAsync(() => window.Button("CSV").ClickAsync());
        Assert.Equal("result.csv", saved.SuggestedFilename);
        window.IsClean();

        window.MayFail = true;
        await editor.FillAsync("select prise from silver.orders");
        await window.Button("Run").Last.ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("prise");
    }

    [BrowserFact]
    public async Task A_query_without_an_end_is_cancelled()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/sql?sql=" + Uri.EscapeDataString("select count(*) from range(1000000) a(i), range(1000000) b(i), range(1000000) c(i) where a.i + b.i * c.i % 7 = 3"));
        await window.Button("Run").Last.ClickAsync();
        await window.Button("Cancel").ClickAsync();

        await window.SeesAsync("the query was cancelled");
        await Assertions.Expect(window.Button("Run").Last).ToBeVisibleAsync();
        window.IsClean();
    }

    [BrowserFact]
    public async Task A_run_whose_stream_breaks_is_followed_again()
    {
        await using var window = await chromium.OpenAsync();
        window.MayFail = true;
        var broken = 0;
        await window.Page.RouteAsync("**/events", route => broken++ == 0 ? route.AbortAsync() : route.ContinueAsync());
        await window.GoToAsync($"/runs/{chromium.Run}?tab=logs");

        await window.SeesAsync("everything is published");
        Assert.True(broken > 1);
    }

    [BrowserFact]
    public async Task A_run_that_fails_says_why_and_can_be_tried_again()
    {
        await using var site = await Site.StartAsync();
        await site.SubmitAsync(new Dictionary<string, string>
        {
            ["datagrid.yaml"] = "pipeline: billing\n",
            ["models/bill/invoices.sql"] = "/* datagrid\nexpect:\n  - { name: nobody owes much, that: total < 50 }\n*/\nselect i as customer, i * 10 as total from range(10) t(i)\n",
            ["models/bill/top.sql"] = "select * from bill.invoices order by total desc limit 3\n",
        });
        await using var window = await chromium.OpenAsync(site);
        await window.GoToAsync("/pipelines/billing");
        await window.Button("Run…").ClickAsync();
        await window.Button("Start the run").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".page-head .pill.bad")).ToHaveTextAsync("failed");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("nobody owes much");
        await window.Page.Locator("[data-node='bill.invoices'] button").ClickAsync();
        await Assertions.Expect(window.Page.Locator(".pill.bad", new PageLocatorOptions { HasText = "failed" }).Last).ToBeVisibleAsync();
        await window.KeepAsync("failed");
        var first = window.Page.Url;
        await window.Button("Retry").ClickAsync();
        await Assertions.Expect(window.Page).Not.ToHaveURLAsync(first);
        await Assertions.Expect(window.Page.Locator(".page-head .pill.bad")).ToHaveTextAsync("failed");
        await window.Link("Overview").ClickAsync();
        await window.SeesAsync("1 of 1 failing");
        window.IsClean();
    }

    [BrowserFact]
    public async Task A_call_of_the_api_can_be_tried_from_its_description()
    {
        await using var window = await chromium.OpenAsync();
        await window.GoToAsync("/api/docs");
        await window.Page.Locator("summary", new PageLocatorOptions { HasText = "/api/v1/me" }).ClickAsync();
        await window.Button("Send").ClickAsync();

        await window.SeesAsync("200 OK");
        await window.SeesAsync("\"workspace\": \"default\"");
        window.IsClean();
    }

    [BrowserFact]
    public async Task Who_brings_a_viewers_key_sees_and_may_not_start()
    {
        var secret = "";
        await using var site = await Site.StartAsync(async root => secret = await MakeKeyAsync(root), needsKeys: true);
        await using var window = await chromium.OpenAsync(site);
        window.MayFail = true;
        await window.GoToAsync("/pipelines");
        await window.Page.GetByLabel("Key or token").FillAsync("dg_wrong");
        await window.Button("Enter").ClickAsync();
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await window.Page.GetByLabel("Key or token").FillAsync(secret);
        await window.Button("Enter").ClickAsync();

        await window.SeesAsync("No pipelines yet");
        await window.SeesAsync("viewer · v");
        await Assertions.Expect(window.Link("New pipeline")).ToHaveCountAsync(0);
        Assert.DoesNotContain(secret, window.Page.Url, StringComparison.Ordinal);
    }

    private static async Task<string> MakeKeyAsync(string root)
    {
        var roles = ImmutableSortedDictionary<string, Role>.Empty.Add(WorkspaceId.Default.Value, Role.Viewer);
        return (await RootKeys.Open(root, WorkspaceId.Default).CreateAsync("analyst", roles, [], null, null, CancellationToken.None)).Text;
    }
}
