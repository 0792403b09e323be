namespace DataGrid.Core.DeltaLog;

/// <summary>The protocol's names of features and properties that are used here.</summary>
public static class TableFeatures
{
    /// <summary>Writers: honour <c>delta.appendOnly</c>.</summary>
    public const string AppendOnly = "appendOnly";

    /// <summary>Writers: honour invariants of columns.</summary>
    public const string Invariants = "invariants";

    /// <summary>Readers and writers: the type <c>timestamp_ntz</c>.</summary>
    public const string TimestampNtz = "timestampNtz";

    /// <summary>Writers: keep domain metadata.</summary>
    public const string DomainMetadata = "domainMetadata";

    /// <summary>Writers: every commit carries a rising timestamp.</summary>
    public const string InCommitTimestamp = "inCommitTimestamp";

    /// <summary>Readers and writers: files may have narrower types than the schema.</summary>
    public const string TypeWidening = "typeWidening";

    /// <summary>Readers and writers: columns have other names in files.</summary>
    public const string ColumnMapping = "columnMapping";

    /// <summary>Readers and writers: rows may be deleted without rewriting their file.</summary>
    public const string DeletionVectors = "deletionVectors";

    /// <summary>Readers and writers: checkpoints of the second specification.</summary>
    public const string V2Checkpoint = "v2Checkpoint";

    /// <summary>Readers and writers: vacuum checks the writer protocol.</summary>
    public const string VacuumProtocolCheck = "vacuumProtocolCheck";

    /// <summary>Property: whether every commit carries a rising timestamp.</summary>
    public const string EnableInCommitTimestamps = "delta.enableInCommitTimestamps";

    /// <summary>Property: the version from which commits carry a timestamp.</summary>
    public const string InCommitTimestampEnablementVersion = "delta.inCommitTimestampEnablementVersion";

    /// <summary>Property: whether types may widen.</summary>
    public const string EnableTypeWidening = "delta.enableTypeWidening";

    /// <summary>Property: <c>none</c>, <c>name</c> or <c>id</c>.</summary>
    public const string ColumnMappingMode = "delta.columnMapping.mode";

    /// <summary>Property: how long transactions are remembered.</summary>
    public const string TransactionRetention = "delta.setTransactionRetentionDuration";

    /// <summary>Property: whether rows may only be added.</summary>
    public const string AppendOnlyProperty = "delta.appendOnly";

    /// <summary>Property: whether commits must carry the changed rows.</summary>
    public const string ChangeDataFeedProperty = "delta.enableChangeDataFeed";
}
