using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace DataGrid.Client.Http;

/// <summary>Whether a request may be sent again when nobody knows what became of it.</summary>
internal enum Again
{
    /// <summary>It may: it reads, or carries a key by which the server knows it again.</summary>
    Always,
    /// <summary>Only when it never left.</summary>
    IfUnsent,
}

/// <summary>Sends requests to one of several servers. Which is asked first is remembered for all requests: a server that does not answer is left by all.</summary>
internal sealed class Connection : IDisposable
{
    private const int GrownPauses = 20;

    private readonly HttpClient _http;
    private readonly HttpMessageHandler? _own;
    private int _turn;

    public Connection(DataGridClientOptions options, HttpMessageHandler? handler, TimeProvider clock)
    {
        (Options, Clock) = (options, clock);
        if (handler is null) handler = _own = new SocketsHttpHandler { ConnectTimeout = options.ConnectTimeout, AutomaticDecompression = DecompressionMethods.None, AllowAutoRedirect = false, UseCookies = false };
        // Each request has its own limit; streams have none.
        _http = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("datagrid-client", typeof(Connection).Assembly.GetName().Version!.ToString(3)));
    }

    public DataGridClientOptions Options { get; }

    public TimeProvider Clock { get; }

    /// <summary>The server that is asked next.</summary>
    public Uri Server => ServerAt(Volatile.Read(ref _turn));

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _own?.Dispose();
    }

    /// <summary>Reads a document.</summary>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new Request(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a document and reads the answer.</summary>
    public async Task<T> PostAsync<T>(string path, object? body, Again again, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? headers = null)
    {
        var key = again == Again.Always ? Guid.NewGuid().ToString("N") : null;
        using var response = await SendAsync(new Request(HttpMethod.Post, path)
        {
            Content = () => body is null ? null : JsonContent.Create(body, body.GetType(), options: ClientJson.Options), Again = again, IdempotencyKey = key, Headers = headers,
        }, cancellationToken).ConfigureAwait(false);
        return await ReadAsync<T>(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All items of a list, page by page.</summary>
    /// <param name="path">The list.</param>
    /// <param name="query">Its filters; those that are null are left out.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(string path, (string Name, string? Value)[] query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await GetAsync<Page<T>>(Address.Of(path, [.. query, ("limit", $"{Options.PageSize}"), ("cursor", cursor)]), cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items) yield return item;
            cursor = page.Next;
        }
        while (cursor is not null);
    }

    /// <summary>Sends a request until a server takes it, as far as it may be sent again, and returns an answer that is no failure.</summary>
    /// <exception cref="DataGridException">The server refused, or none could be reached in time.</exception>
    public async Task<HttpResponseMessage> SendAsync(Request request, CancellationToken cancellationToken)
    {
        var began = Clock.GetTimestamp();
        for (var tries = 0; ; tries++)
        {
            var turn = Volatile.Read(ref _turn);
            var mayRetry = Clock.GetElapsedTime(began) < Options.Patience;
            try
            {
                var response = await OnceAsync(request, turn, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return response;
                using (response)
                {
                    var fault = await ServerFaults.OfAsync(response, cancellationToken).ConfigureAwait(false);
                    if (!mayRetry || request.Again != Again.Always || !IsPassing(response, fault)) throw fault;
                    if (response.StatusCode != HttpStatusCode.Conflict && response.StatusCode != HttpStatusCode.TooManyRequests) TurnAway(turn);
                    await PauseAsync(tries, response.Headers.RetryAfter?.Delta, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception fault) when (IsLost(fault, cancellationToken))
            {
                TurnAway(turn);
                if (!mayRetry || request.Again != Again.Always && !NeverLeft(fault)) throw ServerFaults.Unreachable(Options.Servers, fault);
                // The other servers are asked at once; then all of them again, after a while.
                if ((tries + 1) % Options.Servers.Count == 0) await PauseAsync(tries / Options.Servers.Count, null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Leaves a server that did not answer, unless another request has left it already.</summary>
    public void TurnAway(int turn) => Interlocked.CompareExchange(ref _turn, turn + 1, turn);

    /// <summary>Whose turn it is.</summary>
    public int Turn => Volatile.Read(ref _turn);

    /// <summary>Waits before the next try, the longer the more there were.</summary>
    public Task PauseAsync(int tries, TimeSpan? asked, CancellationToken cancellationToken)
    {
        var grown = Options.Pause * Math.Min(GrownPauses, 1 << Math.Min(tries, 10));
        return Task.Delay(asked is { } wait && wait > grown && wait < Options.Patience ? wait : grown, Clock, cancellationToken);
    }

    /// <summary>Whether a fault says that the connection or its server is lost, and not that the caller gave up.</summary>
    public static bool IsLost(Exception fault, CancellationToken cancellationToken) =>
        fault is HttpRequestException or IOException || fault is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    /// <summary>Reads the document of an answer.</summary>
    /// <exception cref="DataGridException">It is none, or cut off.</exception>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(ClientJson.Options, cancellationToken).ConfigureAwait(false) ?? throw ServerFaults.Invalid("the answer is empty", (int)response.StatusCode, null);
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw ServerFaults.Invalid("the answer is no document that this client knows", (int)response.StatusCode, fault);
        }
        catch (Exception fault) when (IsLost(fault, cancellationToken))
        {
            throw ServerFaults.CutOff(fault);
        }
    }

    private async Task<HttpResponseMessage> OnceAsync(Request request, int turn, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(ServerAt(turn), $"api/v1/{request.Path}"));
        message.Content = request.Content?.Invoke();
        if (Options.Key is { } key) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (Options.Workspace is { } workspace) message.Headers.Add("DataGrid-Workspace", workspace);
        if (request.IdempotencyKey is { } known) message.Headers.Add("Idempotency-Key", known);
        if (request.Accept is { } accept) message.Headers.Accept.ParseAdd(accept);
        foreach (var (name, value) in request.Headers ?? new Dictionary<string, string>()) message.Headers.TryAddWithoutValidation(name, value);
        using var timeout = new CancellationTokenSource(Options.RequestTimeout, Clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop.Token).ConfigureAwait(false);
    }

    private Uri ServerAt(int turn)
    {
        var server = Options.Servers[(int)((uint)turn % (uint)Options.Servers.Count)];
        return server.AbsolutePath.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
    }

    private static bool IsPassing(HttpResponseMessage response, DataGridException fault) =>
        response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout || fault.Code == "idempotency_unsettled";

    private static bool NeverLeft(Exception fault) => fault is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };

    private sealed record Page<T>
    {
        public IReadOnlyList<T> Items { get; init; } = [];

        public string? Next { get; init; }
    }
}

/// <summary>A request, which may be sent more than once.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The address below <c>/api/v1/</c>.</param>
internal sealed record Request(HttpMethod Method, string Path)
{
    /// <summary>Makes the body anew for each try.</summary>
    public Func<HttpContent?>? Content { get; init; }

    public Again Again { get; init; } = Again.Always;

    public string? IdempotencyKey { get; init; }

    public string? Accept { get; init; }

    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}
