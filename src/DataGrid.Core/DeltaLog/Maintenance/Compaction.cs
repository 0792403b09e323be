using System.Collections.Immutable;
using DataGrid.Core.DeltaLog.Actions;

namespace DataGrid.Core.DeltaLog.Maintenance;

/// <summary>Limits of compaction.</summary>
/// <param name="TargetBytes">How big a compacted file should be.</param>
/// <param name="SmallerThanBytes">Only files smaller than this are taken.</param>
/// <param name="LeastFiles">A bin of fewer files is not worth the work.</param>
public sealed record CompactionLimits(long TargetBytes, long SmallerThanBytes, int LeastFiles)
{
    /// <summary>Files below 32 MiB into files of about 128 MiB, at least four at a time.</summary>
    public static CompactionLimits Default { get; } = new(128L << 20, 32L << 20, 4);
}

/// <summary>Files of one partition that become one file.</summary>
/// <param name="PartitionValues">The partition.</param>
/// <param name="Files">The files, in the order in which their rows shall stand.</param>
public sealed record CompactionBin(ImmutableSortedDictionary<string, string?> PartitionValues, ImmutableArray<AddFile> Files);

/// <summary>Decides which small files are rewritten together.</summary>
public static class Compaction
{
    /// <summary>Packs the small files of each partition, oldest first, into bins of
    /// about the target size. The same snapshot always gives the same bins.</summary>
    public static ImmutableArray<CompactionBin> Decide(Snapshot head, CompactionLimits limits)
    {
        var bins = ImmutableArray.CreateBuilder<CompactionBin>();
        var small = head.Files.Values.Where(file => file.SizeBytes < limits.SmallerThanBytes || file.DeletionVector is not null);
        foreach (var partition in small.GroupBy(static file => PartitionKey(file.PartitionValues)).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            var bin = ImmutableArray.CreateBuilder<AddFile>();
            long bytes = 0;
            foreach (var file in partition.OrderBy(static file => file.ModificationTime).ThenBy(static file => file.Path, StringComparer.Ordinal))
            {
                if (bytes > 0 && bytes + file.SizeBytes > limits.TargetBytes) Close();
                bin.Add(file);
                bytes += file.SizeBytes;
            }
            Close();

            void Close()
            {
                if (bin.Count >= limits.LeastFiles || bin.Any(static file => file.DeletionVector is not null)) bins.Add(new CompactionBin(bin[0].PartitionValues, bin.ToImmutable()));
                bin.Clear();
                bytes = 0;
            }
        }
        return bins.ToImmutable();
    }

    private static string PartitionKey(ImmutableSortedDictionary<string, string?> values) => string.Join('\u0001', values.Select(static pair => $"{pair.Key}\u0002{pair.Value ?? "\u0003"}"));
}
