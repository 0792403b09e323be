using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Json;
using DataGrid.Contracts.Runs;

namespace DataGrid.Core.Runs;

/// <summary>How far an append step has read its incremental input. An immutable file beside the table, named by the very commit that added the rows.</summary>
public sealed record IncrementalCursor
{
    /// <summary>The input.</summary>
    public required DatasetName Input { get; init; }

    /// <summary>A table: the version up to which everything has been read.</summary>
    public long? Version { get; init; }

    /// <summary>A table: the transaction of the same run whose rows, committed after <see cref="Version"/>, have been read too.</summary>
    public string? IncludedTransaction { get; init; }

    /// <summary>Files: everything that has been read.</summary>
    public ImmutableArray<CursorFile> Files { get; init => field = value.OrEmpty(); } = [];
}

/// <summary>A file that has been read.</summary>
/// <param name="Name">Relative to the project folder.</param>
/// <param name="Bytes">Its length then.</param>
/// <param name="ModifiedAt">Its modification time then.</param>
public sealed record CursorFile(string Name, long Bytes, DateTimeOffset? ModifiedAt);

/// <summary>One version of a table, as far as an incremental reader cares.</summary>
/// <param name="Version">The version.</param>
/// <param name="OnlyAdds">Whether it added rows and did nothing else to them.</param>
/// <param name="ChangesRows">Whether it changed rows at all (a compaction does not).</param>
/// <param name="Transactions">The transactions that it carries.</param>
/// <param name="Added">The files that it added.</param>
public sealed record TableChange(long Version, bool OnlyAdds, bool ChangesRows, ImmutableArray<string> Transactions, ImmutableArray<TaskFile> Added);

/// <summary>What an append step reads this time.</summary>
public abstract record IncrementalDecision
{
    private IncrementalDecision()
    {
    }

    /// <summary>These files, nothing else; none when there is nothing new.</summary>
    public sealed record Read(ImmutableArray<TaskFile> Files) : IncrementalDecision;

    /// <summary>The input changed under what was read: only a full refresh is right.</summary>
    public sealed record Refuse(string Why, string Help, bool IsChangedFile) : IncrementalDecision;
}

/// <summary>Decides what is new in an incremental input.</summary>
public static class IncrementalInput
{
    /// <summary>What is new among files. A file is known by its name; a known one that changed is an error, one that is gone is not.</summary>
    public static IncrementalDecision NewFiles(IncrementalCursor? cursor, ImmutableArray<TaskFile> current)
    {
        if (cursor is null) return new IncrementalDecision.Read(current);
        var known = cursor.Files.ToDictionary(static file => file.Name, StringComparer.Ordinal);
        foreach (var file in current)
        {
            if (!known.TryGetValue(file.Name, out var before)) continue;
            if (before.Bytes == file.Bytes && before.ModifiedAt == file.ModifiedAt) continue;
            return new IncrementalDecision.Refuse(
                $"the file '{file.Name}' of {cursor.Input} changed after it was read",
                "put new data into new files, or run with --full-refresh to read everything again",
                IsChangedFile: true);
        }
        return new IncrementalDecision.Read([.. current.Where(file => !known.ContainsKey(file.Name))]);
    }

    /// <summary>What is new in a table: the adds of the versions after the cursor, up to the pinned one.</summary>
    /// <param name="cursor">How far it was read.</param>
    /// <param name="changes">Every version in (cursor, pinned], in order.</param>
    public static IncrementalDecision NewRows(IncrementalCursor cursor, IReadOnlyList<TableChange> changes)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        ArgumentNullException.ThrowIfNull(changes);
        var files = ImmutableArray.CreateBuilder<TaskFile>();
        foreach (var change in changes)
        {
            if (!change.ChangesRows) continue;
            if (cursor.IncludedTransaction is { } included && change.Transactions.Contains(included, StringComparer.Ordinal)) continue;
            if (!change.OnlyAdds)
                return new IncrementalDecision.Refuse(
                    $"version {change.Version} of {cursor.Input} is not an append: rows that were read before changed or went away",
                    "run with --full-refresh to read everything again",
                    IsChangedFile: false);
            files.AddRange(change.Added);
        }
        return new IncrementalDecision.Read(files.ToImmutable());
    }

    /// <summary>The cursor after reading files: what was known and is still there, and what was read now.</summary>
    public static IncrementalCursor AfterFiles(DatasetName input, ImmutableArray<TaskFile> current) => new()
    {
        Input = input,
        Files = [.. current.Select(static file => new CursorFile(file.Name, file.Bytes, file.ModifiedAt))],
    };

    /// <summary>The cursor after reading a table up to a version, and the rows that the same run added behind it.</summary>
    public static IncrementalCursor AfterRows(DatasetName input, long? version, string? includedTransaction) => new()
    {
        Input = input,
        Version = version,
        IncludedTransaction = includedTransaction,
    };
}
