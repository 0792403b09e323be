using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using DataGrid.Dashboard.Tests.Support;

namespace DataGrid.Dashboard.Tests.Serving;

public sealed partial class ServingTests(ServingTests.Bed bed) : IClassFixture<ServingTests.Bed>
{
    private const int FirstViewBytes = 300_000;

    [Theory]
    [InlineData("/")]
    [InlineData("/runs/20260101-000000-00000000")]
    [InlineData("/datasets/gold.daily_sales")]
    [InlineData("/lineage?target=a.b.c")]
    [InlineData("/api/docs")]
    public async Task Every_address_of_a_page_gets_the_page_with_a_strict_policy(string path)
    {
        using var response = await bed.Site.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("<title>DataGrid</title>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/assets/nothing.js")]
    [InlineData("/index.html")]
    [InlineData("/api/v1/nothing")]
    public async Task What_is_no_page_and_no_file_is_left_to_the_gateway(string path)
    {
        using var response = await bed.Site.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_page_takes_nothing_inline_and_nothing_of_other_hosts()
    {
        var page = await bed.Site.Http.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.All(Script().Matches(page), static script => Assert.Contains("src=\"/assets/", script.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("<style", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_kept_for_a_year_and_the_page_is_asked_for_each_time()
    {
        foreach (var file in FilesOf(await bed.Site.Http.GetStringAsync(new Uri("/", UriKind.Relative))))
        {
            using var response = await bed.Site.Http.GetAsync(new Uri(file, UriKind.Relative));
            Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl?.ToString());
        }
        using var first = await bed.Site.Http.GetAsync(new Uri("/", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var second = await bed.Site.Http.SendAsync(again);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task A_client_that_takes_gzip_gets_the_same_packed()
    {
        var plain = await bed.Site.Http.GetByteArrayAsync(new Uri("/", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept-Encoding", "gzip" } } };
        using var response = await bed.Site.Http.SendAsync(request);
        using var unpacked = new MemoryStream();
        await using (var packed = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress)) await packed.CopyToAsync(unpacked);

        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.Equal(plain, unpacked.ToArray());
    }

    [Fact]
    public void The_first_view_is_smaller_than_300_KB_packed()
    {
        var files = WebFiles.Embedded();
        var page = files.Find("/index.html");
        Assert.NotNull(page);
        var parts = FilesOf(System.Text.Encoding.UTF8.GetString(page.Unpack())).Select(path => files.Find(path) ?? throw new InvalidOperationException(path)).ToList();
        var total = page.Packed.Length + parts.Sum(static part => part.Packed.Length);

        Assert.Contains(parts, static part => part.Path.EndsWith(".css", StringComparison.Ordinal));
        Assert.InRange(total, 1, FirstViewBytes);
        // What every other page brings is loaded when the page is seen.
        Assert.True(files.All.Sum(static file => file.Packed.Length) > total);
    }

    [Fact]
    public async Task A_head_has_no_body_and_a_post_is_not_the_pages()
    {
        using var head = await bed.Site.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"));
        using var post = await bed.Site.Http.PostAsync(new Uri("/", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, post.StatusCode);
    }

    /// <summary>A silo for all of them.</summary>
    public sealed class Bed : IAsyncLifetime
    {
        public Site Site { get; private set; } = null!;

        public async Task InitializeAsync() => Site = await Site.StartAsync();

        public async Task DisposeAsync() => await Site.DisposeAsync();
    }

    /// <summary>What a page loads before anything is shown.</summary>
    private static IEnumerable<string> FilesOf(string page) => Loaded().Matches(page).Select(static match => match.Groups[1].Value).Distinct();

    [GeneratedRegex("<script[^>]*>")]
    private static partial Regex Script();

    [GeneratedRegex("(?:src|href)=\"(/assets/[^\"]+)\"")]
    private static partial Regex Loaded();
}
