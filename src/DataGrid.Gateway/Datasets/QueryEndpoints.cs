using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DataGrid.Gateway.Datasets;

/// <summary><c>/api/v1/query</c></summary>
internal static class QueryEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/query", QueryAsync).Needs(Role.Viewer).WithTags("Query").WithName("query").WithSummary("Run one SELECT over the datasets and stream its result; closing the connection cancels it")
            .Accepts<QueryBody>("application/json").Produces<ResultDocument>(200, "application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.parquet");

    private static async Task<IResult> QueryAsync(ResultWriter results, GatewayOptions options, HttpContext http)
    {
        var asked = await ApiJson.ReadAsync<QueryBody>(http, options.MaxBodyBytes);
        if (string.IsNullOrWhiteSpace(asked.Sql)) throw ApiFaults.Usage("there is no query", "give one SELECT as sql");
        if (asked.MaxRows < 0) throw ApiFaults.Usage("maxRows is negative", "leave it out for the format's default");
        var format = ResultWriter.FormatOf(http, asked.Format);
        await results.WriteAsync(http, new QueryRequest
        {
            Sql = asked.Sql,
            Versions = asked.Versions ?? ImmutableSortedDictionary<DatasetName, long>.Empty,
            Times = asked.Times ?? ImmutableSortedDictionary<DatasetName, DateTimeOffset>.Empty,
            Parameters = asked.Parameters,
            MaxRows = asked.MaxRows ?? (format == ResultFormat.Json ? options.MaxPreviewRows : null),
        }, format, null);
        return Results.Empty;
    }
}
