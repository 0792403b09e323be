using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Contracts.Silos;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Silos;

/// <summary>The cluster as it stands.</summary>
public sealed record ClusterView
{
    /// <summary>The silos.</summary>
    public required ImmutableArray<SiloSnapshot> Silos { get; init; }

    /// <summary>The workers that asked for work lately.</summary>
    public required ImmutableArray<WorkerView> Workers { get; init; }

    /// <summary>The tasks that wait.</summary>
    public required QueueView Queue { get; init; }
}

/// <summary>One worker.</summary>
/// <param name="Worker">Which.</param>
/// <param name="Slots">How many tasks it runs side by side.</param>
/// <param name="MemoryBytes">Memory of all its slots.</param>
/// <param name="Running">The tasks that it runs: <c>run/stage/number</c>.</param>
/// <param name="SeenAt">When it was last heard of, UTC.</param>
public sealed record WorkerView(string Worker, int Slots, long MemoryBytes, ImmutableArray<string> Running, DateTimeOffset SeenAt);

/// <summary>The tasks that wait.</summary>
/// <param name="Waiting">How many.</param>
/// <param name="WaitingSince">Since when the first of them waits, UTC.</param>
public sealed record QueueView(int Waiting, DateTimeOffset? WaitingSince);

/// <summary><c>/api/v1/cluster</c></summary>
internal static class ClusterEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/cluster", GetAsync).Needs(Role.Viewer).WithTags("Cluster").WithName("getCluster").WithSummary("Silos, workers, and what waits").Produces<ClusterView>();

    private static async Task<IResult> GetAsync(WorkspacePorts ports, CancellationToken cancellationToken)
    {
        var silos = ports.Silos.ListAsync(cancellationToken);
        var work = await ports.Grains.GetGrain<IDispatchGrain>(GrainKeys.Workspace(ports.Workspace)).Status();
        return ApiAnswers.Json(new ClusterView
        {
            Silos = await silos,
            Workers = [.. work.Workers.Select(static worker => new WorkerView(
                worker.Capacity.Worker, worker.Capacity.Slots, worker.Capacity.MemoryBytes, [.. worker.Running.Select(static task => task.ToString())], worker.SeenAt))],
            Queue = new QueueView(work.Waiting, work.WaitingSince),
        });
    }
}
