using System.Collections.Immutable;
using DataGrid.Contracts.Runs;
using DataGrid.DuckDb;
using DataGrid.Storage.Delta;

namespace DataGrid.Storage.Mirror;

/// <summary>The SQL that will read inputs, so that only the columns are brought that it may need.</summary>
/// <param name="Statements">The query; views among the inputs need not be repeated.</param>
/// <param name="AlsoNaming">Other texts in which names of columns stand, such as checks.</param>
public sealed record InputReads(ImmutableArray<string> Statements, ImmutableArray<string> AlsoNaming);

/// <summary>Inputs of a task or query with all their files on this machine. Copies stay at least until this is disposed.</summary>
public sealed class LocalInputs : IDisposable
{
    private readonly ImmutableArray<MirroredFile> _files;

    private LocalInputs(ImmutableArray<TaskInput> inputs, TaskInput? baseTable, ImmutableArray<MirroredFile> files, bool isPartial) =>
        (Inputs, Base, _files, IsPartial) = (inputs, baseTable, files, isPartial);

    /// <summary>The inputs.</summary>
    public ImmutableArray<TaskInput> Inputs { get; }

    /// <summary>The table that a task changes; null when it was.</summary>
    public TaskInput? Base { get; }

    /// <summary>Whether some files have holes where columns are that nothing should read.</summary>
    public bool IsPartial { get; }

    /// <summary>Brings what is not here.</summary>
    /// <param name="mirror">The copies; null where every file is one of this machine.</param>
    /// <param name="engine">Looks into footers.</param>
    /// <param name="inputs">What is read.</param>
    /// <param name="baseTable">The table that a task changes, always brought whole; null for none.</param>
    /// <param name="reads">How the inputs are read; null to bring all files whole.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    public static async Task<LocalInputs> PrepareAsync(
        FileMirror? mirror, LogEngine engine, ImmutableArray<TaskInput> inputs, TaskInput? baseTable, InputReads? reads, CancellationToken cancellationToken)
    {
        if (mirror is null) return new LocalInputs(inputs, baseTable, [], isPartial: false);
        var wanted = Wanted(inputs, baseTable);
        if (wanted.Count == 0) return new LocalInputs(inputs, baseTable, [], isPartial: false);
        var need = reads is null ? null : NeedOf(inputs, reads);
        var copies = new MirroredFile[wanted.Count];
        var partial = 0;
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, wanted.Count), new ParallelOptions { MaxDegreeOfParallelism = mirror.Options.Parallelism, CancellationToken = cancellationToken }, async (number, stop) =>
            {
                var (file, mustBeWhole) = wanted[number];
                var copy = copies[number] = mirror.Open(RemoteFileName.Parse(file.Path), file.Bytes);
                if (need is not { All: false } || mustBeWhole || file.Bytes <= mirror.Options.WholeBytes) await copy.BringAsync([new ByteRange(0, file.Bytes)], stop).ConfigureAwait(false);
                else if (await ParquetPieces.BringAsync(copy, need, engine, stop).ConfigureAwait(false)) Interlocked.Increment(ref partial);
            }).ConfigureAwait(false);
            mirror.Trim();
        }
        catch
        {
            foreach (var copy in copies) copy?.Dispose();
            throw;
        }
        var names = wanted.Zip(copies).ToDictionary(static pair => pair.First.File.Path, static pair => pair.Second.LocalFile, StringComparer.Ordinal);
        return new LocalInputs([.. inputs.Select(input => With(input, names))], baseTable is null ? null : With(baseTable, names), [.. copies], partial > 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    // A merge carries whole rows over, and SQL that is made from a log may read its files in ways of its own.
    private static List<(TaskFile File, bool MustBeWhole)> Wanted(ImmutableArray<TaskInput> inputs, TaskInput? baseTable) =>
    [
        .. inputs.Append(baseTable).OfType<TaskInput>()
            .SelectMany(input => input.Files.Where(static file => RemoteFileName.IsOne(file.Path)).Select(file => (File: file, MustBeWhole: ReferenceEquals(input, baseTable) || input.ScanSql is not null)))
            .GroupBy(static one => one.File.Path, StringComparer.Ordinal)
            .Select(static same => (same.First().File, same.Any(static one => one.MustBeWhole))),
    ];

    private static ColumnNeed NeedOf(ImmutableArray<TaskInput> inputs, InputReads reads) =>
        ColumnNeed.Of(reads.Statements.Concat(inputs.Select(static input => input.ViewSql).OfType<string>()), reads.AlsoNaming, [.. inputs.Select(static input => input.Name.Name)]);

    private static TaskInput With(TaskInput input, Dictionary<string, string> names) => input with
    {
        Files = [.. input.Files.Select(file => names.TryGetValue(file.Path, out var local) ? file with { Path = local } : file)],
        ScanSql = input.ScanSql is null ? null : names.Aggregate(input.ScanSql, static (sql, name) => sql.Replace(SqlText.QuoteLiteral(name.Key), SqlText.QuoteLiteral(name.Value), StringComparison.Ordinal)),
    };
}
