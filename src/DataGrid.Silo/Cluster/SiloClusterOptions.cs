using System.Net;
using DataGrid.Metadata.Postgres;

namespace DataGrid.Silo.Cluster;

/// <summary>What makes a silo one of several.</summary>
public sealed record SiloClusterOptions
{
    /// <summary>The cluster's name.</summary>
    public string ClusterId { get; init; } = "default";

    /// <summary>This silo's name; unique among those that share a root on one machine.</summary>
    public string SiloName { get; init; } = Environment.MachineName;

    /// <summary>Where it listens to the others; port 0 takes any free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Where the others reach it; null: where it listens.</summary>
    public IPEndPoint? Advertise { get; init; }

    /// <summary>The database of the cluster's metadata.</summary>
    public required PostgresOptions Metadata { get; init; }

    /// <summary>PEM files: the silo's chain, its key, and who signs silos; null for plain text.</summary>
    public (string Certificate, string Key, string Authority)? Tls { get; init; }

    /// <summary>How often it renews its lease and probes others.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it counts as alive after its last heartbeat.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often it looks for runs that nobody drives any more, because their silo died.</summary>
    public TimeSpan RecoveryEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with these options; nothing when they are sound.</summary>
    public IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(ClusterId)) yield return $"{nameof(ClusterId)} must not be blank";
        if (string.IsNullOrWhiteSpace(SiloName)) yield return $"{nameof(SiloName)} must not be blank";
        if (Heartbeat < TimeSpan.FromMilliseconds(100) || Heartbeat > TimeSpan.FromMinutes(1)) yield return $"{nameof(Heartbeat)} must lie between 100 ms and a minute";
        if (Lease < 3 * Heartbeat || Lease > TimeSpan.FromMinutes(10)) yield return $"{nameof(Lease)} must lie between three times {nameof(Heartbeat)} and ten minutes";
        if (RecoveryEvery < TimeSpan.FromMilliseconds(100) || RecoveryEvery > TimeSpan.FromHours(1)) yield return $"{nameof(RecoveryEvery)} must lie between 100 ms and an hour";
        foreach (var problem in Metadata?.Validate() ?? []) yield return problem;
    }
}
