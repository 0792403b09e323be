using System.CommandLine;
using DataGrid.Cli.Hosting;
using DataGrid.Cli.Rendering;

namespace DataGrid.Cli.Commands;

/// <summary><c>datagrid runs</c>: past and present runs.</summary>
internal sealed class RunsCommand : ICommandDefinition
{
    private readonly Option<int> _limit = new("--limit", "-n") { Description = "At most this many runs", HelpName = "N", DefaultValueFactory = static _ => 20 };

    public IReadOnlyList<string> Examples => ["datagrid runs", "datagrid runs --root examples/flights --json"];

    public Command Build(ActionWrapper wrap)
    {
        var command = new Command("runs", "List runs, newest first") { _limit };
        command.SetAction(wrap(RunAsync));
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken stop)
    {
        var reader = Services.OpenReader(Root.ForReading(context));
        using (reader)
        {
            var runs = await RunFiles.NewestAsync(reader, context.Get(_limit), stop).ConfigureAwait(false);
            if (context.IsJson) context.WriteJson(runs);
            else HistoryWriter.Write(context.Terminal, runs);
            return 0;
        }
    }
}
