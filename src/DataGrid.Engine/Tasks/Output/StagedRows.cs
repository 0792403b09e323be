namespace DataGrid.Engine.Tasks.Output;

/// <summary>Rows that checks look at.</summary>
/// <param name="Select">The rows.</param>
/// <param name="Count">How many they are.</param>
internal sealed record CheckedRows(string Select, long Count)
{
    /// <summary>The rows with <see cref="ReadBack.PlaceColumn"/>; null when they are in no file.</summary>
    public string? SelectWithPlace { get; init; }

    /// <summary>The rows at some places, and their places; null when they are in no file.</summary>
    public Func<IEnumerable<long>, string>? SelectAt { get; init; }
}

/// <summary>The rows of a result, written and sorted by verdict.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="PartitionBy">Those that are folders.</param>
/// <param name="Kept">Files with rows of the table.</param>
/// <param name="Dropped">Files with rows that are left out.</param>
/// <param name="Quarantined">Files with rows that go to the quarantine.</param>
internal sealed record StagedRows(
    IReadOnlyList<OutputColumn> Columns,
    IReadOnlyList<string> PartitionBy,
    IReadOnlyList<WrittenFile> Kept,
    IReadOnlyList<WrittenFile> Dropped,
    IReadOnlyList<WrittenFile> Quarantined)
{
    public long RowsKept => Kept.Sum(f => f.Rows);

    public long RowsDropped => Dropped.Sum(f => f.Rows);

    public long RowsQuarantined => Quarantined.Sum(f => f.Rows);

    public long RowsRead => RowsKept + RowsDropped + RowsQuarantined;

    /// <summary>The kept rows with the types of the SQL.</summary>
    public string SelectKept => ReadBack.Select(Kept, Columns, PartitionBy);

    /// <summary>The rows of some of the files for checks: as they are, and with their places.</summary>
    public CheckedRows For(IReadOnlyList<WrittenFile> files) => new(ReadBack.Select(files, Columns, PartitionBy), files.Sum(f => f.Rows))
    {
        SelectWithPlace = ReadBack.Select(files, Columns, PartitionBy, withPlace: true),
        SelectAt = places => ReadBack.SelectAt(files, Columns, PartitionBy, places),
    };
}
