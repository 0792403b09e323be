using System.Collections.Immutable;

namespace DataGrid.Core.Silos;

/// <summary>A host and a port.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">0 takes any free one.</param>
public sealed record HostPort(string Host, int Port)
{
    /// <summary><c>host:port</c></summary>
    public override string ToString() => $"{Host}:{Port}";
}

/// <summary>Three PEM files.</summary>
/// <param name="Certificate">The silo's chain.</param>
/// <param name="Key">Its private key.</param>
/// <param name="Authority">Who signs silos.</param>
public sealed record SiloCertificates(string Certificate, string Key, string Authority);

/// <summary>Whom the gateway lets in, and what submitted projects may read.</summary>
/// <param name="NeedsKeys">Whether every request must bring a key; null for the default of the address.</param>
/// <param name="Issuer">Whose tokens are taken; null for nobody's.</param>
/// <param name="Audience">Whom they must be for.</param>
/// <param name="DataFolders">Folders that submitted projects may read.</param>
public sealed record SiloApi(bool? NeedsKeys, string? Issuer, string? Audience, ImmutableArray<string> DataFolders);

/// <summary>What <c>silo.yaml</c> says, with references to the environment filled in. No record: its text form must not show the connection.</summary>
public sealed class SiloFile
{
    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The silo's name; null where the machine's is meant.</summary>
    public string? Name { get; init; }

    /// <summary>Where tables and runs lie.</summary>
    public required string Root { get; init; }

    /// <summary>The workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>Where it listens.</summary>
    public required HostPort Listen { get; init; }

    /// <summary>Where others reach it; null where it listens.</summary>
    public HostPort? Advertise { get; init; }

    /// <summary>The text of the metadata's connection: a secret.</summary>
    public required string Metadata { get; init; }

    /// <summary>Tasks side by side; null for the default.</summary>
    public int? Slots { get; init; }

    /// <summary>Memory of all tasks, bytes; null for the default.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Threads of all tasks; null for the default.</summary>
    public int? Threads { get; init; }

    /// <summary>Where tasks spill; null for below the root.</summary>
    public string? Spill { get; init; }

    /// <summary>Certificates; null for plain text.</summary>
    public SiloCertificates? Tls { get; init; }

    /// <summary>Between heartbeats; null for the default.</summary>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>The lease; null for the default.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The wait for the database at the start; null for the default.</summary>
    public TimeSpan? MetadataWait { get; init; }

    /// <summary>For how long metadata calls are repeated; null for the default.</summary>
    public TimeSpan? MetadataRetry { get; init; }

    /// <summary>How long tasks may go on when the silo is told to stop; null for the default.</summary>
    public TimeSpan? Drain { get; init; }

    /// <summary>Where metrics and health are offered; null for nowhere.</summary>
    public HostPort? Admin { get; init; }

    /// <summary>Where the gateway listens; null for none.</summary>
    public HostPort? Gateway { get; init; }

    /// <summary>Whom the gateway lets in; null for the defaults.</summary>
    public SiloApi? Api { get; init; }

    /// <summary>Whether log lines are JSON objects.</summary>
    public bool HasJsonLog { get; init; }
}
