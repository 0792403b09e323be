using System.Net;
using Microsoft.Extensions.Options;

namespace DataGrid.Runtime.Clustering;

/// <summary>How a silo belongs to a cluster of several. Every limit is checked when the silo starts; the limits are the same on all silos of a cluster.</summary>
public sealed class ClusteringOptions
{
    /// <summary>Where this silo listens to others. Port 0 takes any free one.</summary>
    public IPEndPoint ListenEndpoint { get; set; } = new(IPAddress.Loopback, 11111);

    /// <summary>Where others reach this silo, if that is not where it listens (behind a container's network, or listening on all addresses).</summary>
    public IPEndPoint? AdvertisedEndpoint { get; set; }

    /// <summary>Where clients of the cluster reach this silo, <c>host:port</c>; told to the other silos and used by nobody here.</summary>
    public string? GatewayAddress { get; set; }

    /// <summary>The product's version, shown to people beside the silo.</summary>
    public string ProductVersion { get; set; } = typeof(ClusteringOptions).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>How often the lease is renewed, the view is read and other silos are probed.</summary>
    public TimeSpan HeartbeatPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a silo counts as alive after its last heartbeat. Together with one <see cref="HeartbeatPeriod"/>, the time after which a killed silo is missed.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How long one operation of the membership store may take; never longer than half a lease.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How many other silos each silo probes.</summary>
    public int ProbedSilos { get; set; } = 3;

    /// <summary>How many probes in a row must stay unanswered, each for a <see cref="HeartbeatPeriod"/>, before a silo is suspected.</summary>
    public int MissedProbes { get; set; } = 3;

    /// <summary>How many silos must suspect one before it is declared dead without waiting for its lease.</summary>
    public int SuspicionsToDeclareDead { get; set; } = 2;

    /// <summary>How long a suspicion counts.</summary>
    public TimeSpan SuspicionAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the row of a dead silo is kept, so that a silo that comes back from a long pause reads that it is dead.</summary>
    public TimeSpan DeadRowRetention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long joining may take, with a membership store that does not answer at first.</summary>
    public TimeSpan JoinTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long making a connection to another silo may take, the handshake included.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest message between silos, in bytes. Data never travels in grain calls.</summary>
    public int MaxFrameBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How many messages may wait for one connection; a call beyond that fails with <see cref="Orleans.Runtime.LimitExceededException"/>.</summary>
    public int MaxQueuedFrames { get; set; } = 10_000;

    /// <summary>The first wait before a call that was not taken is tried again; doubled with every try.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait before a call that was not taken, or a connection that could not be made, is tried again.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the reminder table is read for reminders that other silos wrote.</summary>
    public TimeSpan ReminderRefresh { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The silo's certificate chain, a PEM file. With it, silos speak TLS 1.3 or 1.2 and both sides show a certificate of <see cref="AuthorityPath"/>.
    /// Null: plain text, for one machine or a network that nobody else is in. The three files are read again when they change.
    /// </summary>
    public string? CertificatePath { get; set; }

    /// <summary>The certificate's private key, a PEM file without a password.</summary>
    public string? KeyPath { get; set; }

    /// <summary>The certificates of the authority that signs silos and nothing else: whoever has a certificate of it is a silo. A PEM file.</summary>
    public string? AuthorityPath { get; set; }

    /// <summary>
    /// Called once when the silo learns that the others declared it dead; it has stopped to serve by then. The process should end and
    /// start anew. Null: the host is told to stop.
    /// </summary>
    public Action<SiloDeclaredDead>? OnDeclaredDead { get; set; }

    /// <summary>For tests of mixed versions: what the silo says about its wire protocol, from which version to which.</summary>
    internal (int Min, int Max) WireVersions { get; set; } = (Transport.WireVersion.Min, Transport.WireVersion.Max);
}

/// <summary>A silo was declared dead by the others.</summary>
/// <param name="Silo">Which one.</param>
/// <param name="Reason">Why, as far as it is known, and what to do.</param>
public sealed record SiloDeclaredDead(Orleans.Runtime.SiloAddress Silo, string Reason);

/// <summary>Checks <see cref="ClusteringOptions"/>; every message names the setting, its value and its range.</summary>
internal sealed class ClusteringOptionsValidator : IValidateOptions<ClusteringOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromDays(49);

    public ValidateOptionsResult Validate(string? name, ClusteringOptions options)
    {
        var errors = new List<string>();
        Check(nameof(options.HeartbeatPeriod), options.HeartbeatPeriod);
        Check(nameof(options.LeaseDuration), options.LeaseDuration);
        Check(nameof(options.StoreTimeout), options.StoreTimeout);
        Check(nameof(options.SuspicionAge), options.SuspicionAge);
        Check(nameof(options.DeadRowRetention), options.DeadRowRetention);
        Check(nameof(options.JoinTimeout), options.JoinTimeout);
        Check(nameof(options.ConnectTimeout), options.ConnectTimeout);
        Check(nameof(options.RetryDelay), options.RetryDelay);
        Check(nameof(options.MaxRetryDelay), options.MaxRetryDelay);
        Check(nameof(options.ReminderRefresh), options.ReminderRefresh);
        Count(nameof(options.ProbedSilos), options.ProbedSilos, 1, 100);
        Count(nameof(options.MissedProbes), options.MissedProbes, 1, 100);
        Count(nameof(options.SuspicionsToDeclareDead), options.SuspicionsToDeclareDead, 1, 100);
        Count(nameof(options.MaxFrameBytes), options.MaxFrameBytes, 4096, 256 * 1024 * 1024);
        Count(nameof(options.MaxQueuedFrames), options.MaxQueuedFrames, 1, 10_000_000);
        if (options.LeaseDuration < 3 * options.HeartbeatPeriod)
            errors.Add($"{nameof(options.LeaseDuration)} is {options.LeaseDuration}: it must be at least three times {nameof(options.HeartbeatPeriod)} ({options.HeartbeatPeriod}), or a late heartbeat costs a silo its life.");
        if (string.IsNullOrWhiteSpace(options.ProductVersion))
            errors.Add($"{nameof(options.ProductVersion)} must not be blank.");
        var files = new[] { options.CertificatePath, options.KeyPath, options.AuthorityPath }.Count(path => !string.IsNullOrWhiteSpace(path));
        if (files is 1 or 2)
            errors.Add($"{nameof(options.CertificatePath)}, {nameof(options.KeyPath)} and {nameof(options.AuthorityPath)} belong together: set all three, or none for plain text.");
        if ((options.AdvertisedEndpoint ?? options.ListenEndpoint).Address is var address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            errors.Add($"{nameof(options.AdvertisedEndpoint)} must say where others reach this silo: {address} is no such place.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string setting, TimeSpan value)
        {
            if (value < Least || value > Most)
                errors.Add($"{setting} is {value}: it must be between {Least} and {Most}.");
        }

        void Count(string setting, int value, int least, int most)
        {
            if (value < least || value > most)
                errors.Add($"{setting} is {value}: it must be between {least} and {most}.");
        }
    }
}
