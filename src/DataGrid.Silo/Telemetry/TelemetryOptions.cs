using System.Net;

namespace DataGrid.Silo.Telemetry;

/// <summary>What a silo tells of itself, and to whom. Nothing by default.</summary>
public sealed record TelemetryOptions
{
    /// <summary>The longest time that the end of a process waits for its last spans to be sent, in milliseconds.</summary>
    public int FlushMilliseconds { get; init; } = 3000;

    /// <summary>Where traces and metrics are sent: the base address of an OTLP receiver that speaks http/protobuf, for example <c>http://localhost:4318</c>. Null to send none;
    /// by default what the variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says.</summary>
    public string? OtlpEndpoint { get; init; } = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT");

    /// <summary>The port of <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c>; 0 for any that is free, null for none.</summary>
    public int? AdminPort { get; init; }

    /// <summary>The address of that port. It tells nothing secret and takes no orders, but it is for operators: loopback unless it is said otherwise.</summary>
    public string AdminAddress { get; init; } = "127.0.0.1";

    /// <summary>How old what <c>/readyz</c> says of the object store may be: it is asked not more often than this.</summary>
    public TimeSpan StoreProbeEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long <c>/readyz</c> waits for each thing that the silo depends on: less than who asks waits for <c>/readyz</c>.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether the log is written as one JSON object a line, with the trace that a line belongs to.</summary>
    public bool HasJsonLog { get; init; }

    /// <summary>What is wrong with these options; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (FlushMilliseconds is < 0 or > 60_000) yield return $"{nameof(FlushMilliseconds)} must lie between 0 and 60000";
        if (OtlpEndpoint is not null && OtlpEndpoint.Length > 0 && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            yield return $"{nameof(OtlpEndpoint)} must be an address like http://localhost:4318, not '{OtlpEndpoint}'";
        if (AdminPort is < 0 or > 65_535) yield return $"{nameof(AdminPort)} must lie between 0 and 65535";
        if (StoreProbeEvery < TimeSpan.Zero || StoreProbeEvery > TimeSpan.FromMinutes(10)) yield return $"{nameof(StoreProbeEvery)} must lie between 0 and ten minutes";
        if (ProbeTimeout <= TimeSpan.Zero || ProbeTimeout > TimeSpan.FromMinutes(1)) yield return $"{nameof(ProbeTimeout)} must be positive and at most a minute";
        if (!IPAddress.TryParse(AdminAddress, out _)) yield return $"{nameof(AdminAddress)} must be an IP address, not '{AdminAddress}'";
    }
}
