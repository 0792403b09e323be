using System.Collections.Concurrent;
using DataGrid.Contracts.Storage;
using DataGrid.Core.DeltaLog;

namespace DataGrid.Storage.Delta;

/// <summary>
/// The version of each table that somebody in this process read last. Others start from it: they list the log and read what came after, and nothing before it. A version never changes, so
/// one that is old by now costs reading and is never wrong. One for each store and command: it does not outlive them, and holds as many versions as there are tables.
/// </summary>
public sealed class SnapshotShare
{
    private readonly ConcurrentDictionary<ObjectPath, Snapshot> _read = new();

    /// <summary>The version that was read last; null when nobody has read the table.</summary>
    internal Snapshot? Find(TablePaths table) => _read.GetValueOrDefault(table.Table);

    /// <summary>Tells that somebody has read this version.</summary>
    internal void Tell(TablePaths table, Snapshot snapshot) => _read[table.Table] = snapshot;
}
