using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace DataGrid.Gateway.Pipelines;

/// <summary>A project's files as JSON.</summary>
public sealed record BundleDocument
{
    /// <summary>The text of each file, by its name relative to the project's folder, <c>/</c> between folders.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>Reads a project out of a request: a zip archive, a form with files, or JSON.</summary>
internal static class BundleReader
{
    private const int LinkType = 0xA000;
    private const int TypeMask = 0xF000;

    /// <summary>So small a file may be packed as tightly as it likes.</summary>
    private const long SmallBytes = 1 << 20;

    /// <summary>Unpacks the request's body into a folder.</summary>
    /// <exception cref="DataGridException">It is no bundle, or more than is taken.</exception>
    public static async Task ReadAsync(HttpContext http, GatewayOptions options, BundleFolder folder)
    {
        var type = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var parsed) ? parsed.MediaType.Value : null;
        switch (type)
        {
            case "application/zip" or "application/x-zip-compressed":
                await ReadZipAsync(http.Request.Body, options, folder, http.RequestAborted);
                break;
            case "application/json":
                await ReadJsonAsync(http, options, folder);
                break;
            case "multipart/form-data":
                await ReadFormAsync(http, parsed!, options, folder);
                break;
            default:
                throw ApiFaults.Of(ErrorCodes.MediaTypeUnsupported, $"a project cannot be sent as {type ?? "nothing stated"}", "send application/zip, multipart/form-data or application/json");
        }
    }

    private static async Task ReadJsonAsync(HttpContext http, GatewayOptions options, BundleFolder folder)
    {
        var document = ApiJson.Parse<BundleDocument>(await ApiJson.ReadBytesAsync(http, options.MaxBundleBytes));
        foreach (var (name, text) in document.Files)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            await folder.AddAsync(name, content, long.MaxValue, http.RequestAborted);
        }
    }

    private static async Task ReadFormAsync(HttpContext http, MediaTypeHeaderValue type, GatewayOptions options, BundleFolder folder)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 100) throw BundleFolder.Invalid("the form has no boundary", "let the client write the Content-Type");
        var body = new CountedStream(http.Request.Body, options.MaxBundleBytes, () => ApiFaults.TooLarge(options.MaxBundleBytes));
        var reader = new MultipartReader(boundary, body) { HeadersCountLimit = 16, HeadersLengthLimit = 4096 };
        try
        {
            while (await reader.ReadNextSectionAsync(http.RequestAborted) is { } section)
            {
                var name = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var said) ? HeaderUtilities.RemoveQuotes(said.FileName).Value : null;
                if (name is null) throw BundleFolder.Invalid("a part of the form is no file", "send each file as a part with a file name, or one zip archive");
                if (section.ContentType is "application/zip" or "application/x-zip-compressed") await ReadZipAsync(section.Body, options, folder, http.RequestAborted);
                else await folder.AddAsync(name, section.Body, long.MaxValue, http.RequestAborted);
            }
        }
        catch (Exception wrong) when (wrong is InvalidDataException or IOException)
        {
            throw BundleFolder.Invalid("the form cannot be read", "check that it was sent whole");
        }
    }

    /// <summary>Unpacks an archive into a folder.</summary>
    /// <exception cref="DataGridException">It is none, or more than is taken.</exception>
    public static async Task ReadZipAsync(Stream body, GatewayOptions options, BundleFolder folder, CancellationToken cancellationToken)
    {
        // The directory of an archive stands at its end: the whole of it is needed first.
        await using var packed = new FileStream(folder.PackedFile, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 81920, FileOptions.DeleteOnClose);
        var counted = new CountedStream(body, options.MaxBundleBytes, () => ApiFaults.TooLarge(options.MaxBundleBytes));
        await counted.CopyToAsync(packed, cancellationToken);
        packed.Position = 0;
        try
        {
            using var archive = new ZipArchive(packed, ZipArchiveMode.Read);
            if (archive.Entries.Count > 2 * options.MaxBundleFiles) throw BundleFolder.Invalid($"there are more than {options.MaxBundleFiles} files", "split the project");
            foreach (var entry in archive.Entries) await ReadEntryAsync(entry, options, folder, cancellationToken);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw BundleFolder.Invalid("it is no zip archive that can be read", "pack it anew, without a password");
        }
    }

    private static async Task ReadEntryAsync(ZipArchiveEntry entry, GatewayOptions options, BundleFolder folder, CancellationToken cancellationToken)
    {
        if (((entry.ExternalAttributes >> 16) & TypeMask) == LinkType) throw BundleFolder.Invalid($"'{entry.FullName}' is a link", "send the file that it leads to");
        if (entry.IsEncrypted) throw BundleFolder.Invalid($"'{entry.FullName}' is encrypted", "pack it without a password");
        if (entry.FullName.EndsWith('/'))
        {
            // A folder by itself; files bring theirs along. Its name must be good all the same: an archive with a bad one is no honest mistake.
            if (BundleNames.Objection(entry.FullName[..^1]) is { } why) throw BundleFolder.Invalid(why, "name files relative to the project's folder");
            return;
        }
        var most = Math.Max(SmallBytes, entry.CompressedLength * options.MaxBundleRatio);
        await using var content = await entry.OpenAsync(cancellationToken);
        await folder.AddAsync(entry.FullName, content, most, cancellationToken);
    }
}
