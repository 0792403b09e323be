using System.Collections.Immutable;
using System.Text.RegularExpressions;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Pipelines;
using DataGrid.Core.Pipelines.Keys;
using DataGrid.Core.Pipelines.Reading;
using DataGrid.Core.Pipelines.Yaml;

namespace DataGrid.Core.Silos;

/// <summary>Reads <c>silo.yaml</c>: every mistake at once, each with its place. Problems carry no excerpt: the line could hold a password.</summary>
public static partial class SiloFileReader
{
    /// <summary>Reads the file.</summary>
    /// <param name="file">Its name, as problems show it.</param>
    /// <param name="text">Its text.</param>
    /// <param name="environment">The value of a variable; null when it is not set.</param>
    /// <returns>What it says; null when something is wrong. The problems may be warnings only.</returns>
    public static (SiloFile? File, ImmutableArray<Problem> Problems) Read(string file, string text, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var source = new SourceText(file, text);
        var problems = new ProblemBag();
        var context = new ReadContext(source, new ProjectOptions(), problems);
        var read = Read(context, environment);
        return (problems.HasErrors ? null : read, [.. problems.ToSorted().Select(static problem => problem with { Excerpt = null })]);
    }

    /// <summary>The JSON Schema of the file, for editors.</summary>
    public static string WriteSchema() => SchemaWriter.Write(
        "DataGrid silo", "Written from the parser's key table; a test compares the two.", SiloShapes.Silo);

    private static SiloFile? Read(ReadContext context, Func<string, string?> environment)
    {
        var root = YamlReader.Read(context.Source, 0, context.Source.Text.Length, context.Options, context.Problems);
        if (root is not YamlMapping mapping)
        {
            if (!context.Problems.HasErrors)
                context.Error(root?.Spot ?? new Spot(1, 1), root is null ? "the silo's file is empty" : "the silo's file must be a mapping of keys to values", "Start with a line like cluster: sales.");
            return null;
        }

        var reader = new ObjectReader(context, mapping, SiloShapes.Silo);
        var texts = new Texts(context, environment);
        var cluster = texts.Name(reader, "cluster");
        var name = texts.Read(reader, "silo");
        var folder = texts.Read(reader, "root");
        var workspace = texts.Name(reader, "workspace") ?? WorkspaceId.Default.Value;
        var listen = texts.HostPort(reader, "listen") ?? new HostPort("127.0.0.1", 11111);
        var advertise = texts.HostPort(reader, "advertise");
        var metadata = texts.Read(reader, "metadata");
        var admin = texts.HostPort(reader, "admin");
        var gateway = texts.HostPort(reader, "gateway");
        var log = reader.Choice("log");
        var (slots, memory, threads, spill) = ReadWorker(texts, reader.Object("worker"));
        var api = ReadApi(texts, reader.Object("api"));
        var tls = ReadTls(texts, reader.Object("tls"));
        var (heartbeat, lease, wait, retry, drain) = ReadLimits(context, reader.Object("limits"));
        reader.Done();
        if (advertise is null && listen.Host is "0.0.0.0" or "::" or "*" && !reader.Has("advertise"))
            context.Error(reader.KeySpot("listen"), $"others cannot reach this silo at {listen.Host}", "Say with advertise: host:port where they can.");
        if (cluster is null || folder is null || metadata is null)
            return null;
        return new SiloFile
        {
            Cluster = cluster,
            Name = name,
            Root = folder,
            Workspace = workspace,
            Listen = listen,
            Advertise = advertise,
            Metadata = metadata,
            Slots = slots,
            MemoryBytes = memory,
            Threads = threads,
            Spill = spill,
            Tls = tls,
            Heartbeat = heartbeat,
            Lease = lease,
            MetadataWait = wait,
            MetadataRetry = retry,
            Drain = drain,
            Admin = admin,
            Gateway = gateway,
            Api = api,
            HasJsonLog = log?.Value is "json",
        };
    }

    private static (int? Slots, long? Memory, int? Threads, string? Spill) ReadWorker(Texts texts, ObjectReader? reader)
    {
        if (reader is null)
            return default;
        var read = ((int?)reader.Integer("slots"), texts.Bytes(reader, "memory"), (int?)reader.Integer("threads"), texts.Read(reader, "spill"));
        reader.Done();
        return read;
    }

    private static SiloApi? ReadApi(Texts texts, ObjectReader? reader)
    {
        if (reader is null)
            return null;
        var read = new SiloApi(reader.Flag("keys"), texts.Read(reader, "issuer"), texts.Read(reader, "audience"), [.. reader.Texts("data").Select(static folder => folder.Value)]);
        reader.Done();
        return read;
    }

    private static SiloCertificates? ReadTls(Texts texts, ObjectReader? reader)
    {
        if (reader is null)
            return null;
        var (certificate, key, authority) = (texts.Read(reader, "certificate"), texts.Read(reader, "key"), texts.Read(reader, "authority"));
        reader.Done();
        return certificate is null || key is null || authority is null ? null : new SiloCertificates(certificate, key, authority);
    }

    private static (TimeSpan? Heartbeat, TimeSpan? Lease, TimeSpan? Wait, TimeSpan? Retry, TimeSpan? Drain) ReadLimits(ReadContext context, ObjectReader? reader)
    {
        if (reader is null)
            return default;
        var (heartbeat, lease) = (Limited("heartbeat", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)), Limited("lease", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)));
        var (wait, retry) = (Limited("metadata_wait", TimeSpan.Zero, TimeSpan.FromHours(1)), Limited("metadata_retry", TimeSpan.Zero, TimeSpan.FromMinutes(10)));
        var drain = Limited("drain", TimeSpan.Zero, TimeSpan.FromHours(1));
        reader.Done();
        if ((lease ?? TimeSpan.FromSeconds(8)) < 3 * (heartbeat ?? TimeSpan.FromSeconds(1)))
            context.Error(reader.KeySpot(lease is null ? "heartbeat" : "lease"), "the lease is shorter than three heartbeats: a late heartbeat would cost a silo its life", "Make lease longer or heartbeat shorter.");
        return (heartbeat, lease, wait, retry, drain);

        TimeSpan? Limited(string key, TimeSpan least, TimeSpan most)
        {
            if (reader.Duration(key) is not { } value)
                return null;
            if (value < least || value > most)
                context.Error(reader.KeySpot(key), $"'{key}' is {Durations.Format(value)}; it must be from {Durations.Format(least)} to {Durations.Format(most)}", "Choose a value in this range.");
            return value;
        }
    }

    /// <summary>Reads texts and fills in what the environment says.</summary>
    private sealed partial class Texts(ReadContext context, Func<string, string?> environment)
    {
        public string? Read(ObjectReader reader, string key)
        {
            if (reader.Text(key) is not { } written)
                return null;
            var isWhole = true;
            var value = Reference().Replace(written.Value, match =>
            {
                if (environment(match.Groups[1].Value) is { Length: > 0 } found)
                    return found;
                context.Error(written.Spot, $"the variable {match.Groups[1].Value} that '{key}' refers to is not set", $"Set {match.Groups[1].Value} where the silo is started, or write the value here.");
                isWhole = false;
                return "";
            });
            if (isWhole && string.IsNullOrWhiteSpace(value))
            {
                context.Error(written.Spot, $"'{key}' is empty", "Give it a value, or remove the line.");
                return null;
            }

            return isWhole ? value : null;
        }

        public string? Name(ObjectReader reader, string key)
        {
            if (Read(reader, key) is not { } value)
                return null;
            if (NamePattern().IsMatch(value))
                return value;
            context.Error(reader.KeySpot(key), $"'{key}' is no name", "Write up to 64 letters, digits, '-' and '_', a letter first.");
            return null;
        }

        public HostPort? HostPort(ObjectReader reader, string key)
        {
            if (Read(reader, key) is not { } value)
                return null;
            var match = HostAndPort().Match(value);
            if (match.Success && int.TryParse(match.Groups["port"].Value, out var port) && port <= 65535)
                return new HostPort(match.Groups["host"].Value.Trim('[', ']'), port);
            context.Error(reader.KeySpot(key), $"'{key}' is no address with a port", $"Write host:port, for example {key}: 10.0.0.7:11111.");
            return null;
        }

        public long? Bytes(ObjectReader reader, string key)
        {
            if (Read(reader, key) is not { } value)
                return null;
            var match = Size().Match(value);
            long? unit = match.Groups["unit"].Value.ToUpperInvariant() switch
            {
                "MB" => 1_000_000,
                "GB" => 1_000_000_000,
                "MIB" => 1L << 20,
                "GIB" => 1L << 30,
                _ => null,
            };
            if (match.Success && unit is { } factor)
                return (long)(double.Parse(match.Groups["amount"].Value, System.Globalization.CultureInfo.InvariantCulture) * factor);
            context.Error(reader.KeySpot(key), $"'{key}' is no size", $"Write for example {key}: 512MB or {key}: 8GiB.");
            return null;
        }

        [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
        private static partial Regex Reference();

        [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
        private static partial Regex NamePattern();

        [GeneratedRegex(@"^(?<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+|\*):(?<port>[0-9]{1,5})$")]
        private static partial Regex HostAndPort();

        [GeneratedRegex("^(?<amount>[0-9]{1,9}([.][0-9]{1,3})?) ?(?<unit>[A-Za-z]+)$")]
        private static partial Regex Size();
    }
}
