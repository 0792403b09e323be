using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Datasets;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Gateway.Grpc;

/// <summary><c>datagrid.v1.Datasets</c>.</summary>
internal static class DatasetsMethods
{
    private const string Tag = "Datasets";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var datasets = new GrpcRoutes(routes, V1.DatasetsReflection.Descriptor.Services[0]);
        datasets.Unary("ListDatasets", V1.ListDatasetsRequest.Parser, ListAsync).Needs(Role.Viewer).WithTags(Tag);
        datasets.Unary("GetDataset", V1.GetDatasetRequest.Parser, GetAsync).Needs(Role.Viewer).WithTags(Tag);
        datasets.Unary("ListVersions", V1.ListVersionsRequest.Parser, VersionsAsync).Needs(Role.Viewer).WithTags(Tag);
        datasets.Unary("Rollback", V1.RollbackRequest.Parser, RollbackAsync).Needs(Role.Operator).Makes("dataset").WithTags(Tag);
        datasets.Complete();
    }

    private static async Task<V1.ListDatasetsResponse> ListAsync(HttpContext http, V1.ListDatasetsRequest request)
    {
        var filter = new DatasetFilter(
            GrpcNames.Text(request.Text), GrpcNames.Choice<DatasetKind, V1.DatasetKind>(request.Kind, "kind"), GrpcNames.Optional<PipelineId>(request.Pipeline), GrpcNames.Text(request.Namespace));
        var page = await Service(http).ListAsync(filter, GrpcNames.Page(http, request.Page), http.RequestAborted);
        return new V1.ListDatasetsResponse { Datasets = { page.Items.Select(Of) }, NextCursor = page.Next ?? "" };
    }

    private static async Task<V1.DatasetDetail> GetAsync(HttpContext http, V1.GetDatasetRequest request)
    {
        var detail = await Service(http).GetAsync(Name(request.Dataset), http.RequestAborted);
        var message = new V1.DatasetDetail
        {
            Summary = Of(detail.Summary),
            Columns = { detail.Columns.Select(ProblemMessages.Of) },
            PartitionBy = { detail.PartitionBy },
            Keys = { detail.Keys },
            Tags = { detail.Tags },
            Checks = { detail.Checks.Select(ProblemMessages.Of) },
            Reads = { detail.Reads.Select(static name => name.ToString()) },
            Sql = detail.Sql ?? "",
        };
        if (detail.QuarantinedRows is { } held) message.QuarantinedRows = held;
        return message;
    }

    private static async Task<V1.ListVersionsResponse> VersionsAsync(HttpContext http, V1.ListVersionsRequest request)
    {
        var page = await Service(http).VersionsAsync(Name(request.Dataset), GrpcNames.Page(http, request.Page), http.RequestAborted);
        return new V1.ListVersionsResponse { Versions = { page.Items.Select(Of) }, NextCursor = page.Next ?? "" };
    }

    private static async Task<V1.RollbackResponse> RollbackAsync(HttpContext http, V1.RollbackRequest request)
    {
        http.Audit(request.Dataset);
        if (!request.HasVersion || request.Version < 0) throw ApiFaults.Usage("the version is missing", "say to which");
        var done = await Service(http).RollbackAsync(Name(request.Dataset), request.Version, request.DryRun, request.HasExpectedVersion ? request.ExpectedVersion : null, http.RequestAborted);
        var message = new V1.RollbackResponse { Dataset = done.Dataset.ToString(), FilesAdded = done.FilesAdded, FilesRemoved = done.FilesRemoved, BytesRemoved = done.BytesRemoved };
        if (done.Version is { } version) message.Version = version;
        return message;
    }

    private static V1.Dataset Of(DatasetSummary summary)
    {
        var message = new V1.Dataset
        {
            Name = summary.Name.ToString(),
            Kind = (V1.DatasetKind)((int)summary.Kind + 1),
            Pipeline = summary.Pipeline?.Value ?? "",
            Description = summary.Description ?? "",
            Owner = summary.Owner ?? "",
            UpdatedAt = ProblemMessages.Of(summary.UpdatedAt),
        };
        if (summary.Version is { } version) message.Version = version;
        if (summary.Rows is { } rows) message.Rows = rows;
        if (summary.Bytes is { } bytes) message.Bytes = bytes;
        if (summary.Files is { } files) message.Files = files;
        return message;
    }

    private static V1.DatasetVersion Of(DatasetVersion version)
    {
        var message = new V1.DatasetVersion
        {
            Version = version.Version,
            At = ProblemMessages.Of(version.At),
            Operation = version.Operation ?? "",
            Run = version.Run?.Value ?? "",
            FilesAdded = version.FilesAdded,
            FilesRemoved = version.FilesRemoved,
            BytesAdded = version.BytesAdded,
            Inputs = { version.Inputs.Select(ProblemMessages.Of) },
        };
        if (version.RowsAdded is { } rows) message.RowsAdded = rows;
        return message;
    }

    private static DatasetService Service(HttpContext http) => http.RequestServices.GetRequiredService<DatasetService>();

    private static DatasetName Name(string text) => ApiNames.Parse<DatasetName>(text);
}
