using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Gateway.Http;

namespace DataGrid.Gateway.Pipelines;

/// <summary>
/// A folder into which a bundle is unpacked file by file, within limits. It becomes a project's folder, named by its content, when it is complete; else it is removed.
/// Nothing is ever written through a link: the folder is new, and only files are made in it.
/// </summary>
internal sealed class BundleFolder : IDisposable
{
    private readonly GatewayOptions _options;
    private readonly string _projects;
    private readonly string _incoming;
    private readonly SortedDictionary<string, byte[]> _digests = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private long _bytes;

    public BundleFolder(GatewayOptions options, string projectsFolder)
    {
        (_options, _projects) = (options, projectsFolder);
        _incoming = Path.Combine(projectsFolder, $".incoming-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_incoming);
    }

    /// <summary>A file for the packed bundle itself; gone with the folder.</summary>
    public string PackedFile => _incoming + ".zip";

    /// <summary>Takes one file.</summary>
    /// <param name="name">Its name in the project.</param>
    /// <param name="content">What is in it.</param>
    /// <param name="maxBytes">The most that it may hold by itself.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="DataGridException">The name is refused, or a limit is passed.</exception>
    public async Task AddAsync(string name, Stream content, long maxBytes, CancellationToken cancellationToken)
    {
        if (BundleNames.Objection(name) is { } why) throw Invalid(why, "name files relative to the project's folder");
        if (BundleNames.IsForeign(name)) return;
        if (!_names.Add(name)) throw Invalid($"the file '{name}' is there twice", "send it once; names that differ in case only are the same on some systems");
        if (_names.Count > _options.MaxBundleFiles) throw Invalid($"there are more than {_options.MaxBundleFiles} files", "split the project");
        var path = Path.Combine(_incoming, name.Replace('/', Path.DirectorySeparatorChar));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            var buffer = new byte[81920];
            long length = 0;
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                length += read;
                _bytes += read;
                if (length > maxBytes) throw Invalid($"the file '{name}' is packed more than {_options.MaxBundleRatio} times smaller than it is", "send it unpacked");
                if (_bytes > _options.MaxBundleExpandedBytes) throw Invalid(string.Create(CultureInfo.InvariantCulture, $"unpacked it is more than {_options.MaxBundleExpandedBytes} bytes"), "leave data out of the project");
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (IOException) when (File.Exists(Path.GetDirectoryName(path)) || Directory.Exists(path))
        {
            throw Invalid($"'{name}' is a file and a folder at once", "rename one");
        }
        _digests[name] = hash.GetCurrentHash();
    }

    /// <summary>Makes it a project's folder. Equal bundles share one.</summary>
    /// <returns>The folder, and whether it is new.</returns>
    public (string Folder, bool IsNew) Complete(DateTimeOffset now)
    {
        var from = Rooted();
        foreach (var data in _options.DataFolders)
        {
            var link = Path.Combine(from, Path.GetFileName(Path.TrimEndingDirectorySeparator(data)));
            if (Path.Exists(link)) throw Invalid($"'{Path.GetFileName(link)}' is a folder of the server's data", "leave it out: what is in it is there already");
            Directory.CreateSymbolicLink(link, Path.GetFullPath(data));
        }
        var folder = Path.Combine(_projects, Digest());
        if (Directory.Exists(folder))
        {
            // Submitted again is as good as new: it is not swept.
            Directory.SetLastWriteTimeUtc(folder, now.UtcDateTime);
            return (folder, false);
        }
        try
        {
            Directory.Move(from, folder);
            return (folder, true);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // The same bundle came at the same time.
            return (folder, false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(PackedFile);
        if (Directory.Exists(_incoming)) Directory.Delete(_incoming, recursive: true);
    }

    /// <summary>Something is wrong with a bundle.</summary>
    public static DataGridException Invalid(string why, string help) => ApiFaults.Of(ErrorCodes.BundleInvalid, why, help);

    /// <summary>Who packs a folder often packs it with its own name above it.</summary>
    private string Rooted()
    {
        if (_names.Contains(ProjectLayout.ProjectFile)) return _incoming;
        var tops = _digests.Keys.Select(static name => name.Split('/')[0]).Distinct().ToList();
        if (tops.Count == 1 && _names.Contains($"{tops[0]}/{ProjectLayout.ProjectFile}")) return Path.Combine(_incoming, tops[0]);
        throw Invalid($"there is no {ProjectLayout.ProjectFile} in it", "pack the folder that holds it");
    }

    private string Digest()
    {
        var all = new StringBuilder();
        foreach (var (name, digest) in _digests) all.Append(name).Append('\0').Append(Convert.ToHexStringLower(digest)).Append('\n');
        foreach (var data in _options.DataFolders) all.Append("data\0").Append(Path.GetFullPath(data)).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())).AsSpan(0, 16));
    }
}
