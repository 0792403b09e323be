using System.Globalization;
using System.Net;

namespace Orleans.Runtime;

/// <summary>The address of one life of a silo.</summary>
public sealed class SiloAddress : IEquatable<SiloAddress>, IComparable<SiloAddress>
{
    private SiloAddress(IPEndPoint endpoint, int generation)
    {
        Endpoint = endpoint;
        Generation = generation;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Which life: a later one has a greater number.</summary>
    public int Generation { get; }

    /// <summary>Combines an endpoint and a generation.</summary>
    public static SiloAddress New(IPEndPoint ep, int gen)
    {
        ArgumentNullException.ThrowIfNull(ep);
        return new SiloAddress(ep, gen);
    }

    /// <summary>Combines an address, a port and a generation.</summary>
    public static SiloAddress New(IPAddress address, int port, int generation) => new(new IPEndPoint(address, port), generation);

    /// <summary>Written <c>address:port@generation</c>.</summary>
    public string ToParsableString() => string.Create(CultureInfo.InvariantCulture, $"{Endpoint}@{Generation}");

    /// <summary>Reads what <see cref="ToParsableString"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static SiloAddress FromParsableString(string addr)
    {
        ArgumentNullException.ThrowIfNull(addr);
        var at = addr.LastIndexOf('@');
        return at > 0 && IPEndPoint.TryParse(addr.AsSpan(0, at), out var endpoint) && int.TryParse(addr.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var generation)
            ? New(endpoint, generation)
            : throw new FormatException($"\"{addr}\" is not a silo's address: expected address:port@generation.");
    }

    /// <inheritdoc/>
    public bool Equals(SiloAddress? other) => other is not null && Generation == other.Generation && Endpoint.Equals(other.Endpoint);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SiloAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Endpoint, Generation);

    /// <inheritdoc/>
    public int CompareTo(SiloAddress? other) => other is null ? 1 : string.CompareOrdinal(ToParsableString(), other.ToParsableString());

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"S{Endpoint}:{Generation}");
}

/// <summary>What this silo knows of others.</summary>
public interface ISiloStatusOracle
{
    /// <summary>Whether a life of a silo is over: it was declared dead, or a later one has taken its address. False for one that is not known.</summary>
    bool IsDeadSilo(SiloAddress silo);
}

/// <summary>What this silo knows of itself.</summary>
public interface ILocalSiloDetails
{
    /// <summary>The silo's name.</summary>
    string Name { get; }

    /// <summary>The cluster that it belongs to.</summary>
    string ClusterId { get; }

    /// <summary>The host that it runs on.</summary>
    string DnsHostName { get; }

    /// <summary>Where other silos reach it.</summary>
    SiloAddress SiloAddress { get; }

    /// <summary>Where clients reach it.</summary>
    SiloAddress GatewayAddress { get; }
}
