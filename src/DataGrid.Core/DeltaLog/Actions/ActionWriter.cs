using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DataGrid.Core.DeltaLog.Actions;

/// <summary>Writes actions as the protocol's JSON: one object a line, members in one fixed order, optional ones only when they have a value.</summary>
public static class ActionWriter
{
    // Quotes and control characters are escaped, everything else stays readable; log entries are never embedded in HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes of a log entry that holds these actions in this order.</summary>
    public static byte[] Write(IEnumerable<DeltaAction> actions)
    {
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer, Options);
        foreach (var action in actions)
        {
            WriteOne(writer, action);
            writer.Flush();
            writer.Reset(buffer);
            buffer.WriteByte((byte)'\n');
        }
        return buffer.ToArray();
    }

    private static void WriteOne(Utf8JsonWriter writer, DeltaAction action)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(Name(action));
        if (action is CommitInfoAction info)
        {
            writer.WriteRawValue(info.Json);
        }
        else
        {
            writer.WriteStartObject();
            Members(writer, action);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static string Name(DeltaAction action) => action switch
    {
        AddFile => "add",
        RemoveFile => "remove",
        MetadataAction => "metaData",
        ProtocolAction => "protocol",
        TransactionAction => "txn",
        DomainMetadataAction => "domainMetadata",
        CommitInfoAction => "commitInfo",
        CheckpointMetadataAction => "checkpointMetadata",
        SidecarAction => "sidecar",
        _ => throw new ArgumentOutOfRangeException(nameof(action), action.GetType().Name, "No such action in the protocol."),
    };

    private static void Members(Utf8JsonWriter writer, DeltaAction action)
    {
        switch (action)
        {
            case AddFile add: Add(writer, add); break;
            case RemoveFile remove: Remove(writer, remove); break;
            case MetadataAction metadata: Metadata(writer, metadata); break;
            case ProtocolAction protocol:
                writer.WriteNumber("minReaderVersion", protocol.MinReaderVersion);
                writer.WriteNumber("minWriterVersion", protocol.MinWriterVersion);
                if (!protocol.ReaderFeatures.IsDefault) Texts(writer, "readerFeatures", protocol.ReaderFeatures);
                if (!protocol.WriterFeatures.IsDefault) Texts(writer, "writerFeatures", protocol.WriterFeatures);
                break;
            case TransactionAction transaction:
                writer.WriteString("appId", transaction.AppId);
                writer.WriteNumber("version", transaction.Version);
                Number(writer, "lastUpdated", transaction.LastUpdated);
                break;
            case DomainMetadataAction domain:
                writer.WriteString("domain", domain.Domain);
                writer.WriteString("configuration", domain.Configuration);
                writer.WriteBoolean("removed", domain.Removed);
                break;
            case CheckpointMetadataAction checkpoint:
                writer.WriteNumber("version", checkpoint.Version);
                break;
            case SidecarAction sidecar:
                writer.WriteString("path", sidecar.Path);
                writer.WriteNumber("sizeInBytes", sidecar.SizeBytes);
                break;
        }
    }

    private static void Add(Utf8JsonWriter writer, AddFile add)
    {
        writer.WriteString("path", add.Path);
        Map(writer, "partitionValues", add.PartitionValues);
        writer.WriteNumber("size", add.SizeBytes);
        writer.WriteNumber("modificationTime", add.ModificationTime);
        writer.WriteBoolean("dataChange", add.DataChange);
        Common(writer, add);
        if (add.ClusteringProvider is { } provider) writer.WriteString("clusteringProvider", provider);
    }

    private static void Remove(Utf8JsonWriter writer, RemoveFile remove)
    {
        writer.WriteString("path", remove.Path);
        Number(writer, "deletionTimestamp", remove.DeletionTimestamp);
        writer.WriteBoolean("dataChange", remove.DataChange);
        writer.WriteBoolean("extendedFileMetadata", remove.ExtendedFileMetadata);
        if (remove.ExtendedFileMetadata) Map(writer, "partitionValues", remove.PartitionValues);
        Number(writer, "size", remove.SizeBytes);
        Common(writer, remove);
    }

    private static void Common(Utf8JsonWriter writer, FileAction file)
    {
        if (file.Statistics is { } statistics) writer.WriteString("stats", statistics);
        if (!file.Tags.IsEmpty) Map(writer, "tags", file.Tags);
        if (file.DeletionVector is { } vector) Vector(writer, vector);
        Number(writer, "baseRowId", file.BaseRowId);
        Number(writer, "defaultRowCommitVersion", file.DefaultRowCommitVersion);
    }

    private static void Vector(Utf8JsonWriter writer, DeletionVectorDescriptor vector)
    {
        writer.WriteStartObject("deletionVector");
        writer.WriteString("storageType", vector.StorageType.ToString());
        writer.WriteString("pathOrInlineDv", vector.PathOrInline);
        Number(writer, "offset", vector.Offset);
        writer.WriteNumber("sizeInBytes", vector.SizeBytes);
        writer.WriteNumber("cardinality", vector.Cardinality);
        writer.WriteEndObject();
    }

    private static void Metadata(Utf8JsonWriter writer, MetadataAction metadata)
    {
        writer.WriteString("id", metadata.Id);
        if (metadata.Name is { } name) writer.WriteString("name", name);
        if (metadata.Description is { } description) writer.WriteString("description", description);
        writer.WriteStartObject("format");
        writer.WriteString("provider", metadata.Provider);
        Map(writer, "options", metadata.FormatOptions);
        writer.WriteEndObject();
        writer.WriteString("schemaString", metadata.SchemaString);
        Texts(writer, "partitionColumns", metadata.PartitionColumns);
        Number(writer, "createdTime", metadata.CreatedTime);
        Map(writer, "configuration", metadata.Configuration);
    }

    private static void Number(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number) writer.WriteNumber(name, number);
    }

    private static void Texts(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter writer, string name, ImmutableSortedDictionary<string, string?> map)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in map) writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
