using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;

namespace DataGrid.Contracts.Pipelines;

/// <summary>What compiling a project came to: a spec, or every mistake that was found.</summary>
/// <param name="Spec">The spec; null when <paramref name="Problems"/> holds an error.</param>
/// <param name="Problems">Errors and warnings, in the order of files and lines.</param>
public sealed record CompileOutcome(PipelineSpec? Spec, ImmutableArray<Problem> Problems);

/// <summary>A dataset that exists outside the project and that its SQL may read.</summary>
/// <param name="Name">The name.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="OwnedBy">The pipeline that writes it.</param>
public sealed record KnownDataset(DatasetName Name, ImmutableArray<ColumnSpec> Columns, PipelineId? OwnedBy);

/// <summary>Turns a project folder into a spec.</summary>
public interface IProjectCompiler
{
    /// <summary>Reads, checks and binds a project. Finds every mistake in one go and never throws for one.</summary>
    /// <param name="projectDirectory">The folder that holds <c>datagrid.yaml</c>.</param>
    /// <param name="known">Datasets of the workspace that other pipelines made.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<CompileOutcome> CompileAsync(string projectDirectory, IReadOnlyList<KnownDataset> known, CancellationToken cancellationToken);
}
