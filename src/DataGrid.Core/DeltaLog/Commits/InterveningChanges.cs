namespace DataGrid.Core.DeltaLog.Commits;

/// <summary>What happened to a table after the version that some work was based on.</summary>
/// <param name="DataChangeVersion">The first version since that added or removed rows; <c>null</c> when none did.</param>
/// <param name="MetadataVersion">The first version since that changed schema or properties; <c>null</c> when none did.</param>
public sealed record InterveningChanges(long? DataChangeVersion, long? MetadataVersion)
{
    /// <summary>Nothing happened.</summary>
    public static InterveningChanges None { get; } = new(null, null);

    /// <summary>What these entries, in order, did.</summary>
    public static InterveningChanges Of(IEnumerable<LogEntry> entries)
    {
        var changes = None;
        foreach (var entry in entries)
        {
            if (changes.DataChangeVersion is null && entry.ChangesData) changes = changes with { DataChangeVersion = entry.Version };
            if (changes.MetadataVersion is null && entry.Actions.Any(static action => action is Actions.MetadataAction)) changes = changes with { MetadataVersion = entry.Version };
        }
        return changes;
    }
}

/// <summary>What is known when commits are decided.</summary>
public sealed record TableFacts
{
    /// <summary>The newest version, replayed up to the head; <c>null</c> when there is no table yet.</summary>
    public required Snapshot? Head { get; init; }

    /// <summary>What happened since a base version, for each base version among the
    /// requests. A base that is missing here lies before what the log still has.</summary>
    public required IReadOnlyDictionary<long, InterveningChanges> Since { get; init; }

    /// <summary>This writer's claim.</summary>
    public required WriterEpoch Epoch { get; init; }

    /// <summary>Now, in milliseconds since 1970-01-01 UTC.</summary>
    public required long NowMilliseconds { get; init; }

    /// <summary>The id of the entry that will be written.</summary>
    public required Guid EntryId { get; init; }

    /// <summary>The id of the table, should this commit make it.</summary>
    public required Guid NewTableId { get; init; }

    /// <summary>Files written longer ago than this are not committed, since vacuum might take them: half of its retention.</summary>
    public required TimeSpan OldestFile { get; init; }

    /// <summary>Who writes, for <c>commitInfo</c>: <c>DataGrid/0.1.0</c>.</summary>
    public required string Engine { get; init; }
}
