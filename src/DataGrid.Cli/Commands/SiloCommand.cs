using System.CommandLine;
using DataGrid.Contracts.Errors;
using DataGrid.Silo.Cluster;
using DataGrid.Silo.Configuration;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid silo --config silo.yaml</c>: runs one silo of a cluster until it is told to stop.</summary>
internal sealed class SiloCommand : ICommandDefinition
{
    private readonly Option<string> _config = new("--config") { Description = "The silo's file", HelpName = "FILE", Required = true };
    private readonly Option<bool> _check = new("--check") { Description = "Only read the file, and say what is wrong with it" };
    private readonly Option<bool> _attached = new("--attached") { Description = "Stop when standard input ends", Hidden = true };

    public IReadOnlyList<string> Examples => ["datagrid silo --config silo.yaml --check", "datagrid silo --config silo.yaml"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("silo", "Run one silo of a cluster, until it is told to stop") { _config, _check, _attached };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var file = context.Get(_config)!;
        var (options, problems) = await SiloConfiguration.LoadAsync(file, stop).ConfigureAwait(false);
        if (options is null) return context.Fail(problems);
        var cluster = options.Cluster!;
        if (context.Get(_check))
        {
            await context.Terminal.Out.WriteLineAsync($"{file}: silo {cluster.SiloName} of cluster {cluster.ClusterId}, metadata in {cluster.Metadata.Connection}: no mistakes").ConfigureAwait(false);
            return 0;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var starting = await ClusterSilo.StartAsync(options, stop).ConfigureAwait(false);
        await using var silo = starting.ConfigureAwait(false);
        // Whoever started this silo reads these lines.
        if (starting.GatewayAddress is { } gateway) await context.Terminal.Out.WriteLineAsync($"gateway {cluster.SiloName} {gateway}").ConfigureAwait(false);
        await context.Terminal.Out.WriteLineAsync($"ready {cluster.SiloName} {starting.Address}").ConfigureAwait(false);
        await context.Terminal.Out.FlushAsync(stop).ConfigureAwait(false);
        var attached = context.Get(_attached) ? UntilInputEndsAsync(ends.Token) : Task.Delay(Timeout.InfiniteTimeSpan, ends.Token);
        await Task.WhenAny(attached, starting.Ended, Task.Delay(Timeout.InfiniteTimeSpan, ends.Token)).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        if (!starting.Ended.IsCompletedSuccessfully) return 0;
        return context.Fail(new Problem
        {
            Code = ErrorCodes.StoreUnavailable,
            Message = $"silo {cluster.SiloName} was declared dead by the others: {await starting.Ended.ConfigureAwait(false)}",
            Help = "start it again; it comes back as a new member",
        });
    }

    private static async Task UntilInputEndsAsync(CancellationToken stop)
    {
        var input = Console.OpenStandardInput();
        await using var _ = input.ConfigureAwait(false);
        var nothing = new byte[64];
        while (await input.ReadAsync(nothing, stop).ConfigureAwait(false) > 0)
        {
            // What is written there means nothing.
        }
    }
}
