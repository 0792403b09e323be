using DataGrid.Contracts;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Lineage;

/// <summary><c>/api/v1/lineage</c>, and that of a run below the run.</summary>
internal static class LineageEndpoints
{
    internal const int Deepest = 100;

    public static void Map(IEndpointRouteBuilder api)
    {
        var lineage = api.MapGroup("/lineage").WithTags("Lineage");
        lineage.MapGet("", WalkAsync).Needs(Role.Viewer).WithName("getLineage").WithSummary("Where a dataset or column comes from, and what is made of it").Produces<LineageView>();
        lineage.MapGet("/impact", ImpactAsync).Needs(Role.Viewer).WithName("getImpact").WithSummary("What a change of a dataset or column would touch").Produces<LineageImpact>();
        lineage.MapGet("/path", PathAsync).Needs(Role.Viewer).WithName("getLineagePath").WithSummary("A shortest way along which one acts on another").Produces<LineageView>();
        api.MapGet("/runs/{run}/lineage", OfRunAsync).Needs(Role.Viewer).WithTags("Lineage").WithName("getRunLineage").WithSummary("What the steps of a run read, column by column").Produces<LineageView>();
    }

    private static async Task<IResult> WalkAsync(LineageService service, string? target, string? direction, string? depth, string? version, CancellationToken cancellationToken)
    {
        var steps = ApiNames.Number(depth, "depth", Deepest) ?? Deepest;
        return ApiAnswers.Tagged(await service.WalkAsync(
            Needed(target, "target"), ApiNames.Choice<LineageDirection>(direction, "direction") ?? LineageDirection.Upstream, (int)steps, ApiNames.Number(version, "version"), cancellationToken));
    }

    private static async Task<IResult> ImpactAsync(LineageService service, string? target, CancellationToken cancellationToken) =>
        ApiAnswers.Tagged(await service.ImpactAsync(Needed(target, "target"), cancellationToken));

    private static async Task<IResult> PathAsync(LineageService service, string? from, string? to, CancellationToken cancellationToken) =>
        ApiAnswers.Tagged(await service.PathAsync(Needed(from, "from"), Needed(to, "to"), cancellationToken));

    private static async Task<IResult> OfRunAsync(LineageService service, string run, CancellationToken cancellationToken) =>
        ApiAnswers.Tagged(await service.OfRunAsync(ApiNames.Parse<RunId>(run), cancellationToken));

    private static string Needed(string? text, string name) => string.IsNullOrEmpty(text) ? throw ApiFaults.Usage($"{name} is missing", $"give {name}=namespace.name or namespace.name.column") : text;
}
