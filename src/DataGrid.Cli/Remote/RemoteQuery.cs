using System.Text;
using System.Text.Json;
using DataGrid.Cli.Rendering;
using DataGrid.Client.Datasets;
using DataGrid.Contracts.Datasets;
using ClientRequest = DataGrid.Client.Datasets.QueryRequest;
using QueryRequest = DataGrid.Contracts.Datasets.QueryRequest;

namespace DataGrid.Cli.Remote;

/// <summary>Queries that a server runs.</summary>
internal static class RemoteQuery
{
    /// <summary>As many rows as nobody looks at: a document without a limit is cut by the server.</summary>
    private const long All = 1_000_000_000_000;

    public static async Task<int> TableAsync(CommandContext context, RemoteServer server, QueryRequest request, CancellationToken stop)
    {
        var result = await server.Client.Query.GetAsync(Of(request) with { MaxRows = request.MaxRows ?? All }, stop).ConfigureAwait(false);
        var columns = result.Columns.Select(static column => new ColumnSpec { Name = column.Name, Type = column.Type }).ToList();
        var table = TextTable.OfColumns(columns);
        foreach (var row in result.Rows) table.Add([.. row.EnumerateObject().Select(static cell => Text(cell.Value))]);
        table.Write(context.Terminal.Out, context.Terminal.HasColor);
        await RowsWriter.WriteCountAsync(context.Terminal, result.RowCount, result.IsTruncated).ConfigureAwait(false);
        return 0;
    }

    public static async Task<int> BytesAsync(RemoteServer server, QueryRequest request, QueryFormat format, Stream output, CancellationToken stop)
    {
        await using (output.ConfigureAwait(false))
        {
            if (format == QueryFormat.Json) await JsonAsync(server, request, output, stop).ConfigureAwait(false);
            else await server.Client.Query.DownloadAsync(Of(request), FormOf(format), output, stop).ConfigureAwait(false);
            await output.FlushAsync(stop).ConfigureAwait(false);
        }
        return 0;
    }

    // One array, row by row: nothing is kept that was written.
    private static async Task JsonAsync(RemoteServer server, QueryRequest request, Stream output, CancellationToken stop)
    {
        var before = "[";
        await foreach (var row in server.Client.Query.ReadAsync(Of(request), stop).ConfigureAwait(false))
        {
            await output.WriteAsync(Encoding.UTF8.GetBytes(before + row.GetRawText()), stop).ConfigureAwait(false);
            before = ",\n ";
        }
        await output.WriteAsync(Encoding.UTF8.GetBytes(before == "[" ? "[]\n" : "]\n"), stop).ConfigureAwait(false);
    }

    private static ResultFormat FormOf(QueryFormat format) => format switch
    {
        QueryFormat.Csv => ResultFormat.Csv,
        QueryFormat.Parquet => ResultFormat.Parquet,
        _ => ResultFormat.Ndjson,
    };

    private static ClientRequest Of(QueryRequest request) => new()
    {
        Sql = request.Sql,
        Versions = request.Versions.ToDictionary(static pair => pair.Key.ToString(), static pair => pair.Value),
        Times = request.Times.ToDictionary(static pair => pair.Key.ToString(), static pair => pair.Value),
        Parameters = request.Parameters,
        MaxRows = request.MaxRows,
    };

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
