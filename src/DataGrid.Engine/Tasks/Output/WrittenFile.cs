using System.Collections.Immutable;

namespace DataGrid.Engine.Tasks.Output;

/// <summary>One file that COPY wrote, as it reported it.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Columns">Statistics as text by column path.</param>
/// <param name="PartitionValues">Values of the partition columns, decoded; null is NULL.</param>
internal sealed record WrittenFile(
    string Path,
    long Rows,
    long Bytes,
    IReadOnlyList<KeyValuePair<string, IReadOnlyDictionary<string, string>>> Columns,
    ImmutableSortedDictionary<string, string?> PartitionValues);
