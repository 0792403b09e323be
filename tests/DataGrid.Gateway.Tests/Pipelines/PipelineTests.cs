using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DataGrid.Gateway.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Gateway.Tests.Pipelines;

/// <summary>Submitting projects and asking about them.</summary>
public sealed class PipelineTests(Bed bed) : IClassFixture<Bed>
{
    [Fact]
    public async Task A_project_is_submitted_as_json_zip_and_form_and_is_the_same()
    {
        using var json = await bed.SubmitAsync(Bed.Files);
        var first = await Bed.JsonAsync(json);
        Assert.Equal("/api/v1/pipelines/shop", json.Headers.Location?.ToString() ?? "/api/v1/pipelines/shop");
        using var zip = await bed.SubmitZipAsync(Bed.Zip(Bed.Files.Select(static file => KeyValuePair.Create("a-folder/" + file.Key, file.Value))));
        using var form = new MultipartFormDataContent();
        foreach (var (name, text) in Bed.Files) form.Add(new StringContent(text), "files", name);
        using var formed = await bed.Http.PostAsync(new Uri("/api/v1/pipelines", UriKind.Relative), form);
        foreach (var response in new[] { zip, formed })
        {
            var again = await Bed.JsonAsync(response);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(first.GetProperty("version").GetString(), again.GetProperty("version").GetString());
            Assert.False(again.GetProperty("isNew").GetBoolean());
        }
        Assert.Equal(["silver.orders", "gold.by_sku"], first.GetProperty("datasets").EnumerateArray().Select(static name => name.GetString()));
    }

    [Fact]
    public async Task A_pipeline_tells_its_steps_sources_and_versions()
    {
        await bed.RunAsync();
        var detail = await bed.GetAsync("/api/v1/pipelines/shop");
        Assert.Equal("What was sold", detail.GetProperty("summary").GetProperty("description").GetString());
        Assert.Equal(["raw.orders"], detail.GetProperty("sources").EnumerateArray().Select(static source => source.GetProperty("name").GetString()));
        Assert.Equal(["silver.orders", "gold.by_sku"], detail.GetProperty("steps").EnumerateArray().Select(static step => step.GetProperty("name").GetString()));
        var list = await bed.GetAsync("/api/v1/pipelines");
        Assert.Contains(list.GetProperty("items").EnumerateArray(), static item => item.GetProperty("pipeline").GetString() == "shop");
        var versions = await bed.GetAsync("/api/v1/pipelines/shop/versions");
        Assert.Equal(detail.GetProperty("publishedVersion").GetString(), versions.GetProperty("items")[0].GetProperty("version").GetString());
        Assert.DoesNotContain(bed.Folder, detail.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_client_has_already_is_not_sent_again()
    {
        await bed.RunAsync();
        using var first = await bed.Http.GetAsync(new Uri("/api/v1/pipelines/shop", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/pipelines/shop");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await bed.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_plan_says_what_would_run()
    {
        await bed.RunAsync();
        var plan = await bed.GetAsync("/api/v1/pipelines/shop/plan?select=gold.by_sku");
        Assert.Equal(["gold.by_sku"], plan.GetProperty("steps").EnumerateArray().Select(static step => step.GetProperty("name").GetString()));
        using var wrong = await bed.Http.GetAsync(new Uri("/api/v1/pipelines/shop/plan?select=gold.nothing", UriKind.Relative));
        await Bed.ProblemAsync(wrong, HttpStatusCode.BadRequest, "selection_invalid");
    }

    [Fact]
    public async Task An_unknown_pipeline_is_told_with_the_nearest_name()
    {
        await bed.RunAsync();
        using var response = await bed.Http.GetAsync(new Uri("/api/v1/pipelines/shpo", UriKind.Relative));
        var problem = await Bed.ProblemAsync(response, HttpStatusCode.NotFound, "pipeline_unknown");
        Assert.Contains("shop", problem.GetProperty("help").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_pipeline_starts_no_run_until_it_is_resumed()
    {
        await bed.RunAsync();
        using var paused = await bed.Http.PostAsync(new Uri("/api/v1/pipelines/shop/pause", UriKind.Relative), null);
        Assert.True((await Bed.JsonAsync(paused)).GetProperty("isPaused").GetBoolean());
        using var refused = await bed.Http.PostAsync(new Uri("/api/v1/pipelines/shop/runs", UriKind.Relative), null);
        await Bed.ProblemAsync(refused, HttpStatusCode.Conflict, "pipeline_paused");
        using var resumed = await bed.Http.PostAsync(new Uri("/api/v1/pipelines/shop/resume", UriKind.Relative), null);
        Assert.False((await Bed.JsonAsync(resumed)).GetProperty("isPaused").GetBoolean());
        await bed.RunAsync();
    }

    [Fact]
    public async Task Mistakes_in_a_project_come_all_at_once_with_file_and_line()
    {
        var files = new Dictionary<string, string>(Bed.Files)
        {
            ["models/silver/orders.sql"] = "select id, skuu\nfrom raw.orders\n",
            ["models/gold/by_sku.sql"] = "select count(*) as n from silver.nothing\n",
        };
        using var response = await bed.SubmitAsync(files);
        Assert.False(response.IsSuccessStatusCode);
        var problem = await Bed.JsonAsync(response);
        var all = problem.GetProperty("problems").EnumerateArray().ToList();
        Assert.Contains(all, static one => one.GetProperty("code").GetString() == "column_unknown" && one.GetProperty("position").GetProperty("file").GetString() == "models/silver/orders.sql");
        Assert.Contains(all, static one => one.GetProperty("code").GetString() == "dataset_unknown");
        Assert.True(problem.GetProperty("line").GetInt32() >= 1);
        Assert.DoesNotContain(bed.Folder, problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_cannot_lead_out_of_the_project()
    {
        foreach (var pattern in new[] { "../../*.csv", "/etc/*.csv", "data/../../x.csv", "{../a,b}.csv", "~/x.csv" })
        {
            var files = new Dictionary<string, string>(Bed.Files) { ["datagrid.yaml"] = Bed.Project.Replace("data/orders.csv", $"\"{pattern}\"", StringComparison.Ordinal) };
            using var response = await bed.SubmitAsync(files);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.DoesNotContain("root:", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.DoesNotContain(Directory.EnumerateFiles(bed.Folder, "*", SearchOption.AllDirectories), static file => file.EndsWith("x.csv", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../evil.sql")]
    [InlineData("models/../../evil.sql")]
    [InlineData("/absolute/evil.sql")]
    [InlineData("C:/evil.sql")]
    [InlineData("models\\evil.sql")]
    [InlineData("models//evil.sql")]
    [InlineData("models/./evil.sql")]
    [InlineData("models/evil.sql ")]
    [InlineData("models/CON.sql")]
    [InlineData("DATAGRID.yaml")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        using var zipped = await bed.SubmitZipAsync(Bed.Zip(Bed.Files.Append(KeyValuePair.Create(name, "select 1"))));
        await Bed.ProblemAsync(zipped, HttpStatusCode.BadRequest, "bundle_invalid");
        using var sent = await bed.SubmitAsync(Bed.Files.Append(KeyValuePair.Create(name, "select 1")).ToDictionary());
        await Bed.ProblemAsync(sent, HttpStatusCode.BadRequest, "bundle_invalid");
        Assert.Empty(Directory.EnumerateFiles(bed.Folder, "*evil*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_link_in_an_archive_is_refused()
    {
        var archive = Bed.Zip([.. Bed.Files, KeyValuePair.Create("data/link", "/etc/passwd")], static entry =>
        {
            if (entry.FullName == "data/link") entry.ExternalAttributes = unchecked((int)0xA1FF0000);
        });
        using var response = await bed.SubmitZipAsync(archive);
        Assert.Contains("link", (await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, "bundle_invalid")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_much_more_is_refused_and_leaves_nothing()
    {
        var folders = Directory.CreateDirectory(Path.Combine(bed.Root, "default", "projects")).GetFileSystemInfos().Length;
        using var response = await bed.SubmitZipAsync(Bed.Zip([.. Bed.Files, KeyValuePair.Create("data/zeros.csv", new string('0', 40 << 20))]));
        await Bed.ProblemAsync(response, HttpStatusCode.BadRequest, "bundle_invalid");
        Assert.Equal(folders, new DirectoryInfo(Path.Combine(bed.Root, "default", "projects")).GetFileSystemInfos().Length);
    }

    [Fact]
    public async Task Files_of_a_project_that_was_replaced_go_in_time_and_those_in_use_stay()
    {
        var projects = Path.Combine(bed.Root, "default", "projects");
        await bed.RunAsync();
        var used = Directory.GetDirectories(projects).ToHashSet();
        var old = Directory.CreateDirectory(Path.Combine(projects, new string('0', 32))).FullName;
        var young = Directory.CreateDirectory(Path.Combine(projects, new string('1', 32))).FullName;
        foreach (var folder in used.Append(old)) Directory.SetLastWriteTimeUtc(folder, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-31));
        var sweeper = ActivatorUtilities.CreateInstance<ProjectSweeper>(bed.Silo.Gateway!.Service<IServiceProvider>());
        await sweeper.SweepAsync(CancellationToken.None);
        Assert.False(Directory.Exists(old));
        Assert.True(Directory.Exists(young));
        var detail = await bed.GetAsync("/api/v1/pipelines/shop/plan");
        Assert.NotEmpty(detail.GetProperty("steps").EnumerateArray());
        Assert.Contains(used, Directory.Exists);
        await bed.RunAsync();
    }

    [Fact]
    public async Task What_is_no_archive_is_refused()
    {
        using var noise = await bed.SubmitZipAsync(Encoding.ASCII.GetBytes("PK is not enough"));
        await Bed.ProblemAsync(noise, HttpStatusCode.BadRequest, "bundle_invalid");
        using var cut = await bed.SubmitZipAsync(Bed.Zip(Bed.Files)[..^30]);
        await Bed.ProblemAsync(cut, HttpStatusCode.BadRequest, "bundle_invalid");
        using var empty = await bed.SubmitZipAsync(Bed.Zip([]));
        await Bed.ProblemAsync(empty, HttpStatusCode.BadRequest, "bundle_invalid");
        using var content = new ByteArrayContent(Bed.Zip(Bed.Files));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var other = await bed.Http.PostAsync(new Uri("/api/v1/pipelines", UriKind.Relative), content);
        await Bed.ProblemAsync(other, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported");
    }

    [Fact]
    public async Task A_damaged_entry_of_an_archive_is_refused()
    {
        var archive = Bed.Zip([.. Bed.Files, KeyValuePair.Create("data/more.csv", string.Concat(Enumerable.Range(0, 5000)))], static entry => entry.LastWriteTime = DateTimeOffset.UnixEpoch.AddYears(20));
        for (var at = 700; at < 900; at++) archive[at] ^= 0x5a;
        using var response = await bed.SubmitZipAsync(archive);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
