using DataGrid.Contracts;
using DataGrid.Contracts.Pipelines;
using Microsoft.Extensions.Logging;

namespace DataGrid.Gateway.Pipelines;

/// <summary>
/// Removes the folders of submitted projects that nobody needs any more. Invariant: the folder of a project that is the newest of its pipeline, that is in force, or that an
/// active or waiting run reads, stays; any other stays as long as the retention says since it was submitted last, so that a submit and a sweep at the same time do not meet.
/// </summary>
internal sealed class ProjectSweeper(WorkspacePorts ports, GatewayOptions options, TimeProvider clock, ILogger<ProjectSweeper> logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    private DateTimeOffset _sweptAt = DateTimeOffset.MinValue;

    /// <summary>Sweeps, once an hour at most. What cannot be removed is tried again another time.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now - _sweptAt < Every) return;
        _sweptAt = now;
        try
        {
            var old = new DirectoryInfo(ports.ProjectsFolder).EnumerateDirectories().Where(folder => now - folder.LastWriteTimeUtc > options.ProjectRetention).ToList();
            if (old.Count == 0) return;
            var used = await UsedAsync(cancellationToken);
            foreach (var folder in old.Where(folder => !used.Contains(folder.FullName))) folder.Delete(recursive: true);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            GatewayLog.ProjectsNotSwept(logger, fault);
        }
    }

    private async Task<HashSet<string>> UsedAsync(CancellationToken cancellationToken)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pipeline in await ports.Pipelines.ListPipelinesAsync(cancellationToken))
        {
            var snapshot = await ports.Grains.GetGrain<IPipelineGrain>(GrainKeys.Pipeline(ports.Workspace, pipeline)).Get();
            if (snapshot.ProjectDirectory is { } newest) used.Add(newest);
            if ((await ports.Pipelines.PublishedAsync(pipeline, cancellationToken)).LastOrDefault() is { } published) used.Add(published.ProjectDirectory);
            foreach (var run in snapshot.Waiting.Concat(snapshot.ActiveRun is { } active ? [active] : []))
                if (await ports.RunService.GetRunAsync(run) is { } record) used.Add(record.Request.ProjectDirectory);
        }
        return used;
    }
}
