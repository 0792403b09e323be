using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace DataGrid.Dashboard;

/// <summary>One file of the dashboard.</summary>
/// <param name="Path">Its address: <c>/assets/main-1a2b3c.js</c>.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Packed">Its content, packed with gzip.</param>
/// <param name="Tag">Its entity tag, with the quotes.</param>
internal sealed record WebFile(string Path, string ContentType, byte[] Packed, string Tag)
{
    /// <summary>Its content.</summary>
    public byte[] Unpack()
    {
        using var content = new MemoryStream();
        using (var packed = new GZipStream(new MemoryStream(Packed, writable: false), CompressionMode.Decompress)) packed.CopyTo(content);
        return content.ToArray();
    }
}

/// <summary>The files that the build embedded into this assembly.</summary>
internal sealed class WebFiles
{
    private const string Prefix = "web/";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private readonly FrozenDictionary<string, WebFile> _files;

    private WebFiles(IEnumerable<WebFile> files) => _files = files.ToFrozenDictionary(static file => file.Path, StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<WebFile> All => _files.Values;

    /// <summary>Reads them.</summary>
    public static WebFiles Embedded()
    {
        var assembly = typeof(WebFiles).Assembly;
        return new WebFiles(assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name =>
        {
            using var resource = assembly.GetManifestResourceStream(name)!;
            var packed = new byte[resource.Length];
            resource.ReadExactly(packed);
            // A build on Windows writes the folders' names with backslashes.
            var path = "/" + name[Prefix.Length..].Replace('\\', '/');
            return new WebFile(path, Types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream"), packed, $"\"{Convert.ToHexStringLower(SHA256.HashData(packed).AsSpan(0, 12))}\"");
        }));
    }

    /// <summary>The file at an address; null when there is none.</summary>
    public WebFile? Find(string path) => _files.GetValueOrDefault(path);
}
