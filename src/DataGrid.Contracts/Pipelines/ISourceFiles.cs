using System.Collections.Immutable;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Runs;

namespace DataGrid.Contracts.Pipelines;

/// <summary>The files that a source has now, or why that cannot be said.</summary>
/// <param name="Files">The files in the order of their names; names are relative to the project folder.</param>
/// <param name="Problem">Why not; null when all is well.</param>
public sealed record SourceFilesOutcome(ImmutableArray<TaskFile> Files, Problem? Problem);

/// <summary>Finds the files of a source.</summary>
public interface ISourceFiles
{
    /// <summary>Expands the source's globs below the project folder. A pattern that
    /// finds nothing is a problem that says where it looked and what is there.</summary>
    Task<SourceFilesOutcome> FindAsync(string projectDirectory, SourceSpec source, CancellationToken cancellationToken);
}
