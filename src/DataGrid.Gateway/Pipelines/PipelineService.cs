using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Pipelines;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Graph;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;

namespace DataGrid.Gateway.Pipelines;

/// <summary>What people do with pipelines, whatever way they come.</summary>
internal sealed class PipelineService(WorkspacePorts ports, GatewayOptions options, ProjectSweeper sweeper, MovingGrains moving, TimeProvider clock) : IDisposable
{
    /// <summary>Compiling takes a processor; more at once would only make each slower.</summary>
    private readonly SemaphoreSlim _compiling = new(2);

    /// <summary>Unpacks, compiles and submits the project that a request holds.</summary>
    public Task<PipelineSubmitted> SubmitAsync(HttpContext http) => SubmitAsync(bundle => BundleReader.ReadAsync(http, options, bundle), http.RequestAborted);

    /// <summary>Unpacks, compiles and submits a project.</summary>
    /// <param name="fill">Puts its files into the folder.</param>
    /// <param name="cancellationToken">Stops before it is submitted.</param>
    public async Task<PipelineSubmitted> SubmitAsync(Func<BundleFolder, Task> fill, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(ports.ProjectsFolder);
        using var bundle = new BundleFolder(options, ports.ProjectsFolder);
        await fill(bundle);
        var (folder, isNew) = bundle.Complete(clock.GetUtcNow());
        try
        {
            var submitted = await SubmitAsync(folder, cancellationToken);
            await sweeper.SweepAsync(cancellationToken);
            return submitted;
        }
        catch when (isNew)
        {
            // Nobody runs what was refused.
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>A page of pipelines, by name.</summary>
    public async Task<Page<PipelineSummary>> ListAsync(PageRequest page, CancellationToken cancellationToken)
    {
        var names = Pages.Of(await ports.Pipelines.ListPipelinesAsync(cancellationToken), static name => name.Value, page);
        var found = ImmutableArray.CreateBuilder<PipelineSummary>();
        foreach (var name in names.Items)
        {
            var snapshot = await moving.AskAsync(Grain(name).Get, cancellationToken);
            found.Add(SummaryOf(name, snapshot, await SpecAsync(name, snapshot.Fingerprint, cancellationToken)));
        }
        return new Page<PipelineSummary>(found.ToImmutable(), names.Next);
    }

    /// <summary>All about one.</summary>
    /// <exception cref="DataGridException">There is none of that name.</exception>
    public async Task<PipelineDetail> GetAsync(PipelineId pipeline, CancellationToken cancellationToken)
    {
        var (snapshot, spec) = await FindAsync(pipeline, null, cancellationToken);
        var published = await ports.Pipelines.PublishedAsync(pipeline, cancellationToken);
        return new PipelineDetail
        {
            Summary = SummaryOf(pipeline, snapshot, spec),
            Waiting = snapshot.Waiting,
            PublishedVersion = published.LastOrDefault()?.Fingerprint,
            Sources = [.. spec.Sources.Select(static source => new PipelineSource { Name = source.Name, Files = source.Files, Format = source.Format, Description = source.Description })],
            Steps = [.. spec.Steps.Select(static step => new PipelineStep
            {
                Name = step.Name, Materialization = step.Materialization, File = step.File, Reads = step.Reads, Checks = step.Checks.Length, Description = step.Description,
            })],
            Parameters = spec.Parameters,
            Warnings = spec.Warnings,
        };
    }

    /// <summary>The versions that were in force, newest first.</summary>
    public async Task<Page<PipelineVersion>> VersionsAsync(PipelineId pipeline, PageRequest page, CancellationToken cancellationToken)
    {
        await FindAsync(pipeline, null, cancellationToken);
        var published = await ports.Pipelines.PublishedAsync(pipeline, cancellationToken);
        var versions = published.Reverse().Select(static entry => new PipelineVersion { Number = entry.Number, Version = entry.Fingerprint, Run = entry.Run, At = entry.At });
        return Pages.Of(versions, static version => (long.MaxValue - version.Number).ToString("D20", System.Globalization.CultureInfo.InvariantCulture), page);
    }

    /// <summary>Lets it start runs, or not.</summary>
    public async Task<PipelineSummary> PauseAsync(PipelineId pipeline, bool isPaused, CancellationToken cancellationToken)
    {
        var (snapshot, spec) = await FindAsync(pipeline, null, cancellationToken);
        await moving.AskAsync(() => Grain(pipeline).SetPaused(isPaused), cancellationToken);
        return SummaryOf(pipeline, snapshot with { IsPaused = isPaused }, spec);
    }

    /// <summary>What a run would do.</summary>
    public async Task<PlanReport> PlanAsync(PipelineId pipeline, IReadOnlyList<string> selectors, CancellationToken cancellationToken)
    {
        var (_, spec) = await FindAsync(pipeline, null, cancellationToken);
        var selection = Selection.Resolve(spec, selectors);
        if (!selection.Problems.IsEmpty) throw ApiFaults.Of(selection.Problems);
        return await ports.Projects.PlanAsync(spec, selection.Steps, cancellationToken);
    }

    /// <summary>A pipeline and one of its compiled projects, in the folder in which it was submitted last.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="version">Which; null for the one submitted last.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="DataGridException">There is none.</exception>
    public async Task<(PipelineSnapshot Snapshot, PipelineSpec Spec)> FindAsync(PipelineId pipeline, string? version, CancellationToken cancellationToken)
    {
        var names = await ports.Pipelines.ListPipelinesAsync(cancellationToken);
        if (!names.Contains(pipeline)) throw Unknown(pipeline, names);
        var snapshot = await moving.AskAsync(Grain(pipeline).Get, cancellationToken);
        if (await SpecAsync(pipeline, version ?? snapshot.Fingerprint, cancellationToken) is { } spec)
            return (snapshot, version is null && snapshot.ProjectDirectory is { } folder ? spec with { ProjectDirectory = folder } : spec);
        throw version is null
            ? Unknown(pipeline, names)
            : ApiFaults.Of(ErrorCodes.PipelineUnknown, $"the pipeline {pipeline} was never submitted as version '{version}'", $"see /api/v1/pipelines/{pipeline}/versions");
    }

    /// <summary>The grain of a pipeline.</summary>
    public IPipelineGrain Grain(PipelineId pipeline) => ports.Grains.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(ports.Workspace, pipeline));

    /// <inheritdoc/>
    public void Dispose() => _compiling.Dispose();

    private async Task<PipelineSubmitted> SubmitAsync(string folder, CancellationToken cancellationToken)
    {
        var compiled = await CompileAsync(folder, cancellationToken);
        if (compiled.Spec is not { } spec) throw ApiFaults.Of(compiled.Problems);
        var before = await moving.AskAsync(Grain(spec.Id).Get, cancellationToken);
        var refused = await moving.AskAsync(() => Grain(spec.Id).Submit(spec), cancellationToken);
        if (!refused.IsEmpty) throw ApiFaults.Of(refused);
        return new PipelineSubmitted
        {
            Pipeline = spec.Id,
            Version = spec.Fingerprint,
            IsNew = before.Fingerprint != spec.Fingerprint,
            Datasets = [.. spec.Steps.Select(static step => step.Name)],
            Warnings = spec.Warnings,
        };
    }

    private async Task<CompileOutcome> CompileAsync(string folder, CancellationToken cancellationToken)
    {
        await _compiling.WaitAsync(cancellationToken);
        try
        {
            return await ports.Projects.CompileAsync(folder, cancellationToken);
        }
        finally
        {
            _compiling.Release();
        }
    }

    private async Task<PipelineSpec?> SpecAsync(PipelineId pipeline, string? version, CancellationToken cancellationToken) =>
        version is null || !version.All(char.IsAsciiHexDigit) || version.Length > 128 ? null : await ports.Pipelines.SpecAsync(pipeline, version, cancellationToken);

    private static PipelineSummary SummaryOf(PipelineId name, PipelineSnapshot snapshot, PipelineSpec? spec) => new()
    {
        Pipeline = name,
        Description = spec?.Description,
        Owner = spec?.Owner,
        Version = snapshot.Fingerprint,
        IsPaused = snapshot.IsPaused,
        ActiveRun = snapshot.ActiveRun,
        Steps = spec?.Steps.Length ?? 0,
    };

    private static DataGridException Unknown(PipelineId pipeline, ImmutableArray<PipelineId> names) =>
        ApiFaults.Of(ErrorCodes.PipelineUnknown, $"there is no pipeline {pipeline}", NearestName.Find(pipeline.Value, names.Select(static name => name.Value)) is { } near ? $"did you mean {near}?" : "see /api/v1/pipelines");
}
