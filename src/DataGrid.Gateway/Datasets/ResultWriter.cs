using System.Text;
using System.Text.Json;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Gateway.Access;
using DataGrid.Gateway.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DataGrid.Gateway.Datasets;

/// <summary>
/// Runs queries and streams what they give. A failure before the first byte is a problem; after it the connection is cut, so that no client takes a part for the whole.
/// A client that goes away interrupts its query.
/// </summary>
internal sealed class ResultWriter(WorkspacePorts ports, GatewayOptions options, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.MaxQueries);

    /// <summary>What each form is called.</summary>
    private static readonly (ResultFormat Format, string Type)[] Types =
    [
        (ResultFormat.Json, "application/json"), (ResultFormat.Ndjson, "application/x-ndjson"), (ResultFormat.Csv, "text/csv"), (ResultFormat.Parquet, "application/vnd.apache.parquet"),
    ];

    /// <summary>The form that a request asks for.</summary>
    /// <exception cref="DataGridException">None of those that it takes can be given.</exception>
    public static ResultFormat FormatOf(HttpContext http, ResultFormat? said)
    {
        if (said is { } format) return format;
        var accepts = http.Request.GetTypedHeaders().Accept;
        if (accepts.Count == 0) return ResultFormat.Json;
        foreach (var accept in accepts.OrderByDescending(static accept => accept.Quality ?? 1))
            foreach (var (known, type) in Types)
                if (new MediaTypeHeaderValue(type).IsSubsetOf(accept)) return known;
        throw ApiFaults.Of(ErrorCodes.NotAcceptable, $"a result cannot be given as {http.Request.Headers.Accept}", $"ask for {string.Join(", ", Types.Select(static known => known.Type))}");
    }

    /// <summary>Runs a query and answers with its result.</summary>
    /// <param name="http">The request.</param>
    /// <param name="request">The query.</param>
    /// <param name="format">The form.</param>
    /// <param name="fileName">What a browser calls it when it keeps it, without extension; null for none.</param>
    public Task WriteAsync(HttpContext http, QueryRequest request, ResultFormat format, string? fileName) =>
        InTurnAsync(http, request, (spec, stop) => RunAsync(http, spec, format, fileName, stop));

    /// <summary>Runs a query and copies its result.</summary>
    /// <exception cref="DataGridException">It failed, perhaps after a part was written.</exception>
    public async Task<QueryOutcome> CopyAsync(HttpContext http, QueryRequest request, QueryFormat format, Stream output)
    {
        QueryOutcome? outcome = null;
        await InTurnAsync(http, request, async (spec, stop) => outcome = await ports.Queries.Executor.WriteAsync(spec, format, output, stop));
        return outcome!.Problem is { } problem ? throw new DataGridException(problem) : outcome;
    }

    /// <summary>Runs a query of which one row is wanted.</summary>
    /// <exception cref="DataGridException">It failed.</exception>
    public async Task<string?[]> ReadRowAsync(HttpContext http, QueryRequest request)
    {
        string?[] row = [];
        await InTurnAsync(http, request, async (spec, stop) =>
        {
            var outcome = await ports.Queries.Executor.ReadTextAsync(spec, (_, rows) => row = rows[0], stop);
            if (outcome.Problem is { } problem) throw new DataGridException(problem);
        });
        return row;
    }

    private async Task InTurnAsync(HttpContext http, QueryRequest request, Func<QuerySpec, CancellationToken, Task> work)
    {
        if (!await _places.WaitAsync(options.QueryWait, http.RequestAborted))
        {
            http.Response.Headers.RetryAfter = "5";
            throw ApiFaults.Of(ErrorCodes.Overloaded, $"{options.MaxQueries} queries run already", "try again in a few seconds");
        }
        using var timeout = new CancellationTokenSource(options.QueryTimeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, http.RequestAborted);
        try
        {
            using var plan = await ports.Queries.PlanAsync(request with { Session = Caller.Of(http).Id }, stop.Token);
            if (plan.Spec is not { } spec) throw ApiFaults.Of(plan.Problems);
            await work(spec, stop.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw ApiFaults.Of(ErrorCodes.TaskTimeout, $"the query took longer than {options.QueryTimeout.TotalSeconds:0} seconds", "make it smaller, or make a pipeline of it");
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private async Task RunAsync(HttpContext http, QuerySpec spec, ResultFormat format, string? fileName, CancellationToken stop)
    {
        await using var body = new ResultBody(http, () => Begin(http, format, fileName), options.MaxResultBytes);
        var isDocument = format == ResultFormat.Json;
        await using var output = isDocument ? new Prefixed(body, "{\"rows\":"u8.ToArray()) : (Stream)body;
        var outcome = await ports.Queries.Executor.WriteAsync(spec, EngineFormat(format), output, stop);
        if (outcome.Problem is { } problem)
        {
            if (!body.HasBegun) throw new DataGridException(problem);
            throw new InvalidOperationException($"the query failed after {outcome.Rows} rows: {problem.Message}");
        }
        if (!body.HasBegun && isDocument) await body.WriteAsync("{\"rows\":[]"u8.ToArray(), stop);
        if (isDocument) await body.WriteAsync(Tail(outcome), stop);
        body.Begin();
        await body.FlushAsync(stop);
    }

    private static byte[] Tail(QueryOutcome outcome) => Encoding.UTF8.GetBytes(
        $",\"columns\":{JsonSerializer.Serialize(outcome.Columns, ApiJson.Answers)},\"rowCount\":{outcome.Rows},\"isTruncated\":{(outcome.IsTruncated ? "true" : "false")}}}\n");

    private static void Begin(HttpContext http, ResultFormat format, string? fileName)
    {
        http.Response.ContentType = Types.First(known => known.Format == format).Type + (format == ResultFormat.Csv ? "; charset=utf-8; header=present" : "");
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (fileName is not null) http.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}.{JsonNamingPolicy.SnakeCaseLower.ConvertName(format.ToString())}\"";
    }

    private static QueryFormat EngineFormat(ResultFormat format) => format switch
    {
        ResultFormat.Json => QueryFormat.Json,
        ResultFormat.Ndjson => QueryFormat.Ndjson,
        ResultFormat.Csv => QueryFormat.Csv,
        _ => QueryFormat.Parquet,
    };

    /// <summary>Puts something before the first bytes.</summary>
    private sealed class Prefixed(ResultBody inner, byte[] prefix) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
        {
            if (!inner.HasBegun) await inner.WriteAsync(prefix, cancellationToken);
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
