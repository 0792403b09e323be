using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DataGrid.Contracts;
using DataGrid.Contracts.Runs;
using DataGrid.Grains.Tests.Faults;
using DataGrid.Grains.Tests.Metadata.Postgres;
using DataGrid.Metadata.Postgres;
using DataGrid.Runtime.Tests;
using DataGrid.Silo.Owner;

namespace DataGrid.ClusterTests.Support;

/// <summary>A project, a database, and silos in processes of their own that share a root.</summary>
internal sealed class ClusterBed : IAsyncDisposable
{
    /// <summary>How long anything here may take on the slowest machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private const string LiveSilos = "SELECT string_agg(silo || ' ' || status, ', ' ORDER BY silo) FROM datagrid.silos WHERE status <> 'dead'";

    private readonly Dictionary<string, SiloNode> _nodes = [];
    private readonly Dictionary<string, TcpProxy> _ways = [];
    private readonly ConcurrentDictionary<string, int> _gateways = [];
    private readonly PostgresOptions _metadata;
    private readonly string _connection;
    private readonly string _faults;

    public ClusterBed(PostgresOptions metadata)
    {
        (_metadata, _connection) = (metadata, metadata.Connection.ToBuilder().ConnectionString);
        _faults = Directory.CreateDirectory(Path.Combine(Bakery.Project.Root, "faults")).FullName;
        Tables = Bakery.Project.Root;
        Silos = new RemoteSilos(Bakery.Project.Root, new OwnerClientOptions(), TimeProvider.System);
    }

    public Bakery Bakery { get; } = new(rowsPerBatch: 40);

    /// <summary>Whoever of them answers.</summary>
    public RemoteSilos Silos { get; }

    public string Root => Bakery.Project.Root;

    /// <summary>What the silos are told where tables lie; the root unless a test says otherwise.</summary>
    public string Tables { get; init; }

    /// <summary>Whether each silo has a gateway, at <see cref="GatewayOf"/>.</summary>
    public bool HasGateways { get; init; }

    /// <summary>Variables of a silo, by its name.</summary>
    public Func<string, IEnumerable<(string Name, string Value)>> Variables { get; init; } = static _ => [];

    public SiloNode this[string name] => _nodes[name];

    public IEnumerable<SiloNode> Nodes => _nodes.Values;

    /// <summary>How many runs the store knows.</summary>
    public int RunsKept => Directory.EnumerateDirectories(Path.Combine(Root, "default", "runs")).Count();

    /// <summary>A database and a project, and no silo yet.</summary>
    public static async Task<ClusterBed> CreateAsync(PostgresServer server) => new(await server.CreateAsync());

    /// <summary>A bed with silos of these names that know each other.</summary>
    public static async Task<ClusterBed> StartAsync(PostgresServer server, params string[] names)
    {
        var bed = await CreateAsync(server);
        await Task.WhenAll(names.Select(name => bed.AddAsync(name)));
        return bed;
    }

    /// <summary>Starts a silo, or one that has ended again, and waits until it is ready.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isProxied">Whether the others reach it through a line that <see cref="WayTo"/> can cut.</param>
    /// <param name="words">What its host is told.</param>
    public async Task<SiloNode> AddAsync(string name, bool isProxied = false, params string[] words)
    {
        var file = Path.Combine(Root, $"{name}.yaml");
        var listen = isProxied ? FreePort() : 0;
        if (isProxied) _ways[name] = new TcpProxy(new IPEndPoint(IPAddress.Loopback, listen));
        if (HasGateways) _gateways.TryAdd(name, FreePort());
        var gateway = HasGateways ? string.Create(CultureInfo.InvariantCulture, $"gateway: 127.0.0.1:{_gateways[name]}\n") : "";
        var advertise = isProxied ? $"advertise: {_ways[name].Endpoint}\n" : "";
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
            cluster: faults
            silo: {{name}}
            root: {{Tables}}
            listen: 127.0.0.1:{{listen}}
            {{advertise}}{{gateway}}metadata: ${DATAGRID_METADATA}
            worker: {slots: 2, memory: 512MB, threads: 1}
            limits: {heartbeat: 500ms, lease: 3s}
            log: json

            """));
        var node = SiloNode.Start(name, file, _faults, [.. Variables(name), (DatabaseConnection.Variable, _connection)], words);
        lock (_nodes)
        {
            if (_nodes.Remove(name, out var old)) old.Dispose();
            _nodes.Add(name, node);
        }
        await node.SaysAsync("ready");
        return node;
    }

    /// <summary>Where a silo's gateway is.</summary>
    public Uri GatewayOf(string name) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_gateways[name]}"));

    /// <summary>The line over which the others reach a silo.</summary>
    public TcpProxy WayTo(string name) => _ways[name];

    /// <summary>Arms a place: the first silo that comes there is killed, or stopped.</summary>
    public void Arm(string place, string what)
    {
        var draft = Path.Combine(_faults, "draft");
        File.WriteAllText(draft, what);
        File.Move(draft, Path.Combine(_faults, place), overwrite: true);
    }

    /// <summary>Waits for whoever comes to a place that was armed.</summary>
    public async Task<SiloNode> ReachedAsync(string place)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (Directory.EnumerateFiles(_faults, place + ".*").FirstOrDefault() is { } taken
                && int.TryParse(taken.AsSpan(taken.LastIndexOf('.') + 1), CultureInfo.InvariantCulture, out var process))
            {
                File.Delete(taken);
                return Nodes.Single(node => node.ProcessId == process);
            }
            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Whether a place was armed and nobody came there. It is not armed any more.</summary>
    public bool Disarm(string place)
    {
        var file = Path.Combine(_faults, place);
        var isArmed = File.Exists(file);
        File.Delete(file);
        return isArmed;
    }

    /// <summary>Compiles the project and submits a run of it.</summary>
    public async Task<RunId> SubmitAsync(RemoteSilos? to = null)
    {
        var spec = await Bakery.Project.CompileAsync();
        var submitted = await (to ?? Silos).SubmitAsync(spec, new RunRequest { Fingerprint = spec.Fingerprint, ProjectDirectory = Bakery.Project.Folder });
        return submitted.Run ?? throw new InvalidOperationException($"{submitted.Problems[0].Message} {submitted.Problems[0].Help}");
    }

    /// <summary>Follows a run to its end.</summary>
    public async Task<RunRecord> EndOfAsync(RunId run, RemoteSilos? of = null)
    {
        var silos = of ?? Silos;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                await foreach (var page in silos.WatchAsync(run, limit.Token))
                    if (page.IsComplete) break;
                if (await silos.GetRunAsync(run) is { IsTerminal: true } record) return record;
                await Task.Delay(20, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            var now = await silos.GetRunAsync(run);
            throw new TimeoutException($"run {run} does not end: {now?.Status} {now?.Problem?.Message}\n{StoryOf(run)}\n{Logs()}");
        }
    }

    public async Task<RunRecord> RunAsync() => await EndOfAsync(await SubmitAsync());

    /// <summary>Silos that the membership does not call dead, with what it calls them.</summary>
    public async Task<string> MembersAsync() => await PostgresServer.ExecuteAsync(_metadata.Connection, LiveSilos) as string ?? "";

    /// <summary>Runs a statement in the metadata.</summary>
    public Task<object?> ExecuteAsync(string sql) => PostgresServer.ExecuteAsync(_metadata.Connection, sql);

    /// <summary>Waits until the membership holds what a test wants.</summary>
    public async Task MembersBecomeAsync(Func<string, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!wanted(await MembersAsync())) await Task.Delay(50, limit.Token);
    }

    /// <summary>Looks at the root from outside; what is wrong in it. An end is told a moment before all of it is on the disk: that moment is waited for, and not for ever.</summary>
    public async Task<List<string>> CheckFilesAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var findings = Bakery.CheckFiles();
            if (findings.Count == 0 || Stopwatch.GetElapsedTime(begun) > Settling) return findings;
            await Task.Delay(100);
        }
    }

    /// <summary>As <see cref="CheckFilesAsync"/>, and compares the rows with those that one undisturbed run makes of the same input.</summary>
    public async Task<List<string>> CheckAsync() => await CheckFilesAsync() is { Count: > 0 } findings ? findings : await Bakery.CheckAsync();

    /// <summary>Asks whoever answers, again while what is asked for moves to another silo. Only for what may be done twice.</summary>
    public async Task<OwnerReply> AskAsync(OwnerRequest request)
    {
        var client = new OwnerClient(Root, new OwnerClientOptions(), TimeProvider.System);
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var reply = await client.AskAsync(request, CancellationToken.None);
            if (reply is { Problem: null } || Stopwatch.GetElapsedTime(begun) > Patience) return reply ?? throw new InvalidOperationException("nobody answers");
            await Task.Delay(100);
        }
    }

    /// <summary>Lets a fault last.</summary>
    public static async Task LastAsync(TimeSpan time)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < time) await Task.Delay(50);
    }

    /// <summary>The end of what every silo logged.</summary>
    public string Logs() => string.Join('\n', Nodes.Select(node => $"== {node.Name} said:\n{node.Said}\n{Tail(Path.Combine(Root, "logs", $"{node.Name}.log"))}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values) node.Dispose();
        foreach (var way in _ways.Values) way.Dispose();
        Bakery.Dispose();
        await ValueTask.CompletedTask;
    }

    /// <summary>What the store holds of a run.</summary>
    private string StoryOf(RunId run)
    {
        var folder = Path.Combine(Root, "default", "runs", run.Value);
        return Directory.Exists(folder) ? string.Join('\n', Directory.EnumerateFiles(folder, "*.*json*").Order().Select(static file => $"== {Path.GetFileName(file)}\n{Tail(file)}")) : "";
    }

    private static string Tail(string log) => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(60)) : "";

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
