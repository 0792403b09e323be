using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Contracts.Errors;
using DataGrid.Engine.Sessions;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid up</c>: a cluster on this machine, until it is told to stop.</summary>
internal sealed class UpCommand : ICommandDefinition
{
    private readonly Option<int> _silos = new("--silos") { Description = "How many silos, each a process of its own; 1 runs in this process", HelpName = "N", DefaultValueFactory = static _ => 1 };

    public IReadOnlyList<string> Examples => ["datagrid up", "datagrid up --silos 3 --root cluster", "datagrid run examples/flights --cluster --root cluster"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("up", "Run silos on this machine; projects are given to them with datagrid run --cluster") { _silos };
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
        if (count > 1) return await new LocalCluster(context, root, count).RunAsync(stop).ConfigureAwait(false);
        var silo = await Services.StartSiloAsync(root, new EngineOptions(), stop).ConfigureAwait(false);
        await using (silo.ConfigureAwait(false))
        {
            await context.Terminal.Out.WriteLineAsync($"one silo runs in this process on {root}; Ctrl+C stops it").ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await context.Terminal.Out.WriteLineAsync("stopped").ConfigureAwait(false);
        return 0;
    }
}
