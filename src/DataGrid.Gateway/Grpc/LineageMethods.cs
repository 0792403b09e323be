using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using DataGrid.Gateway.Lineage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Gateway.Grpc;

/// <summary><c>datagrid.v1.Lineage</c>.</summary>
internal static class LineageMethods
{
    private const string Tag = "Lineage";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var lineage = new GrpcRoutes(routes, V1.LineageReflection.Descriptor.Services[0]);
        lineage.Unary("Walk", V1.WalkRequest.Parser, WalkAsync).Needs(Role.Viewer).WithTags(Tag);
        lineage.Unary("Impact", V1.ImpactRequest.Parser, ImpactAsync).Needs(Role.Viewer).WithTags(Tag);
        lineage.Unary("Path", V1.PathRequest.Parser, PathAsync).Needs(Role.Viewer).WithTags(Tag);
        lineage.Complete();
    }

    private static async Task<V1.LineageGraph> WalkAsync(HttpContext http, V1.WalkRequest request)
    {
        if (request.Depth is < 0 or > LineageEndpoints.Deepest) throw ApiFaults.Usage($"depth is {request.Depth}", $"give a number from 1 to {LineageEndpoints.Deepest}, or 0 for all");
        return Of(await Service(http).WalkAsync(
            Needed(request.Target, "target"), GrpcNames.Choice<LineageDirection, V1.LineageDirection>(request.Direction, "direction") ?? LineageDirection.Upstream,
            request.Depth == 0 ? LineageEndpoints.Deepest : request.Depth, request.HasVersion ? request.Version : null, http.RequestAborted));
    }

    private static async Task<V1.ImpactResponse> ImpactAsync(HttpContext http, V1.ImpactRequest request)
    {
        var impact = await Service(http).ImpactAsync(Needed(request.Target, "target"), http.RequestAborted);
        return new V1.ImpactResponse
        {
            Target = impact.Target,
            IsTruncated = impact.IsTruncated,
            Datasets =
            {
                impact.Datasets.Select(static touched => new V1.ImpactedDataset
                {
                    Dataset = touched.Dataset.ToString(), Distance = touched.Distance, Pipeline = touched.Pipeline?.Value ?? "", Owner = touched.Owner ?? "",
                    Values = { touched.Values }, Influenced = { touched.Influenced },
                }),
            },
        };
    }

    private static async Task<V1.LineageGraph> PathAsync(HttpContext http, V1.PathRequest request) => Of(await Service(http).PathAsync(Needed(request.From, "from"), Needed(request.To, "to"), http.RequestAborted));

    private static V1.LineageGraph Of(LineageView view) => new()
    {
        Target = view.Target ?? "",
        IsTruncated = view.IsTruncated,
        Nodes = { view.Nodes.Select(static node => new V1.LineageNode { Id = node.Id, Dataset = node.Dataset.ToString(), Column = node.Column ?? "" }) },
        Edges = { view.Edges.Select(static edge => new V1.LineageEdge { From = edge.From, To = edge.To, Kind = edge.Kind is { } kind ? ProblemMessages.Word(kind) : "", IsDirect = edge.IsDirect }) },
    };

    private static LineageService Service(HttpContext http) => http.RequestServices.GetRequiredService<LineageService>();

    private static string Needed(string text, string name) => text.Length == 0 ? throw ApiFaults.Usage($"{name} is missing", "give namespace.name or namespace.name.column") : text;
}
