using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using DataGrid.Contracts.Errors;
using DataGrid.Core.DeltaLog.Actions;
using DataGrid.Core.DeltaLog.Schema;

namespace DataGrid.Core.DeltaLog;

/// <summary>
/// What tables can be read and written here. Only what works is claimed; anything else is refused
/// by name, since a client that ignores a feature reads wrong rows or destroys the table.
/// </summary>
public static class ProtocolSupport
{
    private const int FeatureReaderVersion = 3;
    private const int FeatureWriterVersion = 7;

    private static readonly FrozenSet<string> Readable = new[]
    {
        TableFeatures.ColumnMapping, TableFeatures.DeletionVectors, TableFeatures.TimestampNtz, TableFeatures.V2Checkpoint, TableFeatures.VacuumProtocolCheck,
        TableFeatures.TypeWidening, "typeWidening-preview",
    }.ToFrozenSet(StringComparer.Ordinal);

    // Listed features that ask something of a writer only while a property or a column uses them are refused by WriteObjection, when they do.
    private static readonly FrozenSet<string> Writable = new[]
    {
        TableFeatures.AppendOnly, TableFeatures.Invariants, "checkConstraints", "changeDataFeed", "generatedColumns", "identityColumns", "allowColumnDefaults",
        TableFeatures.TimestampNtz, TableFeatures.DomainMetadata, TableFeatures.InCommitTimestamp, TableFeatures.TypeWidening, TableFeatures.ColumnMapping,
        TableFeatures.DeletionVectors, TableFeatures.V2Checkpoint, TableFeatures.VacuumProtocolCheck,
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The protocol of a new table of ours with this schema.</summary>
    public static ProtocolAction ForNewTable(StructType schema) => Upgrade(new ProtocolAction
    {
        MinReaderVersion = 1,
        MinWriterVersion = FeatureWriterVersion,
        WriterFeatures = [TableFeatures.AppendOnly, TableFeatures.DomainMetadata, TableFeatures.InCommitTimestamp, TableFeatures.Invariants],
    }, SchemaEvolution.FeaturesOf(schema));

    /// <summary>The protocol with these features added; the same object when it has them all.</summary>
    public static ProtocolAction Upgrade(ProtocolAction protocol, ImmutableArray<string> features)
    {
        var missing = features.Where(feature => !Supports(protocol, feature)).Distinct(StringComparer.Ordinal).ToList();
        if (missing.Count == 0) return protocol;
        var forReaders = missing.Where(Readable.Contains).ToList();
        var reader = forReaders.Count == 0 ? protocol.MinReaderVersion : FeatureReaderVersion;
        return new ProtocolAction
        {
            MinReaderVersion = reader,
            MinWriterVersion = FeatureWriterVersion,
            ReaderFeatures = reader < FeatureReaderVersion ? default : Sorted([.. ReaderFeaturesOf(protocol), .. forReaders]),
            WriterFeatures = Sorted([.. WriterFeaturesOf(protocol), .. missing]),
        };
    }

    /// <summary>Whether the protocol has a feature, listed or implied by its versions.</summary>
    public static bool Supports(ProtocolAction protocol, string feature) =>
        WriterFeaturesOf(protocol).Contains(feature, StringComparer.Ordinal) || ReaderFeaturesOf(protocol).Contains(feature, StringComparer.Ordinal);

    /// <summary>Refuses a table that cannot be read right.</summary>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.TableFeatureUnsupported"/>, naming the feature.</exception>
    public static void EnsureReadable(ProtocolAction protocol)
    {
        if (protocol.MinReaderVersion is < 1 or > FeatureReaderVersion)
            throw DeltaFaults.Unsupported($"The table needs reader version {protocol.MinReaderVersion} of the Delta protocol; versions 1 to {FeatureReaderVersion} can be read", Advice);
        if (protocol.MinReaderVersion == FeatureReaderVersion && protocol.ReaderFeatures.IsDefault)
            throw DeltaFaults.Corrupt("The table's protocol has reader version 3 but no list of reader features");
        if (ReaderFeaturesOf(protocol).FirstOrDefault(static feature => !Readable.Contains(feature)) is { } unknown)
            throw DeltaFaults.Unsupported($"The table needs the reader feature '{unknown}', which is not supported", Advice);
    }

    /// <summary>Refuses a schema whose history has a change of type that cannot be read right.</summary>
    /// <exception cref="DataGridException"><see cref="ErrorCodes.TableFeatureUnsupported"/>, naming the column.</exception>
    public static void EnsureReadable(StructType schema)
    {
        foreach (var field in schema.Fields)
            if (FieldMetadata.TypeChanges(field).FirstOrDefault(static change => !SchemaEvolution.CanWiden(change.From, change.To)) is { From: not null } change)
                throw DeltaFaults.Unsupported($"The column '{field.Name}' was changed from {change.From} to {change.To}, which is not a widening that is supported", Advice);
    }

    /// <summary>Why this table cannot be written here; <c>null</c> when it can.</summary>
    public static string? WriteObjection(ProtocolAction protocol, MetadataAction metadata, StructType schema)
    {
        if (protocol.MinWriterVersion is < 1 or > FeatureWriterVersion)
            return $"the table needs writer version {protocol.MinWriterVersion} of the Delta protocol; versions 1 to {FeatureWriterVersion} can be written";
        if (protocol.MinWriterVersion == FeatureWriterVersion && protocol.WriterFeatures.IsDefault) return "the table's protocol has writer version 7 but no list of writer features";
        if (WriterFeaturesOf(protocol).FirstOrDefault(static feature => !Writable.Contains(feature) && feature != "typeWidening-preview") is { } unknown)
            return $"the table needs the writer feature '{unknown}', which is not supported";
        if (IsOn(metadata, TableFeatures.ChangeDataFeedProperty)) return $"the table keeps a change data feed ({TableFeatures.ChangeDataFeedProperty}), which is not written here";
        if (metadata.Configuration.Keys.FirstOrDefault(static key => key.StartsWith("delta.constraints.", StringComparison.Ordinal)) is { } constraint)
            return $"the table has the check constraint '{constraint["delta.constraints.".Length..]}', which is not evaluated here";
        if (ColumnMappingMode(protocol, metadata) is not "none" and var mode) return $"the table maps column names (mode '{mode}'), which can be read here but not written";
        return ColumnObjection(schema, "");
    }

    /// <summary>How columns are named in data files: <c>none</c> (as in the schema), <c>name</c> or <c>id</c>.</summary>
    /// <exception cref="DataGridException">The mode is none of these.</exception>
    public static string ColumnMappingMode(ProtocolAction protocol, MetadataAction metadata)
    {
        if (!Supports(protocol, TableFeatures.ColumnMapping) || metadata.Configuration.GetValueOrDefault(TableFeatures.ColumnMappingMode) is not { Length: > 0 } mode) return "none";
        return mode is "none" or "name" or "id" ? mode : throw DeltaFaults.Corrupt($"The table's property {TableFeatures.ColumnMappingMode} is '{mode}'; none, name and id exist");
    }

    /// <summary>Whether a property of the table is <c>true</c>.</summary>
    public static bool IsOn(MetadataAction metadata, string property) =>
        string.Equals(metadata.Configuration.GetValueOrDefault(property), "true", StringComparison.OrdinalIgnoreCase);

    private const string Advice = "Read the table with an engine that supports it, or rewrite it without that feature";

    private static ImmutableArray<string> ReaderFeaturesOf(ProtocolAction protocol) => protocol.MinReaderVersion switch
    {
        >= FeatureReaderVersion => protocol.ReaderFeatures.IsDefault ? [] : protocol.ReaderFeatures,
        2 => [TableFeatures.ColumnMapping],
        _ => [],
    };

    [SuppressMessage("Style", "IDE0072", Justification = "Versions below 2 have no features.")]
    private static ImmutableArray<string> WriterFeaturesOf(ProtocolAction protocol)
    {
        if (protocol.MinWriterVersion >= FeatureWriterVersion) return protocol.WriterFeatures.IsDefault ? [] : protocol.WriterFeatures;
        string[] byVersion = ["appendOnly", "invariants", "checkConstraints", "changeDataFeed", "generatedColumns", "columnMapping", "identityColumns"];
        return protocol.MinWriterVersion switch
        {
            6 => [.. byVersion],
            5 => [.. byVersion[..6]],
            4 => [.. byVersion[..5]],
            3 => [.. byVersion[..3]],
            2 => [.. byVersion[..2]],
            _ => [],
        };
    }

    private static string? ColumnObjection(DeltaType type, string path) => type switch
    {
        StructType structure => structure.Fields.Select(field => FieldObjection(field, path + field.Name)).FirstOrDefault(static why => why is not null),
        ArrayType array => ColumnObjection(array.Element, path + ".element."),
        MapType map => ColumnObjection(map.Key, path + ".key.") ?? ColumnObjection(map.Value, path + ".value."),
        _ => null,
    };

    private static string? FieldObjection(StructField field, string path)
    {
        var metadata = field.Metadata;
        if (metadata.ContainsKey(FieldMetadata.InvariantsKey)) return $"the column '{path}' has an invariant, which is not evaluated here";
        if (metadata.ContainsKey(FieldMetadata.GenerationKey)) return $"the column '{path}' is generated by an expression, which is not evaluated here";
        if (metadata.Keys.Any(static key => key.StartsWith(FieldMetadata.IdentityPrefix, StringComparison.Ordinal))) return $"the column '{path}' is an identity column, which is not filled here";
        if (metadata.ContainsKey(FieldMetadata.DefaultKey)) return $"the column '{path}' has a default, which is not filled in here";
        return ColumnObjection(field.Type, path + ".");
    }

    private static ImmutableArray<string> Sorted(IEnumerable<string> features) => [.. features.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
