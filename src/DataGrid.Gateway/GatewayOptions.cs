using System.Collections.Immutable;
using System.Net;
using DataGrid.Gateway.Access;

namespace DataGrid.Gateway;

/// <summary>Where the gateway listens, whom it lets in, and how much it takes and gives.</summary>
public sealed record GatewayOptions
{
    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = 8321;

    /// <summary>The IP address to listen on. Anything but loopback needs <see cref="NeedsKeys"/>.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Whether every request must bring a key. Without, whoever reaches the port may do everything: right for one person on loopback only.</summary>
    public bool NeedsKeys { get; init; }

    /// <summary>Whose tokens (JWT) are taken beside keys: the address of an OpenID Connect issuer, as its tokens say it in <c>iss</c>; <c>https</c>, or <c>http</c> on loopback. Null for
    /// nobody's. Only with <see cref="NeedsKeys"/> and <see cref="Audience"/>.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whom the issuer's tokens must be for: <c>aud</c>.</summary>
    public string? Audience { get; init; }

    /// <summary>How they are read.</summary>
    public JwtOptions Jwt { get; init; } = new();

    /// <summary>Folders of this machine that submitted projects may read as if they lay in the project's folder, under the folder's own name.</summary>
    public ImmutableArray<string> DataFolders { get; init; } = [];

    /// <summary>The largest body of a request that is not a bundle, in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>The largest message of a gRPC call that is not a bundle, in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 4 << 20;

    /// <summary>The largest bundle as it is sent, in bytes.</summary>
    public long MaxBundleBytes { get; init; } = 64L << 20;

    /// <summary>The largest bundle unpacked, in bytes.</summary>
    public long MaxBundleExpandedBytes { get; init; } = 512L << 20;

    /// <summary>The largest number of files in a bundle.</summary>
    public int MaxBundleFiles { get; init; } = 20_000;

    /// <summary>How many times larger than packed a file of a bundle may be.</summary>
    public int MaxBundleRatio { get; init; } = 200;

    /// <summary>How long the files of a submitted project are kept when it is not the newest of its pipeline, not in force, and not in a run that goes on.</summary>
    public TimeSpan ProjectRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Items on a page unless the caller says otherwise.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>The most items on a page.</summary>
    public int MaxPageSize { get; init; } = 200;

    /// <summary>How many records a filtered list looks at for one page; then the page is given as far as it came.</summary>
    public int MaxScannedRecords { get; init; } = 2_000;

    /// <summary>Rows of a preview, and of a query whose result is one JSON document, unless the caller says otherwise.</summary>
    public int PreviewRows { get; init; } = 100;

    /// <summary>The most rows of a preview.</summary>
    public int MaxPreviewRows { get; init; } = 10_000;

    /// <summary>The largest result, in bytes; a longer one is cut off by ending the connection.</summary>
    public long MaxResultBytes { get; init; } = 64L << 30;

    /// <summary>How many queries run at once.</summary>
    public int MaxQueries { get; init; } = 8;

    /// <summary>How long a query may wait for its turn.</summary>
    public TimeSpan QueryWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a query may take.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many streams of events are open at once.</summary>
    public int MaxEventStreams { get; init; } = 2_000;

    /// <summary>How often a stream with nothing to say shows that it lives.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The most edges of a lineage graph in one answer.</summary>
    public int MaxLineageEdges { get; init; } = 20_000;

    /// <summary>How often the index of the catalog looks at every table, for what was changed by others than DataGrid, or was never told.</summary>
    public TimeSpan IndexSweepEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an idempotency key is remembered.</summary>
    public TimeSpan IdempotencyLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Requests a second that one key may make for long.</summary>
    public int RequestsPerSecond { get; init; } = 500;

    /// <summary>Requests that one key may make at once, above <see cref="RequestsPerSecond"/>.</summary>
    public int RequestBurst { get; init; } = 1_000;

    /// <summary>How long a key that was read is believed without looking again: so long a revoked one may still work.</summary>
    public TimeSpan KeyCache { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.TryParse(Address, out var address) && IPAddress.IsLoopback(address);

    /// <summary>What is wrong with these options; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (Port is < 0 or > 65_535) yield return $"{nameof(Port)} must lie between 0 and 65535";
        if (!IPAddress.TryParse(Address, out _)) yield return $"{nameof(Address)} must be an IP address, not '{Address}'";
        else if (!IsLoopback && !NeedsKeys)
            yield return $"the gateway would listen on {Address}, where others can reach it, and let everybody in: switch keys on ({nameof(NeedsKeys)}), or listen on 127.0.0.1";
        if (Issuer is not null && !NeedsKeys) yield return $"{nameof(Issuer)} is named, but everybody is let in: switch keys on ({nameof(NeedsKeys)})";
        if (Issuer is not null && !(Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) && (issuer.Scheme == Uri.UriSchemeHttps || issuer is { Scheme: "http", IsLoopback: true })))
            yield return $"{nameof(Issuer)} must be an https address, not '{Issuer}'";
        if (Issuer is not null && string.IsNullOrWhiteSpace(Audience)) yield return $"{nameof(Audience)} must not be blank: tokens for others would be taken";
        foreach (var problem in Jwt.Validate()) yield return problem;
        foreach (var folder in DataFolders.Where(static folder => !Directory.Exists(folder))) yield return $"{nameof(DataFolders)} names {folder}, which is no folder";
        foreach (var (value, name) in Counts()) if (value < 1) yield return $"{name} is {value}; it must be at least 1";
        foreach (var (value, name) in Spans()) if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromDays(365)) yield return $"{name} must lie between a millisecond and a year";
        if (PageSize > MaxPageSize) yield return $"{nameof(PageSize)} must not be more than {nameof(MaxPageSize)}";
        if (PreviewRows > MaxPreviewRows) yield return $"{nameof(PreviewRows)} must not be more than {nameof(MaxPreviewRows)}";
    }

    private (long Value, string Name)[] Counts() =>
    [
        (MaxBodyBytes, nameof(MaxBodyBytes)), (MaxMessageBytes, nameof(MaxMessageBytes)), (MaxBundleBytes, nameof(MaxBundleBytes)), (MaxBundleExpandedBytes, nameof(MaxBundleExpandedBytes)),
        (MaxBundleFiles, nameof(MaxBundleFiles)), (MaxBundleRatio, nameof(MaxBundleRatio)), (PageSize, nameof(PageSize)), (MaxPageSize, nameof(MaxPageSize)),
        (MaxScannedRecords, nameof(MaxScannedRecords)), (PreviewRows, nameof(PreviewRows)), (MaxPreviewRows, nameof(MaxPreviewRows)), (MaxResultBytes, nameof(MaxResultBytes)),
        (MaxQueries, nameof(MaxQueries)), (MaxEventStreams, nameof(MaxEventStreams)), (MaxLineageEdges, nameof(MaxLineageEdges)),
        (RequestsPerSecond, nameof(RequestsPerSecond)), (RequestBurst, nameof(RequestBurst)),
    ];

    private (TimeSpan Value, string Name)[] Spans() =>
    [
        (QueryWait, nameof(QueryWait)), (QueryTimeout, nameof(QueryTimeout)), (Heartbeat, nameof(Heartbeat)), (IdempotencyLifetime, nameof(IdempotencyLifetime)), (KeyCache, nameof(KeyCache)), (IndexSweepEvery, nameof(IndexSweepEvery)), (ProjectRetention, nameof(ProjectRetention)),
    ];
}
