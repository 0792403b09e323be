using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Sessions;
using DataGrid.Silo.Reading;

namespace DataGrid.Silo.Pipelines;

/// <summary>Compiles projects for a workspace, and says what running one would do.</summary>
/// <param name="reader">The workspace; null where nothing has run yet. It stays the caller's.</param>
/// <param name="engine">The compiler's limits.</param>
/// <param name="options">Limits of projects.</param>
public sealed class ProjectService(WorkspaceReader? reader, EngineOptions engine, ProjectOptions options) : IProjectService
{
    private readonly ProjectCompiler _compiler = new(engine, options);
    private readonly ProjectSourceFiles _files = new(options);

    /// <inheritdoc/>
    public async Task<CompileOutcome> CompileAsync(string projectDirectory, CancellationToken cancellationToken) =>
        await _compiler.CompileAsync(Path.GetFullPath(projectDirectory), reader is null ? [] : await reader.KnownAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<PlanReport> PlanAsync(PipelineSpec spec, IReadOnlyList<StepSpec> steps, CancellationToken cancellationToken) =>
        RunPlanner.PlanAsync(reader, _files, spec, steps, cancellationToken);
}
