using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>Gives written files the names under which they will be published, makes them durable and describes them.</summary>
internal sealed class FinalFiles(string stagingDirectory, AttemptId attempt, CancellationToken cancellation)
{
    private int _lastNumber = -1;

    /// <summary>Moves files to <c>folder/partition folders/part-attempt-number.parquet</c>.</summary>
    /// <param name="files">Written files of one role.</param>
    /// <param name="role">The role.</param>
    /// <param name="types">Column types as written, by name.</param>
    /// <param name="partitionBy">Columns that are folders, outermost first.</param>
    /// <param name="folder">A folder in the staging folder; empty for itself.</param>
    /// <param name="ahead">Who seals these very files already; null when nobody does.</param>
    public List<ManifestFile> Publish(
        IReadOnlyList<WrittenFile> files, ManifestFileRole role, IReadOnlyDictionary<string, DuckDbLogicalType> types, IReadOnlyList<string> partitionBy, string folder,
        SealAhead? ahead = null)
    {
        var sealedAhead = ahead?.Finish();
        var relative = files.Select(file => Move(file, partitionBy, folder)).ToArray();
        var seals = sealedAhead ?? FileSeal.SealAll([.. relative.Select(file => Path.Combine(stagingDirectory, file))], cancellation);
        return
        [
            .. files.Select((file, i) => new ManifestFile
            {
                StagedPath = relative[i],
                Role = role,
                Bytes = seals[i].Bytes,
                Rows = file.Rows,
                Hash = seals[i].Hash,
                Statistics = DeltaStatistics.Build(file, types),
                PartitionValues = file.PartitionValues.ToImmutableSortedDictionary(p => p.Key, p => DeltaValue(p.Value, types.GetValueOrDefault(p.Key))),
            }),
        ];
    }

    private string Move(WrittenFile file, IReadOnlyList<string> partitionBy, string folder)
    {
        // The engine's own folder names: their encoding is the usual one.
        var folders = file.Path.Split('/', '\\').SkipLast(1).TakeLast(partitionBy.Count);
        var name = string.Create(CultureInfo.InvariantCulture, $"part-{attempt}-{++_lastNumber:00000}.parquet");
        var relative = string.Join('/', [.. folder.Length > 0 ? [folder] : Array.Empty<string>(), .. folders, name]);
        var path = Path.Combine(stagingDirectory, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(file.Path, path, overwrite: true);
        return relative;
    }

    /// <summary>Delta writes an instant in ISO 8601, the engine as <c>2024-01-02 03:04:05+00</c>.</summary>
    private static string? DeltaValue(string? value, DuckDbLogicalType? type) =>
        value is not null && type?.Kind == DuckDbTypeKind.TimestampTz && value.EndsWith("+00", StringComparison.Ordinal) ? value[..^3].Replace(' ', 'T') + "Z" : value;
}
