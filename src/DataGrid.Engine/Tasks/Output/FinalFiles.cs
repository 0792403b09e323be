using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Gives written files the names under which they will be published, makes them durable and describes them.</summary>
internal sealed class FinalFiles(string stagingDirectory, AttemptId attempt, CancellationToken cancellation)
{
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private int _lastNumber = -1;

    /// <summary>Moves files to <c>folder/partition folders/part-attempt-number.parquet</c>.</summary>
    /// <param name="files">Written files of one role.</param>
    /// <param name="role">The role.</param>
    /// <param name="types">Column types as written, by name.</param>
    /// <param name="partitionBy">Columns that are folders, outermost first.</param>
    /// <param name="folder">A folder in the staging folder; empty for itself.</param>
    public IEnumerable<ManifestFile> Publish(
        IEnumerable<WrittenFile> files, ManifestFileRole role, IReadOnlyDictionary<string, DuckDbLogicalType> types, IReadOnlyList<string> partitionBy, string folder)
    {
        foreach (var file in files)
        {
            // The engine's own folder names: their encoding is the usual one.
            var folders = file.Path.Split('/', '\\').SkipLast(1).TakeLast(partitionBy.Count);
            var name = string.Create(CultureInfo.InvariantCulture, $"part-{attempt}-{++_lastNumber:00000}.parquet");
            var relative = string.Join('/', [.. folder.Length > 0 ? [folder] : Array.Empty<string>(), .. folders, name]);
            var path = Path.Combine(stagingDirectory, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(file.Path, path, overwrite: true);
            for (var parent = Path.GetDirectoryName(path); parent is not null && parent.Length >= stagingDirectory.Length; parent = Path.GetDirectoryName(parent))
                _folders.Add(parent);
            var (bytes, hash) = FileSeal.Seal(path, cancellation);
            yield return new ManifestFile
            {
                StagedPath = relative,
                Role = role,
                Bytes = bytes,
                Rows = file.Rows,
                Hash = hash,
                Statistics = DeltaStatistics.Build(file, types),
                PartitionValues = file.PartitionValues.ToImmutableSortedDictionary(p => p.Key, p => DeltaValue(p.Value, types.GetValueOrDefault(p.Key))),
            };
        }
    }

    /// <summary>Makes the files' names durable, up to the staging folder's own name.</summary>
    public void FlushFolders()
    {
        foreach (var folder in _folders)
            FolderSync.Flush(folder);
        if (_folders.Count > 0 && Path.GetDirectoryName(Path.GetFullPath(stagingDirectory)) is { } parent)
            FolderSync.Flush(parent);
    }

    /// <summary>Delta writes an instant in ISO 8601, the engine as <c>2024-01-02 03:04:05+00</c>.</summary>
    private static string? DeltaValue(string? value, DuckDbLogicalType? type) =>
        value is not null && type?.Kind == DuckDbTypeKind.TimestampTz && value.EndsWith("+00", StringComparison.Ordinal) ? value[..^3].Replace(' ', 'T') + "Z" : value;
}
