using DataGrid.Client.Datasets;
using DataGrid.Client.Http;
using DataGrid.Client.Lineage;
using DataGrid.Client.Pipelines;
using DataGrid.Client.Runs;

namespace DataGrid.Client;

/// <summary>
/// A client of DataGrid servers. One serves a whole process: it is safe for any number of threads, and keeps its connections. Every method throws
/// <see cref="DataGridException"/> when the server refuses or cannot be reached, and <see cref="OperationCanceledException"/> when its token is cancelled.
/// </summary>
public sealed class DataGridClient : IDisposable
{
    private readonly Connection _connection;

    /// <summary>A client.</summary>
    /// <param name="options">Whom it asks, and how long it waits.</param>
    /// <param name="handler">What carries requests, for programs that have their own; null for the usual. It is not disposed.</param>
    /// <param name="clock">The clock for pauses; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    public DataGridClient(DataGridClientOptions options, HttpMessageHandler? handler = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate().ToArray() is { Length: > 0 } wrong) throw new ArgumentException(string.Join("; ", wrong), nameof(options));
        _connection = new Connection(options, handler, clock ?? TimeProvider.System);
        Pipelines = new PipelinesClient(_connection);
        Runs = new RunsClient(_connection);
        Datasets = new DatasetsClient(_connection);
        Query = new QueryClient(_connection);
        Lineage = new LineageClient(_connection);
    }

    /// <summary>Submits projects.</summary>
    public PipelinesClient Pipelines { get; }

    /// <summary>Starts, watches and cancels runs.</summary>
    public RunsClient Runs { get; }

    /// <summary>The catalog.</summary>
    public DatasetsClient Datasets { get; }

    /// <summary>Queries.</summary>
    public QueryClient Query { get; }

    /// <summary>Where data comes from.</summary>
    public LineageClient Lineage { get; }

    /// <summary>The server that was asked last.</summary>
    public Uri Server => _connection.Server;

    /// <summary>Who asks, and what they may do.</summary>
    public Task<Me> GetMeAsync(CancellationToken cancellationToken) => _connection.GetAsync<Me>("me", cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();
}

/// <summary>Who asks, and where.</summary>
public sealed record Me
{
    /// <summary>What people call the caller.</summary>
    public required string Name { get; init; }

    /// <summary>The public part of the key; null where no keys are asked for.</summary>
    public string? Key { get; init; }

    /// <summary>The workspace that the server serves.</summary>
    public required string Workspace { get; init; }

    /// <summary>What the caller may do in it: <c>viewer</c>, <c>editor</c>, <c>operator</c>, <c>admin</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The parts of the API that the key is for; empty for all.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>When the key ends, UTC; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The version of the server.</summary>
    public required string Version { get; init; }
}
