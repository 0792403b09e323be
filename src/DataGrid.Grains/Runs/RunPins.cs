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

/// <summary>What a run reads and writes, as it was when the run started.</summary>
internal sealed class RunPins
{
    private RunPins(PinnedInputs inputs, ImmutableDictionary<DatasetName, TableHead> heads) => (Inputs, Heads) = (inputs, heads);

    /// <summary>External inputs: sources, views, and tables that this run does not make.</summary>
    public PinnedInputs Inputs { get; }

    /// <summary>The tables that this run will write, and their quarantines, where they exist.</summary>
    public ImmutableDictionary<DatasetName, TableHead> Heads { get; }

    /// <summary>Pins. A missing file or table is a problem, not a fault.</summary>
    public static async Task<(RunPins? Pins, Problem? Problem)> TakeAsync(
        PipelineSpec spec, ImmutableArray<StepSpec> selected, WorkspaceServices services, CancellationToken cancellationToken)
    {
        var written = selected.Where(static step => step.Materialization != Materialization.View)
            .SelectMany(static step => new[] { step.Name, step.Name.Quarantine }).ToArray();
        var heads = await Task.WhenAll(written.Select(name => services.Tables.HeadAsync(name, cancellationToken)));
        var pinner = new DatasetPinner(services.Tables, services.SourceFiles, spec, services.Pipelines.SpecsInForceAsync);
        foreach (var made in written) pinner.Exclude(made);
        foreach (var step in selected)
            foreach (var name in step.Reads.Concat(step.CheckReads))
                if (await pinner.AddAsync(name, null, cancellationToken) is { } problem) return (null, problem);
        return (new RunPins(pinner.Inputs, heads.Where(static head => head is not null).ToImmutableDictionary(static head => head!.Table.Name, static head => head!)), null);
    }

    /// <summary>The same inputs, and the tables of some steps as they are now.</summary>
    public async Task<RunPins> WithFreshHeadsAsync(IEnumerable<DatasetName> steps, WorkspaceServices services, CancellationToken cancellationToken)
    {
        var heads = Heads;
        foreach (var name in steps.SelectMany(static step => new[] { step, step.Quarantine }))
            heads = await services.Tables.HeadAsync(name, cancellationToken) is { } head ? heads.SetItem(name, head) : heads.Remove(name);
        return new RunPins(Inputs, heads);
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

    private static string Digest(ImmutableArray<TaskFile> files) =>
        StableHash.Of(string.Join('\n', files.Select(static file =>
            string.Create(CultureInfo.InvariantCulture, $"{file.Name}|{file.Bytes}|{file.ModifiedAt?.UtcTicks}")))).ToString("x16", CultureInfo.InvariantCulture);
}
