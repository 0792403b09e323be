using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.DuckDb;

namespace DataGrid.Storage.Delta;

/// <summary>Reads checkpoints: classic, in parts, and of the second specification (Parquet or JSON, with or without sidecars).</summary>
internal sealed class CheckpointReader(IObjectStore store, TablePaths paths, LogEngine engine)
{
    // The members of each action that are understood; a checkpoint may have more, and need not have all.
    private static readonly ImmutableArray<(string Kind, string Required, string[] Members)> Actions =
    [
        ("protocol", "minReaderVersion", ["minReaderVersion", "minWriterVersion", "readerFeatures", "writerFeatures"]),
        ("metaData", "id", ["id", "name", "description", "format", "schemaString", "partitionColumns", "createdTime", "configuration"]),
        ("txn", "appId", ["appId", "version", "lastUpdated"]),
        ("domainMetadata", "domain", ["domain", "configuration", "removed"]),
        ("checkpointMetadata", "version", ["version"]),
        ("sidecar", "path", ["path", "sizeInBytes"]),
        ("add", "path", ["path", "partitionValues", "size", "modificationTime", "dataChange", "stats", "tags", "deletionVector", "baseRowId", "defaultRowCommitVersion", "clusteringProvider"]),
        ("remove", "path", ["path", "deletionTimestamp", "dataChange", "extendedFileMetadata", "partitionValues", "size", "deletionVector", "baseRowId", "defaultRowCommitVersion"]),
    ];

    /// <summary>The checkpoint's actions.</summary>
    /// <exception cref="Contracts.Errors.DataGridException">It is damaged.</exception>
    internal async Task<IReadOnlyList<DeltaAction>> ReadAsync(CheckpointFiles checkpoint, CancellationToken cancellationToken)
    {
        var actions = new List<DeltaAction>();
        foreach (var name in checkpoint.Files) await ReadFileAsync(paths.InLog(name), actions, cancellationToken).ConfigureAwait(false);
        foreach (var sidecar in actions.OfType<SidecarAction>().ToList())
        {
            var name = DataPath.Canonical(sidecar.Path);
            await ReadFileAsync(paths.Sidecar(name[(name.LastIndexOf('/') + 1)..]), actions, cancellationToken).ConfigureAwait(false);
        }
        return actions;
    }

    private async Task ReadFileAsync(ObjectPath path, List<DeltaAction> actions, CancellationToken cancellationToken)
    {
        if (path.Name.EndsWith(".json", StringComparison.Ordinal))
        {
            var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw DeltaFaults.Corrupt($"The checkpoint {path.Name} is not there");
            actions.AddRange(ActionReader.Read(content, path.Name));
            return;
        }
        using var local = await LocalCopy.OfAsync(store, path, engine, cancellationToken).ConfigureAwait(false);
        try
        {
            actions.AddRange(await engine.RunAsync(connection => Read(connection, local.File, path.Name, cancellationToken), cancellationToken).ConfigureAwait(false));
        }
        catch (DuckDbException damaged)
        {
            throw DeltaFaults.Corrupt($"The checkpoint {path.Name} cannot be read: {damaged.Message}", inner: damaged);
        }
    }

    // One query for all kinds: most checkpoints are small, and then a query costs more by being planned than by being run.
    private static IEnumerable<DeltaAction> Read(DuckDbConnection connection, string file, string name, CancellationToken cancellationToken)
    {
        var source = $"read_parquet({SqlText.QuoteLiteral(file)})";
        using var shape = connection.Query($"SELECT * FROM {source} LIMIT 0", cancellationToken);
        var kinds = new List<string>();
        var selected = new List<string>();
        var statistics = "NULL::VARCHAR";
        foreach (var (kind, required, members) in Actions)
        {
            if (shape.Columns.FirstOrDefault(column => column.Name == kind)?.Type is not { } type || type.Fields.All(field => field.Name != required)) continue;
            var present = members.Where(member => type.Fields.Any(field => field.Name == member)).ToList();
            var parts = present.Select(member => $"{SqlText.QuoteIdentifier(member)} := {SqlText.QuoteIdentifier(kind)}.{SqlText.QuoteIdentifier(member)}");
            kinds.Add(kind);
            selected.Add($"CASE WHEN {SqlText.QuoteIdentifier(kind)}.{SqlText.QuoteIdentifier(required)} IS NOT NULL THEN to_json(struct_pack({string.Join(", ", parts)})) END");
            if (kind == "add" && type.Fields.FirstOrDefault(static field => field.Name == "stats_parsed") is { Name: not null } parsed) statistics = ParsedStatistics(parsed.Type);
        }
        if (kinds.Count == 0) return [];
        using var rows = connection.Query($"SELECT {string.Join(", ", selected)}, {statistics} FROM {source}", cancellationToken);
        return Collect(rows, kinds, name, cancellationToken);
    }

    private static IEnumerable<DeltaAction> Collect(DuckDbResult rows, List<string> kinds, string name, CancellationToken cancellationToken)
    {
        var byKind = kinds.ConvertAll(static _ => new List<DeltaAction>());
        while (rows.ReadChunk(cancellationToken) is { } chunk)
        {
            using (chunk)
            {
                for (var kind = 0; kind < kinds.Count; kind++)
                {
                    for (var row = 0; row < chunk.RowCount; row++)
                    {
                        if (chunk[kind].GetString(row) is not { } json || ActionReader.ReadMembers(kinds[kind], json, name, byKind[kind].Count) is not { } action) continue;
                        if (action is AddFile { Statistics: null } add && chunk[kinds.Count].GetString(row) is { } parsed) action = add with { Statistics = parsed };
                        byKind[kind].Add(action);
                    }
                }
            }
        }
        return byKind.SelectMany(static actions => actions);
    }

    // Statistics that were kept as a struct become the protocol's JSON; what JSON cannot write (NaN) or the protocol writes otherwise (timestamps) is cast.
    private static string ParsedStatistics(DuckDbLogicalType type) =>
        $"CASE WHEN \"add\".stats_parsed IS NULL THEN NULL ELSE to_json({Rebuilt("\"add\".stats_parsed", type)})::VARCHAR END";

    private static string Rebuilt(string expression, DuckDbLogicalType type)
    {
        switch (type.Kind)
        {
            case DuckDbTypeKind.Struct when type.Fields.Count > 0:
                var fields = type.Fields.Select(field => $"{SqlText.QuoteIdentifier(field.Name)} := {Rebuilt($"{expression}.{SqlText.QuoteIdentifier(field.Name)}", field.Type)}");
                return new StringBuilder().Append(CultureInfo.InvariantCulture, $"struct_pack({string.Join(", ", fields)})").ToString();
            case DuckDbTypeKind.Timestamp:
                return $"strftime({expression}, '%Y-%m-%dT%H:%M:%S.%g')";
            case DuckDbTypeKind.TimestampTz:
                return $"strftime({expression}, '%Y-%m-%dT%H:%M:%S.%gZ')";
            case DuckDbTypeKind.Float or DuckDbTypeKind.Double:
                return $"CASE WHEN isfinite({expression}) THEN {expression} END";
            default:
                return expression;
        }
    }
}
