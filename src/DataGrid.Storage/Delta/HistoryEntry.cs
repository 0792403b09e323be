using System.Collections.Immutable;
using DataGrid.Core.DeltaLog;

namespace DataGrid.Storage.Delta;

/// <summary>One version in a table's history.</summary>
/// <param name="Version">The version.</param>
/// <param name="Timestamp">When it was committed, UTC; rises with every version.</param>
/// <param name="Operation">What was done, in the protocol's words: <c>WRITE</c>, <c>MERGE</c>,
/// <c>OPTIMIZE</c>, <c>RESTORE</c>, …; empty when the writer did not say.</param>
/// <param name="Members">The commits in it with their provenance; empty when another engine wrote it.</param>
/// <param name="FilesAdded">Files added.</param>
/// <param name="FilesRemoved">Files removed.</param>
/// <param name="RowsAdded">Rows in the added files; <c>null</c> when unknown.</param>
/// <param name="BytesAdded">Length of the added files.</param>
/// <param name="ChangesSchema">Whether it changed the schema or properties.</param>
public sealed record HistoryEntry(long Version, DateTimeOffset Timestamp, string Operation, ImmutableArray<CommitMember> Members, int FilesAdded, int FilesRemoved, long? RowsAdded,
    long BytesAdded, bool ChangesSchema);

/// <summary>What vacuum did or would do.</summary>
/// <param name="Files">The files, by their paths relative to the table.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="IsDryRun">Whether they are still there.</param>
/// <param name="UnfinishedRemoved">Unfinished writes of writers that died, removed as well.</param>
public sealed record VacuumReport(ImmutableArray<string> Files, long Bytes, bool IsDryRun, int UnfinishedRemoved);

/// <summary>What a compaction did.</summary>
/// <param name="Bins">How many files were made.</param>
/// <param name="FilesBefore">How many files they replaced.</param>
/// <param name="Bytes">Bytes rewritten.</param>
/// <param name="Outcome">How its commit ended; <c>null</c> when there was nothing to compact.</param>
public sealed record CompactionReport(int Bins, int FilesBefore, long Bytes, Core.DeltaLog.Commits.CommitOutcome? Outcome);
