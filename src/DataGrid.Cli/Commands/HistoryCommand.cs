using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Remote;
using DataGrid.Cli.Rendering;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid history NAME</c>: the versions of a table.</summary>
internal sealed class HistoryCommand : ICommandDefinition
{
    private readonly Argument<string> _name = DatasetArgument.Create();
    private readonly Option<int> _limit = new("--limit", "-n") { Description = "At most this many versions", HelpName = "N", DefaultValueFactory = static _ => 20 };

    public IReadOnlyList<string> Examples => ["datagrid history gold.daily_traffic", "datagrid query \"from gold.daily_traffic\" --version gold.daily_traffic=0"];

    public Command Build(ActionWrapper wrap)
    {
        var command = ServerOption.AddTo(new Command("history", "Show the versions of a table, newest first") { _name, _limit });
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var name = CommandContext.ParseDataset(context.Get(_name));
        if (RemoteServer.IsAsked(context)) return await RemoteServer.RunAsync(context, server => RemoteCatalog.HistoryAsync(context, server, name, context.Get(_limit), stop)).ConfigureAwait(false);
        var reader = Services.OpenReader(Root.ForReading(context));
        using (reader)
        {
            await Lookup.DatasetAsync(reader, name, stop).ConfigureAwait(false);
            var versions = await reader.HistoryAsync(name, context.Get(_limit), stop).ConfigureAwait(false);
            if (context.IsJson) context.WriteJson(versions);
            else HistoryWriter.Write(context.Terminal, versions);
            return 0;
        }
    }
}
