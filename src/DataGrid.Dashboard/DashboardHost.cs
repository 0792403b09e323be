using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DataGrid.Dashboard;

/// <summary>
/// Serves the dashboard: its page at every address that is one of its pages, and the files that the page loads. The files hold no data and need no key; what the page
/// shows it asks the API for, as whoever looks at it.
/// </summary>
public static class DashboardHost
{
    // Nothing inline, nothing of other hosts, in nobody's frame.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // A file below it has its content's hash in its name.
    private const string HashedFiles = "/assets/";

    private static readonly string[] Pages = ["pipelines", "runs", "datasets", "lineage", "sql", "cluster", "start"];

    /// <summary>Adds it before what answers the API. Requests for anything else pass.</summary>
    public static void UseDashboard(this IApplicationBuilder app)
    {
        var files = WebFiles.Embedded();
        app.Use(next => http => Find(files, http.Request) is { } file ? WriteAsync(http, file) : next(http));
    }

    private static WebFile? Find(WebFiles files, HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return null;
        var path = request.Path.Value ?? "/";
        return IsPage(path) ? files.Find("/index.html") : path == "/index.html" ? null : files.Find(path);
    }

    private static bool IsPage(string path) => path is "/" or "/api/docs" || Pages.Contains(path.Split('/')[1], StringComparer.Ordinal);

    private static async Task WriteAsync(HttpContext http, WebFile file)
    {
        var headers = http.Response.Headers;
        headers.CacheControl = file.Path.StartsWith(HashedFiles, StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ETag = file.Tag;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag.Value == "*" || known.Tag.Value == file.Tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        var isPacked = http.Request.GetTypedHeaders().AcceptEncoding.Any(static known => known.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && known.Quality is not 0);
        if (isPacked) headers.ContentEncoding = "gzip";
        var body = isPacked ? file.Packed : file.Unpack();
        http.Response.ContentType = file.ContentType;
        http.Response.ContentLength = body.Length;
        if (HttpMethods.IsGet(http.Request.Method)) await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
