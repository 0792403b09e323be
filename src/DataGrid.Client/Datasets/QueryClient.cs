using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using DataGrid.Client.Http;

namespace DataGrid.Client.Datasets;

/// <summary>Runs queries. Leaving a result before its end stops its query.</summary>
public sealed class QueryClient
{
    private readonly Connection _connection;

    internal QueryClient(Connection connection) => _connection = connection;

    /// <summary>Runs a query and gives its rows as they come.</summary>
    /// <exception cref="DataGridException">The query is refused or fails, or the result was cut off.</exception>
    public IAsyncEnumerable<JsonElement> ReadAsync(QueryRequest request, CancellationToken cancellationToken) => ReadAsync<JsonElement>(request, cancellationToken);

    /// <summary>Runs a query and gives its rows as objects of a type, whose members have the columns' names in camel case or by <c>JsonPropertyName</c>.</summary>
    /// <exception cref="DataGridException">The query is refused or fails, the result was cut off, or a row does not fit the type.</exception>
    public async IAsyncEnumerable<T> ReadAsync<T>(QueryRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, "application/x-ndjson", cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), Encoding.UTF8);
        while (await LineAsync(reader, cancellationToken).ConfigureAwait(false) is { } line)
            if (line.Length > 0) yield return RowOf<T>(line);
    }

    /// <summary>Runs a query and gives its result as a whole, with its columns.</summary>
    public async Task<QueryDocument> GetAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, "application/json", cancellationToken).ConfigureAwait(false);
        return await Connection.ReadAsync<QueryDocument>(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a query and copies its result, in a form, as it comes.</summary>
    /// <exception cref="DataGridException">The query is refused or fails, or the result was cut off: what was copied is then a part.</exception>
    public async Task DownloadAsync(QueryRequest request, ResultFormat format, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        var type = format switch
        {
            ResultFormat.Csv => "text/csv",
            ResultFormat.Parquet => "application/vnd.apache.parquet",
            _ => "application/x-ndjson",
        };
        using var response = await SendAsync(request, type, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            while (await PieceAsync(body, buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<HttpResponseMessage> SendAsync(QueryRequest request, string type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _connection.SendAsync(new Request(HttpMethod.Post, "query") { Content = () => JsonContent.Create(request, options: ClientJson.Options), Accept = type }, cancellationToken);
    }

    // Only the network may be at fault here, not where the result goes.
    private static async Task<int> PieceAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (Connection.IsLost(fault, cancellationToken))
        {
            throw ServerFaults.CutOff(fault);
        }
    }

    private static async Task<string?> LineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (Connection.IsLost(fault, cancellationToken))
        {
            throw ServerFaults.CutOff(fault);
        }
    }

    private static T RowOf<T>(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, ClientJson.Options)!;
        }
        catch (JsonException wrong)
        {
            throw ServerFaults.Invalid($"a row does not fit {typeof(T).Name}: {wrong.Message}", null, wrong);
        }
    }
}
