using System.IO.Compression;

namespace DataGrid.Client.Pipelines;

/// <summary>Packs a project's folder.</summary>
internal static class ProjectArchive
{
    private const string ProjectFile = "datagrid.yaml";
    private const string PackagesFolder = "node_modules";

    /// <summary>The files of a folder as a zip archive.</summary>
    /// <exception cref="DataGridException">It is no project, or larger than is sent.</exception>
    public static async Task<byte[]> OfFolderAsync(string folder, long maxBytes, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!File.Exists(Path.Combine(folder, ProjectFile)))
            throw new DataGridException(new Problem { Code = "project_not_found", Message = $"there is no {ProjectFile} in {folder}", Help = "name the folder that holds it" });
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            var bytes = 0L;
            foreach (var file in FilesOf(new DirectoryInfo(folder)).OrderBy(static file => file.FullName, StringComparer.Ordinal))
            {
                var name = Path.GetRelativePath(folder, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
                if ((bytes += file.Length) > maxBytes) throw TooLarge(name, maxBytes);
                await using var content = file.OpenRead();
                await using var entry = await archive.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken).ConfigureAwait(false);
                await content.CopyToAsync(entry, cancellationToken).ConfigureAwait(false);
            }
        }
        return packed.ToArray();
    }

    // Links lead who knows where, and what tools leave behind is no part of a project.
    private static IEnumerable<FileInfo> FilesOf(DirectoryInfo folder) => folder.EnumerateFileSystemInfos()
        .Where(static found => found.LinkTarget is null && found.Name[0] != '.')
        .SelectMany(static found => found switch
        {
            FileInfo file => [file],
            DirectoryInfo inner when inner.Name != PackagesFolder => FilesOf(inner),
            _ => (IEnumerable<FileInfo>)[],
        });

    private static DataGridException TooLarge(string name, long maxBytes) => new(new Problem
    {
        Code = "bundle_invalid",
        Message = $"with {name} the project is larger than {maxBytes} bytes",
        Help = "leave large data out of the project's folder; the server may offer folders of its own (datagrid up --data FOLDER)",
    });
}
