using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using DataGrid.Contracts;
using DataGrid.Contracts.Errors;
using DataGrid.Core.Silos;
using DataGrid.Gateway;
using DataGrid.Metadata.Postgres;
using DataGrid.Silo.Cluster;
using DataGrid.Silo.Roots;
using DataGrid.Worker;

namespace DataGrid.Silo.Configuration;

/// <summary>What a silo is started with: <c>silo.yaml</c> and the environment. Every mistake is found at once, and none shows a secret.</summary>
public static class SiloConfiguration
{
    /// <summary>Reads a file.</summary>
    /// <returns>The options; null when a problem is an error.</returns>
    public static async Task<(SiloOptions? Options, ImmutableArray<Problem> Problems)> LoadAsync(string file, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, [new Problem { Code = ErrorCodes.UsageInvalid, Message = $"the silo's file {file} cannot be read: {fault.Message.TrimEnd('.')}", Help = "give its path with --config" }]);
        }

        var (read, found) = SiloFileReader.Read(Path.GetFileName(file), text, Environment.GetEnvironmentVariable);
        if (read is null) return (null, found);
        var problems = found.ToBuilder();
        var options = await OptionsAsync(read, file, problems, cancellationToken);
        if (options is not null)
        {
            problems.AddRange(options.Validate().Select(problem => Wrong(file, problem, "correct the file")));
            if (!Directory.Exists(options.RootPath))
                problems.Add(Wrong(file, $"the root {options.RootPath} is no folder", "make it, or mount it where the silo runs: all silos of the cluster share it"));
        }
        return (problems.Any(static problem => !problem.IsWarning) ? null : options, problems.ToImmutable());
    }

    private static async Task<SiloOptions?> OptionsAsync(SiloFile file, string path, ImmutableArray<Problem>.Builder problems, CancellationToken cancellationToken)
    {
        var connection = Connection(file, path, problems);
        var listen = await ResolveAsync(file.Listen, "listen", path, problems, cancellationToken);
        var advertise = file.Advertise is { } said ? await ResolveAsync(said, "advertise", path, problems, cancellationToken) : null;
        var admin = file.Admin is { } offered ? await ResolveAsync(offered, "admin", path, problems, cancellationToken) : null;
        var gateway = file.Gateway is { } served ? await ResolveAsync(served, "gateway", path, problems, cancellationToken) : null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var pem in file.Tls is { } tls ? new[] { tls.Certificate, tls.Key, tls.Authority } : [])
        {
            if (!File.Exists(Path.Combine(folder, pem))) problems.Add(Wrong(path, $"there is no certificate file {pem}", "paths are relative to the silo's file"));
        }

        if (connection is null || listen is null) return null;
        var name = file.Name ?? Environment.MachineName;
        var metadata = new PostgresOptions { Connection = connection, ClusterId = file.Cluster, ApplicationName = $"datagrid {name}" };
        // Tables on an object store: what must be on this machine lies in a folder of its own.
        var root = StoreAddress.TryParse(file.Root, out var address) ? address.Enter() : Path.GetFullPath(Path.Combine(folder, file.Root));
        var defaults = new SiloOptions { Root = root };
        return defaults with
        {
            Workspace = WorkspaceId.Parse(file.Workspace),
            Engine = defaults.Engine with
            {
                MemoryBytes = file.MemoryBytes ?? defaults.Engine.MemoryBytes,
                Threads = file.Threads ?? defaults.Engine.Threads,
                TemporaryDirectory = Path.GetFullPath(Path.Combine(folder, file.Spill ?? Path.Combine(root, "tmp", name))),
            },
            // What one person's query does must not end the tasks of others.
            Worker = defaults.Worker with { Slots = file.Slots ?? defaults.Worker.Slots, Isolation = TaskIsolation.ChildProcess, DrainTimeout = file.Drain ?? TimeSpan.FromSeconds(8) },
            Telemetry = defaults.Telemetry with { AdminPort = admin?.Port, AdminAddress = admin?.Address.ToString() ?? defaults.Telemetry.AdminAddress, HasJsonLog = file.HasJsonLog },
            Gateway = gateway is null ? null : new GatewayOptions
            {
                Address = gateway.Address.ToString(),
                Port = gateway.Port,
                NeedsKeys = file.Api?.NeedsKeys ?? !IPAddress.IsLoopback(gateway.Address),
                Issuer = file.Api?.Issuer,
                Audience = file.Api?.Audience,
                DataFolders = [.. file.Api?.DataFolders.Select(data => Path.GetFullPath(Path.Combine(folder, data))) ?? []],
            },
            Cluster = new SiloClusterOptions
            {
                ClusterId = file.Cluster,
                SiloName = name,
                Listen = listen,
                Advertise = advertise,
                Tls = file.Tls is { } pems ? (Path.Combine(folder, pems.Certificate), Path.Combine(folder, pems.Key), Path.Combine(folder, pems.Authority)) : null,
                Heartbeat = file.Heartbeat ?? TimeSpan.FromSeconds(1),
                Lease = file.Lease ?? TimeSpan.FromSeconds(8),
                Metadata = metadata with { StartupWait = file.MetadataWait ?? metadata.StartupWait, RetryFor = file.MetadataRetry ?? metadata.RetryFor },
            },
        };
    }

    private static DatabaseConnection? Connection(SiloFile file, string path, ImmutableArray<Problem>.Builder problems)
    {
        try
        {
            return DatabaseConnection.Parse(file.Metadata);
        }
        catch (DataGridException fault)
        {
            problems.Add(fault.Problem with { Position = new SourcePosition { File = Path.GetFileName(path) } });
            return null;
        }
    }

    private static async Task<IPEndPoint?> ResolveAsync(HostPort place, string key, string path, ImmutableArray<Problem>.Builder problems, CancellationToken cancellationToken)
    {
        if (place.Host == "*") return new IPEndPoint(IPAddress.Any, place.Port);
        if (IPAddress.TryParse(place.Host, out var address)) return new IPEndPoint(address, place.Port);
        try
        {
            var found = await Dns.GetHostAddressesAsync(place.Host, cancellationToken);
            if (found.OrderBy(static a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).FirstOrDefault() is { } first) return new IPEndPoint(first, place.Port);
        }
        catch (SocketException)
        {
            // Told below.
        }

        problems.Add(Wrong(path, $"the host {place.Host} of '{key}' is not known here", "write an address, or a name that this machine can look up"));
        return null;
    }

    private static Problem Wrong(string path, string message, string help) =>
        new() { Code = ErrorCodes.SpecInvalid, Message = message, Help = help, Position = new SourcePosition { File = Path.GetFileName(path) } };
}
