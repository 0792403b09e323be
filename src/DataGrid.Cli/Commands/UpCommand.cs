using System.CommandLine;
using System.Net.NetworkInformation;
using DataGrid.Cli.Hosting;
using DataGrid.Contracts.Errors;
using DataGrid.Engine.Sessions;
using DataGrid.Gateway;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid up</c>: a cluster on this machine, until it is told to stop.</summary>
internal sealed class UpCommand : ICommandDefinition
{
    private readonly Option<int> _silos = new("--silos") { Description = "How many silos, each a process of its own; 1 runs in this process", HelpName = "N", DefaultValueFactory = static _ => 1 };

    private readonly Option<int?> _port = new("--port") { Description = "The gateway's port, of several silos that of the first; 0 for any that is free [default: 8321, or any that is free when that is taken]", HelpName = "N" };
    private readonly Option<string> _listen = new("--listen") { Description = "The IP address that the gateway listens on", HelpName = "ADDRESS", DefaultValueFactory = static _ => "127.0.0.1" };
    private readonly Option<bool> _keys = new("--keys") { Description = "Let only those in who bring a key; needed for any address but loopback" };
    private readonly Option<string?> _issuer = new("--issuer") { Description = "Take tokens (JWT) of this OpenID Connect issuer beside keys", HelpName = "URL" };
    private readonly Option<string?> _audience = new("--audience") { Description = "Whom the issuer's tokens must be for", HelpName = "NAME" };
    private readonly Option<string[]> _data = new("--data") { Description = "A folder that submitted projects may read as if it lay in theirs", HelpName = "FOLDER" };

    public IReadOnlyList<string> Examples =>
    [
        "datagrid up", "datagrid up --port 8321 --data examples/flights/node_modules", "datagrid up --listen 0.0.0.0 --keys", "datagrid up --silos 3 --root cluster",
        "datagrid run examples/flights --cluster --root cluster",
    ];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("up", "Run silos on this machine, with a gateway; projects are given to them by its API, or with datagrid run --cluster") { _silos, _port, _listen, _keys, _issuer, _audience, _data };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var root = Root.ForProject(context, Directory.GetCurrentDirectory());
        var count = context.Get(_silos);
        if (count is < 1 or > 64)
            return context.Fail(new Problem { Code = ErrorCodes.UsageInvalid, Message = $"--silos is {count}; it must be from 1 to 64", Help = "try datagrid up --silos 3" });
        LastRoot.Remember(root);
        if (count > 1) return await new LocalCluster(context, root, count, GatewayOf(context)).RunAsync(stop).ConfigureAwait(false);
        var silo = await Services.StartSiloAsync(root, new EngineOptions(), GatewayOf(context), stop).ConfigureAwait(false);
        await using (silo.ConfigureAwait(false))
        {
            await context.Terminal.Out.WriteLineAsync($"one silo runs in this process on {root}; open {silo.GatewayAddress} in a browser, its API is at {silo.GatewayAddress}/api/v1, and gRPC on the same port; Ctrl+C stops it").ConfigureAwait(false);
            await context.Terminal.Out.FlushAsync(stop).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await context.Terminal.Out.WriteLineAsync("stopped").ConfigureAwait(false);
        return 0;
    }

    private GatewayOptions GatewayOf(CommandContext context)
    {
        var options = new GatewayOptions { Address = context.Get(_listen)!, NeedsKeys = context.Get(_keys), DataFolders = [.. context.Get(_data) ?? []], Issuer = context.Get(_issuer), Audience = context.Get(_audience) };
        if (options is { IsLoopback: false, NeedsKeys: false })
        {
            throw new DataGridException(new Problem
            {
                Code = ErrorCodes.UsageInvalid,
                Message = $"--listen {options.Address} lets others in, and without --keys all of them",
                Help = "add --keys, and make the first key with: datagrid keys create NAME --role admin",
            });
        }
        return options with { Port = context.Get(_port) ?? (IsFree(options.Port) ? options.Port : 0) };
    }

    // Somebody else may take it in between: then starting says so.
    private static bool IsFree(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().All(used => used.Port != port);
}
