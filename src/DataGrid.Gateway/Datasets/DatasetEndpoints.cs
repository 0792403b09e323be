using System.Collections.Immutable;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Datasets;

/// <summary><c>/api/v1/datasets</c></summary>
internal static class DatasetEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var datasets = api.MapGroup("/datasets").WithTags("Datasets");
        datasets.MapGet("", ListAsync).Needs(Role.Viewer).WithName("listDatasets").WithSummary("List and search datasets, by name").Produces<Page<DatasetSummary>>();
        datasets.MapGet("/{dataset}", GetAsync).Needs(Role.Viewer).WithName("getDataset").WithSummary("All about one dataset").Produces<DatasetDetail>();
        datasets.MapGet("/{dataset}/schema", SchemaAsync).Needs(Role.Viewer).WithName("getDatasetSchema").WithSummary("The columns, at a version").Produces<DatasetSchema>();
        datasets.MapGet("/{dataset}/versions", VersionsAsync).Needs(Role.Viewer).WithName("listDatasetVersions").WithSummary("The versions, newest first").Produces<Page<DatasetVersion>>();
        datasets.MapGet("/{dataset}/partitions", PartitionsAsync).Needs(Role.Viewer).WithName("listDatasetPartitions").WithSummary("The partitions").Produces<Page<PartitionSummary>>();
        datasets.MapGet("/{dataset}/checks", ChecksAsync).Needs(Role.Viewer).WithName("listDatasetChecks").WithSummary("What the checks found, version by version").Produces<Page<CheckedVersion>>();
        datasets.MapGet("/{dataset}/profile", ProfileAsync).Needs(Role.Viewer).WithName("profileDataset").WithSummary("What the values of each column are like: nulls, different ones, least and greatest").Produces<DatasetProfile>();
        datasets.MapGet("/{dataset}/preview", PreviewAsync).Needs(Role.Viewer).WithName("previewDataset").WithSummary("The first rows").Produces<ResultDocument>();
        datasets.MapGet("/{dataset}/rows", RowsAsync).Needs(Role.Viewer).WithName("downloadDataset").WithSummary("All rows, streamed: as Parquet, CSV, JSON, or JSON lines")
            .Produces<ResultDocument>(200, "application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.parquet");
        datasets.MapPost("/{dataset}/rollback", RollbackAsync).Needs(Role.Operator).Makes("dataset").WithName("rollbackDataset")
            .WithSummary("Bring a table back to an earlier version, as a new one; If-Match may name the version that it must have now")
            .Accepts<DatasetRollback>("application/json").Produces<DatasetRolledBack>();
    }

    private static async Task<IResult> ListAsync(
        DatasetService service, GatewayOptions options, HttpContext http, string? q, string? kind, string? pipeline, string? @namespace, string? limit, string? cursor, CancellationToken cancellationToken)
    {
        var filter = new DatasetFilter(q, ApiNames.Choice<DatasetKind>(kind, "kind"), ApiNames.ParseOptional<PipelineId>(pipeline), @namespace);
        return Pages.Answer(http, await service.ListAsync(filter, Pages.Read(limit, cursor, options), cancellationToken));
    }

    private static async Task<IResult> GetAsync(DatasetService service, string dataset, CancellationToken cancellationToken) => ApiAnswers.Tagged(await service.GetAsync(Name(dataset), cancellationToken));

    private static async Task<IResult> SchemaAsync(DatasetService service, string dataset, string? version, CancellationToken cancellationToken) =>
        ApiAnswers.Tagged(await service.SchemaAsync(Name(dataset), ApiNames.Number(version, "version"), cancellationToken));

    private static async Task<IResult> VersionsAsync(DatasetService service, GatewayOptions options, HttpContext http, string dataset, string? limit, string? cursor, CancellationToken cancellationToken) =>
        Pages.Answer(http, await service.VersionsAsync(Name(dataset), Pages.Read(limit, cursor, options), cancellationToken));

    private static async Task<IResult> PartitionsAsync(DatasetService service, GatewayOptions options, HttpContext http, string dataset, string? limit, string? cursor, CancellationToken cancellationToken) =>
        Pages.Answer(http, await service.PartitionsAsync(Name(dataset), Pages.Read(limit, cursor, options), cancellationToken));

    private static async Task<IResult> ChecksAsync(DatasetService service, GatewayOptions options, HttpContext http, string dataset, string? limit, string? cursor, CancellationToken cancellationToken) =>
        Pages.Answer(http, await service.ChecksAsync(Name(dataset), Pages.Read(limit, cursor, options), cancellationToken));

    private static async Task<IResult> PreviewAsync(DatasetService service, ResultWriter results, GatewayOptions options, HttpContext http, string dataset, string? limit, string? version)
    {
        var rows = ApiNames.Number(limit, "limit", options.MaxPreviewRows) ?? options.PreviewRows;
        await results.WriteAsync(http, await AllOfAsync(service, dataset, version, rows, http.RequestAborted), ResultFormat.Json, null);
        return Results.Empty;
    }

    private static async Task<IResult> ProfileAsync(DatasetService service, ResultWriter results, HttpContext http, string dataset, string? version)
    {
        var name = Name(dataset);
        var schema = await service.SchemaAsync(name, ApiNames.Number(version, "version"), http.RequestAborted);
        // The version that the columns are of is the one that is looked at.
        var request = new QueryRequest
        {
            Sql = ProfileQuery.Write(name, schema.Columns),
            Versions = schema.Version is { } at ? ImmutableSortedDictionary<DatasetName, long>.Empty.Add(name, at) : ImmutableSortedDictionary<DatasetName, long>.Empty,
        };
        return ApiAnswers.Tagged(ProfileQuery.Read(name, schema.Version, schema.Columns, await results.ReadRowAsync(http, request)));
    }

    private static async Task<IResult> RowsAsync(DatasetService service, ResultWriter results, HttpContext http, string dataset, string? format, string? version, string? limit)
    {
        var form = ResultWriter.FormatOf(http, ApiNames.Choice<ResultFormat>(format, "format"));
        await results.WriteAsync(http, await AllOfAsync(service, dataset, version, ApiNames.Number(limit, "limit"), http.RequestAborted), form, Name(dataset).ToString());
        return Results.Empty;
    }

    private static async Task<IResult> RollbackAsync(DatasetService service, GatewayOptions options, HttpContext http, string dataset)
    {
        var asked = await ApiJson.ReadAsync<DatasetRollback>(http, options.MaxBodyBytes);
        if (asked.Version is not { } version || version < 0) throw ApiFaults.Usage("the version is missing", "say to which: {\"version\": 3}");
        var expected = ApiNames.Number(http.Request.Headers.IfMatch is [{ } tag] ? tag.Trim('"') : null, "If-Match");
        return ApiAnswers.Json(await service.RollbackAsync(Name(dataset), version, asked.DryRun, expected, http.RequestAborted));
    }

    private static async Task<QueryRequest> AllOfAsync(DatasetService service, string dataset, string? version, long? rows, CancellationToken cancellationToken)
    {
        var name = Name(dataset);
        await service.FindAsync(name, cancellationToken);
        var number = ApiNames.Number(version, "version");
        return new QueryRequest
        {
            Sql = $"SELECT * FROM {ProfileQuery.Quote(name)}",
            Versions = number is { } at ? ImmutableSortedDictionary<DatasetName, long>.Empty.Add(name, at) : ImmutableSortedDictionary<DatasetName, long>.Empty,
            MaxRows = rows,
        };
    }

    private static DatasetName Name(string text) => ApiNames.Parse<DatasetName>(text);
}
