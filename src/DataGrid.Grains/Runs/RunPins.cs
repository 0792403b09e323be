using System.Collections.Immutable;
using System.Globalization;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Runs;
using DataGrid.Storage.Catalog;
using DataGrid.Storage.Tables;

namespace DataGrid.Grains.Runs;

/// <summary>Looks at what a run reads and writes.</summary>
internal static class RunPins
{
    /// <summary>Pins. A missing file or table is a problem, not a fault.</summary>
    /// <param name="spec">The project.</param>
    /// <param name="selected">The steps of the run.</param>
    /// <param name="generation">The first generation of their stages.</param>
    /// <param name="services">The workspace.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<(PinnedRun? Pins, Problem? Problem)> TakeAsync(
        PipelineSpec spec, ImmutableArray<StepSpec> selected, int generation, WorkspaceServices services, CancellationToken cancellationToken)
    {
        var written = selected.Where(static step => step.Materialization != Materialization.View)
            .SelectMany(static step => new[] { step.Name, step.Name.Quarantine }).ToArray();
        var heads = await Task.WhenAll(written.Select(name => services.Tables.HeadAsync(name, cancellationToken)));
        var pinner = new DatasetPinner(services.Tables, services.SourceFiles, spec, services.Pipelines.SpecsInForceAsync);
        foreach (var made in written) pinner.Exclude(made);
        foreach (var step in selected)
            foreach (var name in step.Reads.Concat(step.CheckReads))
                if (await pinner.AddAsync(name, null, cancellationToken) is { } problem) return (null, problem);
        var pins = new PinnedRun
        {
            Number = 1,
            Inputs = pinner.Inputs,
            Heads = heads.OfType<TableHead>().ToImmutableSortedDictionary(static head => head.Table.Name, Pinned),
            Generations = selected.ToImmutableSortedDictionary(static step => step.Name, _ => generation),
        };
        return (pins, null);
    }

    /// <summary>The same inputs, and the tables of some steps, which are made again, as they are now.</summary>
    public static async Task<PinnedRun> AgainAsync(PinnedRun pins, ImmutableArray<DatasetName> steps, WorkspaceServices services, CancellationToken cancellationToken)
    {
        var heads = pins.Heads;
        foreach (var name in steps.SelectMany(static step => new[] { step, step.Quarantine }))
            heads = await services.Tables.HeadAsync(name, cancellationToken) is { } head ? heads.SetItem(name, Pinned(head)) : heads.Remove(name);
        return pins.Again(steps, heads);
    }

    /// <summary>What a list of inputs amounts to, for the record.</summary>
    public static ImmutableArray<InputVersion> Versions(ImmutableArray<TaskInput> inputs) =>
    [
        .. inputs.Where(static input => input.Form != TaskInputForm.View).Select(static input => new InputVersion
        {
            Dataset = input.Name,
            Version = input.Version,
            Files = input.Files.Length,
            Bytes = input.Files.Sum(static file => file.Bytes),
            Digest = input.Form == TaskInputForm.Source ? Digest(input.Files) : null,
        }),
    ];

    private static PinnedHead Pinned(TableHead head) => new(head.Table, head.CursorFile, head.Cursor);

    private static string Digest(ImmutableArray<TaskFile> files) =>
        StableHash.Of(string.Join('\n', files.Select(static file =>
            string.Create(CultureInfo.InvariantCulture, $"{file.Name}|{file.Bytes}|{file.ModifiedAt?.UtcTicks}")))).ToString("x16", CultureInfo.InvariantCulture);
}
