using System.Collections.Immutable;
using DataGrid.Contracts.Pipelines;
using DataGrid.Contracts.Runs;
using DataGrid.Core.Pipelines;

namespace DataGrid.Engine.Projects.Sources;

/// <summary>Finds the files of a source when a run pins its inputs.</summary>
public sealed class ProjectSourceFiles : ISourceFiles
{
    private readonly ProjectOptions _options;

    /// <summary>With limits.</summary>
    public ProjectSourceFiles(ProjectOptions options) => _options = options;

    /// <inheritdoc/>
    public Task<SourceFilesOutcome> FindAsync(string projectDirectory, SourceSpec source, CancellationToken cancellationToken) => Task.Run(() =>
    {
        var set = SourceFiles.Expand(projectDirectory, source.Files, _options.MaxSourceFiles, cancellationToken);
        if (set.Problems.Length > 0)
            return new SourceFilesOutcome([], set.Problems[0] with { Dataset = source.Name.ToString(), Position = source.Position });
        ImmutableArray<TaskFile> files =
            [.. set.Files.Select(static file => new TaskFile { Path = file.Path, Bytes = file.Bytes, Name = file.Name, ModifiedAt = file.ModifiedAt })];
        return new SourceFilesOutcome(files, null);
    }, cancellationToken);
}
