using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Errors;

namespace DataGrid.Core.DeltaLog.Actions;

/// <summary>
/// Reads the protocol's JSON lines. Unknown actions and members are passed over, as the protocol demands; a line that is not whole JSON, or lacks what is
/// required, is a torn or foreign file and is refused with its line number.
/// </summary>
public static class ActionReader
{
    // Schemas are JSON inside a string, so nesting here stays shallow; the limit is against crafted input.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>The actions of one log entry.</summary>
    /// <param name="content">The entry's bytes.</param>
    /// <param name="source">What errors call it: the entry's file name.</param>
    /// <exception cref="DataGridException">The entry is not sound (<see cref="ErrorCodes.TableCorrupt"/>); the message names the line.</exception>
    public static ImmutableArray<DeltaAction> Read(ReadOnlySpan<byte> content, string source)
    {
        var actions = ImmutableArray.CreateBuilder<DeltaAction>();
        var line = 0;
        while (!content.IsEmpty)
        {
            line++;
            var end = content.IndexOf((byte)'\n');
            var text = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            if (text.TrimEnd((byte)'\r').IsEmpty) continue;
            if (ReadOne(text.ToArray(), source, line) is { } action) actions.Add(action);
        }
        if (actions.Count == 0 && line == 0) throw DeltaFaults.Corrupt($"{source} is empty: a log entry holds at least one action");
        return actions.ToImmutable();
    }

    /// <summary>One action of a known kind from the JSON of its members (as a checkpoint row has them).</summary>
    /// <exception cref="DataGridException">The JSON is not sound.</exception>
    public static DeltaAction? ReadMembers(string kind, string json, string source, int row)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return Action(kind, document.RootElement);
        }
        catch (Exception unsound) when (unsound is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw DeltaFaults.Corrupt($"{source}, row {row}: the action '{kind}' is not sound ({unsound.Message})", inner: unsound);
        }
    }

    private static DeltaAction? ReadOne(byte[] line, string source, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Options);
            foreach (var member in document.RootElement.EnumerateObject())
                if (member.Value.ValueKind == JsonValueKind.Object && Action(member.Name, member.Value) is { } action) return action;
            return null;
        }
        catch (Exception unsound) when (unsound is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or DecoderFallbackException)
        {
            throw DeltaFaults.Corrupt($"{source}, line {number}: this is not a whole action ({unsound.Message})", inner: unsound);
        }
    }

    private static DeltaAction? Action(string kind, JsonElement json) => kind switch
    {
        "add" => new AddFile
        {
            Path = Text(json, "path"),
            PartitionValues = Map(json, "partitionValues"),
            SizeBytes = Required(json, "size").GetInt64(),
            ModificationTime = Required(json, "modificationTime").GetInt64(),
            DataChange = Flag(json, "dataChange", whenAbsent: true),
            Statistics = OptionalText(json, "stats"),
            Tags = Map(json, "tags"),
            DeletionVector = Vector(json),
            BaseRowId = Number(json, "baseRowId"),
            DefaultRowCommitVersion = Number(json, "defaultRowCommitVersion"),
            ClusteringProvider = OptionalText(json, "clusteringProvider"),
        },
        "remove" => new RemoveFile
        {
            Path = Text(json, "path"),
            DeletionTimestamp = Number(json, "deletionTimestamp"),
            DataChange = Flag(json, "dataChange", whenAbsent: true),
            ExtendedFileMetadata = Flag(json, "extendedFileMetadata", whenAbsent: false),
            PartitionValues = Map(json, "partitionValues"),
            SizeBytes = Number(json, "size"),
            Statistics = OptionalText(json, "stats"),
            Tags = Map(json, "tags"),
            DeletionVector = Vector(json),
            BaseRowId = Number(json, "baseRowId"),
            DefaultRowCommitVersion = Number(json, "defaultRowCommitVersion"),
        },
        "metaData" => Metadata(json),
        "protocol" => new ProtocolAction
        {
            MinReaderVersion = Required(json, "minReaderVersion").GetInt32(),
            MinWriterVersion = Required(json, "minWriterVersion").GetInt32(),
            ReaderFeatures = Texts(json, "readerFeatures"),
            WriterFeatures = Texts(json, "writerFeatures"),
        },
        "txn" => new TransactionAction(Text(json, "appId"), Required(json, "version").GetInt64(), Number(json, "lastUpdated")),
        "domainMetadata" => new DomainMetadataAction(Text(json, "domain"), OptionalText(json, "configuration") ?? "", Flag(json, "removed", whenAbsent: false)),
        "commitInfo" => new CommitInfoAction(json.GetRawText(), Number(json, "timestamp"), Number(json, "inCommitTimestamp"), OptionalText(json, "operation")),
        "checkpointMetadata" => new CheckpointMetadataAction(Number(json, "version") ?? 0),
        "sidecar" => new SidecarAction(Text(json, "path"), Required(json, "sizeInBytes").GetInt64()),
        _ => null,
    };

    private static MetadataAction Metadata(JsonElement json)
    {
        var format = Member(json, "format");
        return new MetadataAction
        {
            Id = Text(json, "id"),
            Name = OptionalText(json, "name"),
            Description = OptionalText(json, "description"),
            Provider = format is { } named ? OptionalText(named, "provider") ?? "parquet" : "parquet",
            FormatOptions = format is { } withOptions ? Map(withOptions, "options") : Maps.NoOptionalText,
            SchemaString = Text(json, "schemaString"),
            PartitionColumns = Texts(json, "partitionColumns") is { IsDefault: false } columns ? columns : [],
            CreatedTime = Number(json, "createdTime"),
            Configuration = Map(json, "configuration"),
        };
    }

    private static DeletionVectorDescriptor? Vector(JsonElement json)
    {
        if (Member(json, "deletionVector") is not { } vector || OptionalText(vector, "storageType") is not { } storage) return null;
        if (storage is not ("u" or "i" or "p")) throw new FormatException($"a deletion vector cannot be stored as '{storage}'");
        return new DeletionVectorDescriptor(storage[0], Text(vector, "pathOrInlineDv"), (int?)Number(vector, "offset"),
            Required(vector, "sizeInBytes").GetInt32(), Required(vector, "cardinality").GetInt64());
    }

    private static JsonElement? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static JsonElement Required(JsonElement json, string name) => Member(json, name) ?? throw new FormatException($"'{name}' is missing");

    private static string Text(JsonElement json, string name) => Required(json, name).GetString()!; // Not null, as it is required.

    private static string? OptionalText(JsonElement json, string name) => Member(json, name)?.GetString();

    private static long? Number(JsonElement json, string name) => Member(json, name)?.GetInt64();

    private static bool Flag(JsonElement json, string name, bool whenAbsent) => Member(json, name)?.GetBoolean() ?? whenAbsent;

    private static ImmutableArray<string> Texts(JsonElement json, string name) =>
        Member(json, name) is { } array ? [.. array.EnumerateArray().Select(static one => one.GetString() ?? throw new FormatException("a name in a list is null"))] : default;

    private static ImmutableSortedDictionary<string, string?> Map(JsonElement json, string name)
    {
        if (Member(json, name) is not { } map) return Maps.NoOptionalText;
        var builder = Maps.NoOptionalText.ToBuilder();
        foreach (var pair in map.EnumerateObject())
            builder[pair.Name] = pair.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => pair.Value.GetString(),
                // Some writers put numbers and booleans into maps of texts.
                _ => pair.Value.GetRawText(),
            };
        return builder.ToImmutable();
    }
}
