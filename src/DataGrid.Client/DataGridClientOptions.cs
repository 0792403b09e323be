namespace DataGrid.Client;

/// <summary>Whom a client asks, as whom, and how long it waits.</summary>
public sealed record DataGridClientOptions
{
    /// <summary>The servers: any of them answers for all. The first is asked until it does not answer, then the next.</summary>
    public IReadOnlyList<Uri> Servers { get; init; } = [new("http://localhost:8321")];

    /// <summary>The API key (<c>dg_…</c>) or token; null where the server asks for none. It is sent and never shown.</summary>
    public string? Key { get; init; }

    /// <summary>The workspace; null for the one that the server serves.</summary>
    public string? Workspace { get; init; }

    /// <summary>How long a server may take to be reached.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a server may take to begin its answer. Compiling a large project takes a while.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long what may be sent again is sent to one server after the other.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a watched run may be out of reach of all servers.</summary>
    public TimeSpan WatchPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a stream of events may be silent before its server counts as lost; servers show a sign of life every 15 seconds.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Between two tries, at first; it grows to twenty times as much.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The largest project that is sent, in bytes before it is packed.</summary>
    public long MaxProjectBytes { get; init; } = 512L << 20;

    /// <summary>Items of a page of a list.</summary>
    public int PageSize { get; init; } = 200;

    /// <summary>What is wrong with these options; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (Servers.Count == 0) yield return $"{nameof(Servers)} names none";
        foreach (var server in Servers.Where(static server => !server.IsAbsoluteUri || server.Scheme is not ("http" or "https")))
            yield return $"{nameof(Servers)} has {server}; write an address as http://localhost:8321";
        foreach (var server in Servers.Where(static server => server.IsAbsoluteUri && server.UserInfo.Length > 0))
            yield return $"{nameof(Servers)} has an address with a password in it; give a {nameof(Key)}";
        if (Key is not null && (Key.Length == 0 || Key.Any(static letter => letter is <= ' ' or > '~'))) yield return $"{nameof(Key)} is none: it has letters that no key has";
        foreach (var (value, name) in Spans()) if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromDays(1)) yield return $"{name} must lie between a millisecond and a day";
        if (MaxProjectBytes < 1) yield return $"{nameof(MaxProjectBytes)} is {MaxProjectBytes}; it must be at least 1";
        if (PageSize is < 1 or > 200) yield return $"{nameof(PageSize)} is {PageSize}; it must be from 1 to 200";
    }

    private (TimeSpan Value, string Name)[] Spans() =>
    [
        (ConnectTimeout, nameof(ConnectTimeout)), (RequestTimeout, nameof(RequestTimeout)), (Patience, nameof(Patience)), (WatchPatience, nameof(WatchPatience)), (Silence, nameof(Silence)), (Pause, nameof(Pause)),
    ];
}
