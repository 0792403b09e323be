using System.Net;
using System.Net.Sockets;
using DataGrid.Contracts;
using DataGrid.Contracts.Datasets;
using DataGrid.Contracts.Errors;
using DataGrid.Contracts.Silos;
using DataGrid.Contracts.Storage;
using DataGrid.Dashboard;
using DataGrid.Gateway;
using DataGrid.Silo.Pipelines;
using DataGrid.Silo.Reading;
using DataGrid.Silo.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;

namespace DataGrid.Silo.Web;

/// <summary>The web host of a silo: the gateway over this silo's grains and files, and what the silo says of itself.</summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly WebApplication _server;
    private readonly WorkspaceReader _reader;
    private readonly QueryEngine _queries;
    private readonly WorkspaceIndex _index;

    private GatewayServer(WebApplication server, WorkspaceReader reader, QueryEngine queries, WorkspaceIndex index) => (_server, _reader, _queries, _index) = (server, reader, queries, index);

    /// <summary>Where it listens: <c>http://127.0.0.1:8321</c>.</summary>
    public string Address => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Every endpoint, for tests of all of them.</summary>
    public IReadOnlyList<Endpoint> Endpoints => [.. ((IEndpointRouteBuilder)_server).DataSources.SelectMany(static source => source.Endpoints)];

    /// <summary>A part of it.</summary>
    public T Service<T>() where T : notnull => _server.Services.GetRequiredService<T>();

    /// <summary>Listens.</summary>
    /// <exception cref="DataGridException">The port is taken, or may not be listened on.</exception>
    public static async Task<GatewayServer> StartAsync(SiloOptions options, GatewayOptions gateway, IServiceProvider silo, WorkspaceCommands commands, SiloVoice voice, CancellationToken cancellationToken)
    {
        var reader = WorkspaceReader.Open(options.RootPath, options.Workspace);
        var queries = new QueryEngine(reader, options.Engine with { WarmInstances = 1 });
        var index = new WorkspaceIndex(
            reader, silo.GetRequiredService<IGrainFactory>().GetGrain<ICatalogGrain>(GrainKeys.Workspace(options.Workspace)), gateway.IndexSweepEvery, silo.GetRequiredService<TimeProvider>(),
            silo.GetRequiredService<ILogger<WorkspaceIndex>>());
        var server = Build(options, gateway, silo, PortsOf(options, silo, commands, reader, index, queries, voice), voice);
        var built = new GatewayServer(server, reader, queries, index);
        try
        {
            await server.StartAsync(cancellationToken);
            return built;
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            await built.DisposeAsync();
            throw new DataGridException(
                new Problem { Code = ErrorCodes.EnvironmentIncomplete, Message = $"the gateway cannot listen on {gateway.Address}:{gateway.Port}: {fault.Message.TrimEnd('.')}", Help = "choose another with --port" }, fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopTimeout, TimeProvider.System);
        await _server.StopAsync(patience.Token);
        await _server.DisposeAsync();
        await _queries.DisposeAsync();
        await _index.DisposeAsync();
        _reader.Dispose();
    }

    private static WebApplication Build(SiloOptions options, GatewayOptions gateway, IServiceProvider silo, WorkspacePorts ports, SiloVoice voice)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // What it logs goes where the silo's log goes, at the same levels; the framework's own chatter about requests does not.
        builder.Services.AddSingleton(silo.GetRequiredService<ILoggerFactory>());
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = gateway.MaxBundleBytes + (1 << 20);
        });
        SharedPort.Listen(builder.WebHost, IPAddress.Parse(gateway.Address), gateway.Port);
        builder.Services.AddGateway(gateway, ports);
        var server = builder.Build();
        var told = gateway.NeedsKeys ? ["/healthz", "/readyz"] : (string[])["/healthz", "/readyz", "/metrics"];
        server.MapWhen(http => told.Contains(http.Request.Path.Value, StringComparer.Ordinal), branch => branch.Run(voice.Answers.WriteAsync));
        server.UseDashboard();
        server.UseGateway(server);
        return server;
    }

    private static WorkspacePorts PortsOf(SiloOptions options, IServiceProvider silo, WorkspaceCommands commands, WorkspaceReader reader, WorkspaceIndex index, QueryEngine queries, SiloVoice voice) => new()
    {
        Workspace = options.Workspace,
        ProductVersion = typeof(GatewayServer).Assembly.GetName().Version!.ToString(3),
        Grains = silo.GetRequiredService<IGrainFactory>(),
        RunService = commands,
        Runs = reader,
        Pipelines = reader,
        // Whoever submits a project must not read this machine's files through it.
        Projects = new ProjectService(reader, options.Engine with { WarmInstances = 0 }, options.Projects with { AllowParentFolders = false }),
        Datasets = reader,
        Lineage = reader,
        Index = index,
        Queries = queries,
        Silos = silo.GetRequiredService<ISiloList>(),
        IsReadyAsync = voice.IsReadyAsync,
        Store = silo.GetRequiredService<IObjectStore>(),
        ProjectsFolder = Path.Combine(options.RootPath, options.Workspace.Value, "projects"),
        StateFolder = options.Cluster is { } cluster ? Path.Combine(options.RootPath, "gateway", cluster.SiloName) : Path.Combine(options.RootPath, "gateway"),
    };
}
