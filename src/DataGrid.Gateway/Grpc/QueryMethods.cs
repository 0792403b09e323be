using System.Collections.Immutable;
using DataGrid.Contracts.Datasets;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Datasets;
using DataGrid.Gateway.Http;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataGrid.Gateway.Grpc;

/// <summary><c>datagrid.v1.Query</c>.</summary>
internal static class QueryMethods
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var query = new GrpcRoutes(routes, V1.QueryReflection.Descriptor.Services[0]);
        query.Stream("Run", V1.QueryRequest.Parser, RunAsync).Needs(Role.Viewer).WithTags("Query");
        query.Complete();
    }

    private static async Task RunAsync(HttpContext http, V1.QueryRequest asked, Func<IMessage, Task> send)
    {
        if (string.IsNullOrWhiteSpace(asked.Sql)) throw ApiFaults.Usage("there is no query", "give one SELECT as sql");
        if (asked is { HasMaxRows: true, MaxRows: < 0 }) throw ApiFaults.Usage("max_rows is negative", "leave it out for all");
        var format = asked.Format switch
        {
            V1.ResultFormat.Unspecified or V1.ResultFormat.Rows => QueryFormat.Ndjson,
            V1.ResultFormat.Csv => QueryFormat.Csv,
            V1.ResultFormat.Parquet => QueryFormat.Parquet,
            _ => throw ApiFaults.Usage($"format is {(int)asked.Format}", "give one of RESULT_FORMAT_ROWS, RESULT_FORMAT_CSV, RESULT_FORMAT_PARQUET"),
        };
        var request = new QueryRequest
        {
            Sql = asked.Sql,
            Versions = Named(asked.Versions, static version => version),
            Times = Named(asked.Times, static time => time.ToDateTimeOffset()),
            Parameters = asked.Parameters.ToImmutableSortedDictionary(StringComparer.Ordinal),
            MaxRows = asked.HasMaxRows ? asked.MaxRows : null,
        };
        await using var output = new MessageStream(send, format == QueryFormat.Ndjson, http.RequestServices.GetRequiredService<GatewayOptions>().MaxResultBytes);
        var outcome = await http.RequestServices.GetRequiredService<ResultWriter>().CopyAsync(http, request, format, output);
        await output.CompleteAsync();
        await send(new V1.QueryResponse { End = new V1.QueryEnd { RowCount = outcome.Rows, IsTruncated = outcome.IsTruncated, Columns = { outcome.Columns.Select(ProblemMessages.Of) } } });
    }

    private static ImmutableSortedDictionary<DatasetName, TTo> Named<TFrom, TTo>(MapField<string, TFrom> values, Func<TFrom, TTo> read) =>
        values.ToImmutableSortedDictionary(static pair => ApiNames.Parse<DatasetName>(pair.Key), pair => read(pair.Value));
}
