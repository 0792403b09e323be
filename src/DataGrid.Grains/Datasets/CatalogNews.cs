using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Grains.Datasets;

/// <summary>Tells the catalog what changed. What is not heard is found by who keeps an index, when it looks everywhere: telling never fails the change.</summary>
public sealed partial class CatalogNews(IGrainFactory grains, CatalogOptions options, ILogger<CatalogNews> logger)
{
    /// <summary>A table has a new version.</summary>
    public Task TableAsync(WorkspaceId workspace, DatasetName table) => TellAsync(workspace, catalog => catalog.NoteTable(table));

    /// <summary>A pipeline's project was put in force.</summary>
    public Task PipelineAsync(WorkspaceId workspace, PipelineId pipeline) => TellAsync(workspace, catalog => catalog.NotePipeline(pipeline));

    private async Task TellAsync(WorkspaceId workspace, Func<ICatalogGrain, Task> tell)
    {
        if (!options.IsTold) return;
        try
        {
            await tell(grains.GetGrain<ICatalogGrain>(GrainKeys.Workspace(workspace)));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            NotTold(logger, fault);
        }
    }

    [LoggerMessage(EventId = 6012, Level = LogLevel.Warning, Message = "The catalog was not told of a change; it is found at the next look")]
    private static partial void NotTold(ILogger logger, Exception fault);
}
