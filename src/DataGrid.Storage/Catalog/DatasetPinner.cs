using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Runs;
using DataGrid.Storage.Tables;

namespace DataGrid.Storage.Catalog;

/// <summary>Pins datasets by name, and all that stands behind views, at the version
/// that they have now or that is asked for. For one caller at a time.</summary>
/// <param name="tables">The tables.</param>
/// <param name="sourceFiles">Finds the files of sources.</param>
/// <param name="own">The project whose names come first; null for none.</param>
/// <param name="others">The projects in force; asked for only when a name is neither in <paramref name="own"/> nor a table.</param>
public sealed class DatasetPinner(TableSet tables, ISourceFiles sourceFiles, PipelineSpec? own, Func<CancellationToken, Task<ImmutableArray<PipelineSpec>>> others)
{
    private readonly HashSet<DatasetName> _done = [];
    private ImmutableArray<PipelineSpec>? _others;

    /// <summary>What has been pinned so far.</summary>
    public PinnedInputs Inputs { get; private set; } = new();

    /// <summary>Leaves a name out from now on: the run makes it itself.</summary>
    public void Exclude(DatasetName name) => _done.Add(name);

    /// <summary>Pins a dataset. A name that is nowhere is left out: whoever needs it says so.</summary>
    /// <param name="name">The dataset.</param>
    /// <param name="version">The version of a table; null for the newest.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Why it cannot be pinned; null when all is well.</returns>
    public async Task<Problem?> AddAsync(DatasetName name, long? version, CancellationToken cancellationToken)
    {
        if (!_done.Add(name)) return null;
        if (own is not null && FindIn(own, name) is { } mine) return await AddDeclaredAsync(mine, cancellationToken).ConfigureAwait(false);
        if (await tables.AtVersionAsync(name, version, cancellationToken).ConfigureAwait(false) is { } table)
        {
            Inputs = Inputs with { Tables = Inputs.Tables.Add(name, table) };
            return null;
        }
        _others ??= await others(cancellationToken).ConfigureAwait(false);
        foreach (var other in _others.Value)
            if (FindIn(other, name) is { } declared) return await AddDeclaredAsync(declared, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private static Declared? FindIn(PipelineSpec spec, DatasetName name)
    {
        if (spec.Sources.FirstOrDefault(source => source.Name == name) is { } source) return new Declared(spec, source, null);
        return spec.Steps.FirstOrDefault(step => step.Name == name && step.Materialization == Materialization.View) is { } view ? new Declared(spec, null, view) : null;
    }

    private async Task<Problem?> AddDeclaredAsync(Declared declared, CancellationToken cancellationToken)
    {
        if (declared.Source is { } source)
        {
            var found = await sourceFiles.FindAsync(declared.Spec.ProjectDirectory, source, cancellationToken).ConfigureAwait(false);
            if (found.Problem is null) Inputs = Inputs with { Sources = Inputs.Sources.Add(source.Name, new PinnedSource(source, found.Files)) };
            return found.Problem;
        }
        var view = declared.View!;
        Inputs = Inputs with { Views = Inputs.Views.Add(view.Name, new PinnedView(view.Name, view.Sql, view.Columns, view.Reads)) };
        foreach (var behind in view.Reads)
            if (await AddAsync(behind, null, cancellationToken).ConfigureAwait(false) is { } problem) return problem;
        return null;
    }

    private sealed record Declared(PipelineSpec Spec, SourceSpec? Source, StepSpec? View);
}
