using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Engine.Projects.Sources;
using DataGrid.Engine.Sessions;

namespace DataGrid.Engine.Projects;

/// <summary>Turns a project folder into a spec: reads it, discovers sources, binds every model, compiles checks. Keeps what it learnt about files, so that
/// compiling again looks only at what changed. Safe for several threads.</summary>
public sealed class ProjectCompiler : IProjectCompiler
{
    private readonly EngineOptions _engine;
    private readonly ProjectOptions _options;
    private readonly ShapeCache _cache = new();

    /// <summary>A compiler with limits.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    public ProjectCompiler(EngineOptions engine, ProjectOptions options)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        if (engine.Validate().Concat(options.Validate()).FirstOrDefault() is { } wrong) throw new ArgumentException(wrong, nameof(options));
        (_engine, _options) = (engine, options);
    }

    /// <inheritdoc/>
    public Task<CompileOutcome> CompileAsync(string projectDirectory, IReadOnlyList<KnownDataset> known, CancellationToken cancellationToken) =>
        Task.Run(() => Compile(Path.GetFullPath(projectDirectory), known, cancellationToken), cancellationToken);

    private CompileOutcome Compile(string folder, IReadOnlyList<KnownDataset> known, CancellationToken cancellationToken)
    {
        var problems = new ProblemBag();
        PipelineSpec? spec = null;
        if (ProjectFolder.Read(folder, _options, problems, cancellationToken) is { } files)
        {
            var reading = ProjectReader.Read(files, _options, problems);
            using var compilation = new Compilation(folder, reading, known, problems);
            spec = compilation.Run(new SourceDiscovery(folder, _engine, _options, _cache), cancellationToken);
        }
        var sorted = problems.ToSorted(_options.MaxProblems);
        return problems.HasErrors || spec is null ? new CompileOutcome(null, sorted) : new CompileOutcome(spec with { Warnings = sorted }, sorted);
    }
}
